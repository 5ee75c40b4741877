#include "core/data/import/import.h"

#include "tests/core/data/import/import_folder.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace flip;

/// How a dataset is named, kept and replaced.
class ImportKeepingTest : public QObject, test::ImportFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void keepsFileNamesThatAreNotUtf8();
    void hashesContentAndSplitNotTheName();
    void writesTheDocumentedJsonObject();
    void doesNotRewriteAnEqualDataset();
    void refusesDifferentContentUnlessReplaced();
    void repairsADamagedDatasetOfTheSameContent();
};

void ImportKeepingTest::keepsFileNamesThatAreNotUtf8() {
    test::write(source() / "caf\xE9_1.csv", "y,a\n1,x\n0,y\n");
    test::write(source() / "caf\xE9_2.csv", "y,a\n1,x\n0,y\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='caf*.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(data->source().tables.front().files,
             (std::vector<std::string>{"caf\u00e9_1.csv", "caf\u00e9_2.csv"}));
    QVERIFY(QJsonDocument::fromJson(QByteArray::fromStdString(data->toJson())).isObject());
}

void ImportKeepingTest::hashesContentAndSplitNotTheName() {
    ImportRequest request = shop();
    const auto first = import(request);
    QVERIFY(first);
    request.name = "another";
    const auto renamed = import(request);
    request.name = "cut-elsewhere";
    request.split.train = 0.4;
    const auto otherSplit = import(request);
    request.name = "ruled";
    request.split.train = 0.8;
    request.labelRule = "> 0";
    const auto otherLabels = import(request);
    QVERIFY(renamed && otherSplit && otherLabels);
    QCOMPARE(renamed->hash(), first->hash());
    QVERIFY(otherSplit->hash() != first->hash());
    QVERIFY(otherLabels->hash() != first->hash());
}

void ImportKeepingTest::writesTheDocumentedJsonObject() {
    ImportRequest request = shop();
    request.split.rule = SplitPlan::Rule::File;
    request.split.file = source() / "split.tsv";
    test::write(request.split.file, "0\tvalid\n1\ttrain\n2\ttrain\n3\ttest\n4\ttrain\n");
    const auto data = import(request);
    QVERIFY(data);
    const auto field = [](const QString& name) {
        return QJsonObject{{"name", name}, {"kind", "category"}, {"ids", 2}, {"oov_rate", 0.5}};
    };
    const QJsonObject expected = {
        {"name", "shop"},
        {"rows", 5},
        {"positives", 3},
        {"fields", QJsonArray{field("buyer"), field("item"), field("title")}},
        {"splits", QJsonObject{{"train", 3}, {"valid", 1}, {"test", 1}}},
        {"hash", QString::fromStdString(data->hash())},
        {"bad_lines", 0},
        {"dropped_rows", 1},
        {"unmatched_rows", 0},
        {"repeated_keys", 0},
        {"rows_without_match", QJsonObject{{"goods", 0}}},
        {"split_rule", "file"},
        {"files",
         QJsonObject{{"sales", QJsonArray{"sales.csv"}}, {"goods", QJsonArray{"goods.csv"}}}}};
    QCOMPARE(QJsonDocument::fromJson(QByteArray::fromStdString(data->toJson())).object(), expected);
}

void ImportKeepingTest::doesNotRewriteAnEqualDataset() {
    const ImportRequest request = shop();
    QVERIFY(import(request));
    const auto manifest = datasets() / "shop" / "manifest.json";
    const auto before = std::filesystem::last_write_time(manifest);
    const auto again = import(request);
    QVERIFY(again);
    QVERIFY(std::filesystem::last_write_time(manifest) == before);
}

void ImportKeepingTest::refusesDifferentContentUnlessReplaced() {
    ImportRequest request = shop();
    const auto first = import(request);
    QVERIFY(first);
    test::write(source() / "sales.csv", std::string(test::kSales) + "ann,3,4,99\n");
    const auto refused = importDataset(request, datasets());
    QVERIFY(!refused.ok());
    QVERIFY(refused.problem().what.find("different content") != std::string::npos);
    {
        const auto kept = Dataset::open(datasets() / "shop");
        FLIP_VERIFY_OK(kept);
        QCOMPARE(kept->hash(), first->hash());
    }
    request.replace = true;
    const auto replaced = import(request);
    QVERIFY(replaced);
    QCOMPARE(replaced->rows(), 6);
    QCOMPARE(test::rowsOf(*first).size(), std::size_t{5}); // an open dataset stays readable
    for (const auto& entry : std::filesystem::directory_iterator(datasets())) {
        QCOMPARE(entry.path().filename().string(), std::string("shop"));
    }
}

void ImportKeepingTest::repairsADamagedDatasetOfTheSameContent() {
    const ImportRequest request = shop();
    QVERIFY(import(request));
    const auto columns = datasets() / "shop" / "columns";
    const auto victim = std::filesystem::directory_iterator(columns)->path();
    const auto size = std::filesystem::file_size(victim);
    test::write(victim, std::string(size, '\x7F'));
    QVERIFY(import(request));
}

QTEST_GUILESS_MAIN(ImportKeepingTest)
#include "import_keeping_test.moc"

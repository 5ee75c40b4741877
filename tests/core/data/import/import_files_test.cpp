#include "core/data/import/import.h"

#include "tests/core/data/import/import_folder.h"

#include <QtTest>

using namespace flip;

/// Tables in several files, and rows that are split by file.
class ImportFilesTest : public QObject, test::ImportFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void readsATableInSeveralFiles();
    void refusesFilesWithDifferentColumns_data();
    void refusesFilesWithDifferentColumns();
    void splitsRowsByFile_data();
    void splitsRowsByFile();
    void usesTheSplitInTheFileNames_data();
    void usesTheSplitInTheFileNames();
    void refusesASplitByFilesWithoutSplitNames();
};

void ImportFilesTest::readsATableInSeveralFiles() {
    test::write(source() / "r1.csv", "y,key\n1,a\n0,b\nbad,b\n");
    test::write(source() / "r2.csv", "y,key\n");
    test::write(source() / "r10.csv", "y,key\n1,c\n,c\n0,a\n");
    test::write(source() / "old.csv", "key,title\na,A\nb,B\n");
    test::write(source() / "new.csv", "key,title\nb,other\nc,C\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='r*.csv'\n"
                                          "[[table]]\nname='films'\nfile=['old.csv', 'new.csv']\n"
                                          "[[join]]\nleft='t.key'\nright='films.key'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='title'\ncolumn='films.title'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(test::rowsOf(*data), (std::vector<std::string>{"A", "B", "C", "A"}));
    QCOMPARE(report_.tally.repeatedKeys, std::int64_t{1});
    QCOMPARE(report_.examples.size(), std::size_t{2});
    QCOMPARE(report_.examples[0].where, std::string("r1.csv:4"));
    QCOMPARE(report_.examples[1].where, std::string("r10.csv:3"));
    QStringList remarks;
    for (const ImportRemark& remark : report_.remarks) {
        remarks << QString::fromStdString(remark.text);
    }
    QVERIFY2(remarks.contains("table \"t\" was read from 3 files: r1.csv, r2.csv, r10.csv") &&
                 remarks.contains("table \"films\" was read from 2 files: old.csv, new.csv"),
             qPrintable(remarks.join('\n')));
    const ImportSource expected{
        .tables = {{"t", {"r1.csv", "r2.csv", "r10.csv"}}, {"films", {"old.csv", "new.csv"}}},
        .splitRule = "random",
        .splitSeed = 1};
    QVERIFY(data->source() == expected);
}

void ImportFilesTest::refusesFilesWithDifferentColumns_data() {
    QTest::addColumn<QString>("rows");  // header of the last of three files, and ...
    QTest::addColumn<QString>("films"); // ... of two
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, const char* rows, const char* films, const char* where,
                        const char* message) {
        QTest::newRow(name) << rows << films << where << message;
    };
    row("another order", "key,y", "key,title", "r3.csv", "r1.csv: column 1 is \"key\", not \"y\"");
    row("another name", "y,Key", "key,title", "r3.csv", "r1.csv: column 2 is \"Key\", not \"key\"");
    row("one too many", "y,key,x", "key,title", "r3.csv",
        "r1.csv: column 3, \"x\", is one too many");
    row("one is missing", "y", "key,title", "r3.csv", "r1.csv: column 2, \"key\", is missing");
    row("of a joined table", "y,key", "key,name", "f2.csv",
        "f1.csv: column 2 is \"name\", not \"title\"");
}

void ImportFilesTest::refusesFilesWithDifferentColumns() {
    QFETCH(QString, rows);
    QFETCH(QString, films);
    QFETCH(QString, where);
    QFETCH(QString, message);
    test::write(source() / "r1.csv", "y,key\n1,a\n0,b\n");
    test::write(source() / "r2.csv", "y,key\n1,a\n0,b\n");
    test::write(source() / "r3.csv", rows.toStdString() + "\n");
    test::write(source() / "f1.csv", "key,title\na,A\n");
    test::write(source() / "f2.csv", films.toStdString() + "\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='r*.csv'\n"
                                          "[[table]]\nname='films'\nfile='f*.csv'\n"
                                          "[[join]]\nleft='t.key'\nright='films.key'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='title'\ncolumn='films.title'\n");
    QStringList phases;
    const auto report =
        importDataset(test::shopRequest(source()), datasets(), [&](const ImportProgress& progress) {
            phases << QString::fromStdString(progress.phase);
        });
    QVERIFY(!report.ok());
    QCOMPARE(QString::fromStdString(report.problem().where), where);
    const QString what = QString::fromStdString(report.problem().what);
    QVERIFY2(what.startsWith("has different columns from " + message + "; files of one table"),
             qPrintable(what));
    QVERIFY2(phases.filter("reading").isEmpty(), "rows were read before the columns were checked");
    QVERIFY(!std::filesystem::exists(datasets() / "shop"));
}

void ImportFilesTest::splitsRowsByFile_data() {
    QTest::addColumn<int>("rule");
    QTest::addColumn<bool>("preferParts");
    QTest::addColumn<bool>("asFiles");
    QTest::newRow("default") << int(SplitPlan::Rule::Random) << true << true;
    QTest::newRow("parts") << int(SplitPlan::Rule::Parts) << false << true;
    QTest::newRow("at random") << int(SplitPlan::Rule::Random) << false << false;
}

void ImportFilesTest::splitsRowsByFile() {
    QFETCH(int, rule);
    QFETCH(bool, preferParts);
    QFETCH(bool, asFiles);
    const std::string header = "user_id:token\titem_id:token\tlabel:float\n";
    test::write(source() / "toy.test.inter", header + "u\ta\t1\nu\tb\tbad\n");
    test::write(source() / "toy.train.inter", header + "u\tc\t1\nu\td\t0\nu\te\t1\nu\tf\t0\n");
    test::write(source() / "toy.valid.inter", header + "u\tg\t1\nu\th\t0\n");
    ImportRequest request;
    request.source = source();
    request.preset = "recbole";
    request.name = "toy";
    request.split.rule = SplitPlan::Rule(rule);
    request.split.preferParts = preferParts;
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(data->rows(), std::int64_t{7});
    const std::vector<std::uint8_t> splits(data->splits().begin(), data->splits().end());
    const bool found = splits == std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 2};
    QCOMPARE(found, asFiles);
    // Files without split names are not split by file.
    request = shop();
    request.split.rule = SplitPlan::Rule(rule);
    request.split.preferParts = preferParts;
    QCOMPARE(importDataset(request, datasets()).ok(),
             SplitPlan::Rule(rule) != SplitPlan::Rule::Parts);
}

void ImportFilesTest::usesTheSplitInTheFileNames_data() {
    QTest::addColumn<QStringList>("files"); // of two rows each
    QTest::addColumn<bool>("requested");    // a split by parts
    QTest::addColumn<QString>("splits");    // of the rows; empty: at random
    QTest::addColumn<QString>("remarks");
    const QString named = "split by file name: train ";
    QTest::newRow("by default") << QStringList{"train.csv", "valid.csv", "test.csv"} << false
                                << "001122" << named + "2 rows, valid 2, test 2";
    QTest::newRow("no validation file")
        << QStringList{"train.csv", "test.csv"} << false << "0022"
        << "! there are no rows for validation; add a file for it or choose another split\n" +
               named + "2 rows, valid 0, test 2";
    QTest::newRow("no test file")
        << QStringList{"train.csv", "dev.csv"} << false << "0011"
        << "! there are no rows for test; add a file for it or choose another split\n" + named +
               "2 rows, valid 2, test 0";
    QTest::newRow("all in one split") << QStringList{"train_1.csv", "train_2.csv"} << false << ""
                                      << "";
    QTest::newRow("all in one split, requested")
        << QStringList{"train_1.csv", "train_2.csv"} << true << "0000"
        << "! there are no rows for validation or test; add a file for it or choose another "
           "split\n" +
               named + "4 rows, valid 0, test 0";
    QTest::newRow("no training file") << QStringList{"valid.csv", "test.csv"} << false << ""
                                      << "";
    QTest::newRow("a file without a split name")
        << QStringList{"train.csv", "test.csv", "more.csv"} << false << ""
        << "";
    QTest::newRow("folders") << QStringList{"train/a.csv", "valid/a.csv", "test/a.csv"} << false
                             << "001122" << named + "2 rows, valid 2, test 2";
    QTest::newRow("by the differing parts")
        << QStringList{"ab_test_train.csv", "ab_test_dev.csv", "ab_test_test.csv"} << false
        << "001122" << named + "2 rows, valid 2, test 2";
}

void ImportFilesTest::usesTheSplitInTheFileNames() {
    QFETCH(QStringList, files);
    QFETCH(bool, requested);
    QFETCH(QString, splits);
    QFETCH(QString, remarks);
    for (const QString& file : files) {
        test::write(source() / file.toStdString(), "y,a\n1,x\n0,y\n");
    }
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile=['" +
                                              files.join("','").toStdString() +
                                              "']\n[label]\ncolumn='t.y'\npositive='> 0'\n"
                                              "[[field]]\nname='a'\ncolumn='t.a'\n");
    ImportRequest request = test::shopRequest(source());
    request.split.rule = requested ? SplitPlan::Rule::Parts : SplitPlan::Rule::Random;
    request.split.preferParts = !requested;
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(data->source().splitRule, std::string(splits.isEmpty() ? "random" : "parts"));
    QString found;
    for (const std::uint8_t split : data->splits()) {
        found += QString::number(split);
    }
    QVERIFY2(splits.isEmpty() || found == splits, qPrintable(found));
    QStringList lines;
    for (const ImportRemark& remark : report_.remarks) {
        lines << (remark.isWarning ? "! " : "") + QString::fromStdString(remark.text);
    }
    const QString ofFiles = lines.isEmpty() ? QString() : lines.takeFirst();
    QVERIFY2(ofFiles.startsWith("table \"t\" was read from "), qPrintable(ofFiles));
    QCOMPARE(lines.join('\n'), remarks);
}

void ImportFilesTest::refusesASplitByFilesWithoutSplitNames() {
    ImportRequest request = shop();
    request.split.rule = SplitPlan::Rule::Parts;
    const auto report = importDataset(request, datasets());
    QVERIFY(!report.ok());
    QCOMPARE(report.problem().text(),
             (source() / "schema.toml:1").string() +
                 ": --split parts needs several files with train, valid or test in each name, at "
                 "least one of them train; choose another split");
}

QTEST_GUILESS_MAIN(ImportFilesTest)
#include "import_files_test.moc"

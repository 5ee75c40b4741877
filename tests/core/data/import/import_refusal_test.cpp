#include "core/data/import/import.h"

#include "tests/core/data/data_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <functional>
#include <memory>

using namespace flip;

namespace {

using Change = std::function<void(ImportRequest&, const std::filesystem::path& raw)>;

std::string schemaWith(const std::string& from, const std::string& to) {
    std::string schema(test::kShopSchema);
    const std::size_t at = schema.find(from);
    if (at == std::string::npos) {
        qFatal("the schema has no %s", from.c_str());
    }
    return schema.replace(at, from.size(), to);
}

Change file(const std::string& name, const std::string& content) {
    return
        [=](ImportRequest&, const std::filesystem::path& raw) { test::write(raw / name, content); };
}

Change schema(const std::string& from, const std::string& to) {
    return file("schema.toml", schemaWith(from, to));
}

} // namespace

Q_DECLARE_METATYPE(Change)

class ImportRefusalTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesWithOneLineAndLeavesNothing_data();
    void refusesWithOneLineAndLeavesNothing();
    void readsALinkThatStaysInside();
};

void ImportRefusalTest::refusesWithOneLineAndLeavesNothing_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("where"); // how the Problem begins
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, Change change, const char* where, const char* message) {
        QTest::newRow(name) << change << where << message;
    };
    const auto request = [](std::function<void(ImportRequest&)> change) -> Change {
        return [=](ImportRequest& importRequest, const std::filesystem::path&) {
            change(importRequest);
        };
    };
    const std::string header = "buyer,item,stars,day\n";

    row("no usable row", file("sales.csv", header + "ann,1,0,1\nann,9,5,1\nann,1,five,1\n"),
        "sales.csv: ",
        "no usable row; left out: 1 by the label's drop rule, 1 without a match, 1 bad line; the "
        "first");
    row("quotes the first bad line", file("sales.csv", header + "ann,1\n"),
        "sales.csv: ", "sales.csv:2: expected 4 columns, found 2");
    row("header only", file("sales.csv", header), "sales.csv: ", "no usable row");
    row("empty file", file("sales.csv", ""), "sales.csv: ", "is empty");
    row("empty joined file", file("goods.csv", ""), "goods.csv: ", "is empty");
    row("column twice", file("sales.csv", "buyer,item,stars,buyer\n"),
        "sales.csv:1: ", "\"buyer\" appears twice");
    row("column missing", file("sales.csv", "buyer,item,rating,day\nann,1,5,1\n"),
        "schema.toml:11: ", "it has \"buyer\", \"item\", \"rating\", \"day\"");
    row("key missing", file("goods.csv", "title,id\nTea,1\n"),
        "schema.toml:9: ", "has no column \"item\"");
    row("header in another encoding", file("sales.csv", "\xFF\xFE\x62\n"),
        "sales.csv:1: ", "UTF-8");
    const auto strict = [](Change change) {
        return [change](ImportRequest& importRequest, const std::filesystem::path& raw) {
            importRequest.strict = true;
            change(importRequest, raw);
        };
    };
    row("strict and an unclosed quote",
        strict(file("sales.csv", header + "ann,1,5,1\nann,\"1,5,1\nbob,2,4,1\n")),
        "sales.csv:3: ", "the quote opened here");
    row("strict and a label that is not a number",
        strict(file("sales.csv", header + "ann,1,5,1\nann,1,many,1\n")),
        "sales.csv:3: ", "the label \"many\" is not a number");
    row("strict and a bad line of a joined table",
        strict(file("goods.csv", std::string(test::kGoods) + "Lamp\n")),
        "goods.csv:6: ", "expected 2 columns, found 1");
    row(
        "file missing",
        [](ImportRequest&, const std::filesystem::path& raw) {
            std::filesystem::remove(raw / "goods.csv");
        },
        "", "needs the file \"goods.csv\"");
    row(
        "folder instead of a file",
        [](ImportRequest&, const std::filesystem::path& raw) {
            std::filesystem::remove(raw / "goods.csv");
            std::filesystem::create_directory(raw / "goods.csv");
        },
        "", "is not a regular file");
    row("path out of the source", schema("file = \"goods.csv\"", "file = \"../outside.csv\""),
        "schema.toml:4: ", "lies outside the source");
    row("path out of the source by a subfolder",
        schema("file = \"goods.csv\"", "file = \"sub/../../outside.csv\""),
        "schema.toml:4: ", "lies outside the source");
    row("absolute path", schema("file = \"goods.csv\"", "file = \"/etc/passwd\""),
        "schema.toml:4: ", "lies outside the source");
    row(
        "link out of the source",
        [](ImportRequest&, const std::filesystem::path& raw) {
            std::filesystem::remove(raw / "goods.csv");
            std::filesystem::create_symlink("../outside.csv", raw / "goods.csv");
        },
        "schema.toml:4: ", "lies outside the source");
    row(
        "link to a folder outside",
        [](ImportRequest&, const std::filesystem::path& raw) {
            std::filesystem::create_directory_symlink("..", raw / "sub");
            test::write(raw / "schema.toml",
                        schemaWith("file = \"goods.csv\"", "file = \"sub/outside.csv\""));
        },
        "schema.toml:4: ", "lies outside the source");
    row("source missing",
        request([](ImportRequest& importRequest) { importRequest.source /= "nowhere"; }), "",
        "cannot be opened");
    row("one file for two tables",
        request([](ImportRequest& importRequest) { importRequest.source /= "sales.csv"; }), "",
        "reads 2 tables");
    row("unknown key", schema("use = \"id\"", "used = \"id\""),
        "schema.toml:22: ", "did you mean \"use\"?");
    row("schema missing",
        request([](ImportRequest& importRequest) { importRequest.schema += ".not"; }), "",
        "cannot be read");
    row("neither schema nor preset",
        request([](ImportRequest& importRequest) { importRequest.schema.clear(); }),
        "schema: ", "name a schema file or a preset");
    row("schema and preset",
        request([](ImportRequest& importRequest) { importRequest.preset = "movielens-100k"; }),
        "schema: ", "not both");
    row("unknown preset", request([](ImportRequest& importRequest) {
            importRequest.schema.clear();
            importRequest.preset = "movielens";
        }),
        "preset: ", "movielens-100k");
    row("the csv preset alone", request([](ImportRequest& importRequest) {
            importRequest.schema.clear();
            importRequest.preset = "csv";
        }),
        "schema: ", "needs a schema");
    row("label rule",
        request([](ImportRequest& importRequest) { importRequest.labelRule = "four"; }),
        "label-rule: ", "is not a rule");
    row("minimum count", request([](ImportRequest& importRequest) { importRequest.minCount = 0; }),
        "min-count: ", "at least 1");
    row("split file missing", request([](ImportRequest& importRequest) {
            importRequest.split.rule = SplitPlan::Rule::File;
            importRequest.split.file = importRequest.source / "split.tsv";
        }),
        "", "the split file cannot be read");
    row(
        "split file too short",
        [](ImportRequest& importRequest, const std::filesystem::path& raw) {
            importRequest.split.rule = SplitPlan::Rule::File;
            importRequest.split.file = raw / "split.tsv";
            test::write(importRequest.split.file, "0\ttrain\n1\ttest\n");
        },
        "split.tsv:2: ", "5 rows were kept");
    row(
        "split by time without times",
        [](ImportRequest& importRequest, const std::filesystem::path& raw) {
            importRequest.split.rule = SplitPlan::Rule::Time;
            test::write(raw / "schema.toml", schemaWith("[time]\ncolumn = \"sales.day\"\n", ""));
        },
        "schema.toml: ", "needs a time column");
    for (const char* name : {"", ".hidden", "..", "a/b", "a b", "caf\u00e9"}) {
        QTest::addRow("name '%s'", name)
            << Change([name](ImportRequest& importRequest, const std::filesystem::path&) {
                   importRequest.name = name;
               })
            << "name: "
            << "is not a valid name";
    }
}

void ImportRefusalTest::refusesWithOneLineAndLeavesNothing() {
    QFETCH(Change, change);
    QFETCH(QString, where);
    QFETCH(QString, message);
    const QTemporaryDir folder;
    const std::filesystem::path top = folder.path().toStdString();
    const std::filesystem::path raw = top / "raw";
    test::writeShop(raw);
    test::write(top / "outside.csv", test::kGoods);
    ImportRequest request = test::shopRequest(raw);
    change(request, raw);

    const auto report = importDataset(request, top / "datasets");
    QVERIFY(!report.ok());
    std::string shown = report.problem().text();
    const std::string folderOfSchema = raw.string() + "/";
    if (shown.starts_with(folderOfSchema)) {
        shown = shown.substr(folderOfSchema.size());
    }
    QVERIFY2(shown.starts_with(where.toStdString()), shown.c_str());
    QVERIFY2(shown.find(message.toStdString()) != std::string::npos, shown.c_str());
    QVERIFY2(shown.find('\n') == std::string::npos, shown.c_str());
    QCOMPARE(test::filesBelow(top / "datasets"), std::vector<std::string>{});
}

void ImportRefusalTest::readsALinkThatStaysInside() {
    const QTemporaryDir folder;
    const std::filesystem::path top = folder.path().toStdString();
    test::writeShop(top / "raw");
    std::filesystem::create_directory(top / "raw" / "sub");
    std::filesystem::rename(top / "raw" / "goods.csv", top / "raw" / "sub" / "goods");
    std::filesystem::create_symlink("sub/goods", top / "raw" / "goods.csv");
    std::filesystem::create_directory_symlink("raw", top / "link");
    ImportRequest request = test::shopRequest(top / "raw");
    request.source = top / "link";
    FLIP_VERIFY_OK(importDataset(request, top / "datasets"));
}

QTEST_GUILESS_MAIN(ImportRefusalTest)
#include "import_refusal_test.moc"

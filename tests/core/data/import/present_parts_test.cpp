#include "core/data/import/present_parts.h"

#include "core/data/dataset.h"
#include "core/data/import/import.h"
#include "tests/core/data/data_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace flip;

namespace {

/// Clicks with an optional column; films and their studios are optional tables.
std::string schemaText(const std::string& changed = "", const std::string& to = "") {
    std::string text = R"([[table]]
name = "clicks"
file = "clicks.csv"

[[table]]
name = "films"
file = "films.csv"

[[table]]
name = "studios"
file = "studios.csv"

[[join]]
left = "clicks.film"
right = "films.film"
optional = true

[[join]]
left = "films.studio"
right = "studios.studio"
keep = "all"
optional = true

[label]
column = "clicks.what"
positive = 'in ["buy", "click"]'
drop = '== "unknown"'

[[field]]
name = "film"
column = "clicks.film"

[[field]]
name = "place"
column = "clicks.place"
optional = true

[[field]]
name = "title"
column = "films.title"

[[field]]
name = "city"
column = "studios.city"
)";
    if (!changed.empty()) {
        text.replace(text.find(changed), changed.size(), to);
    }
    return text;
}

} // namespace

/// Optional parts of a schema, and labels that are texts.
class PresentPartsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }
    void importsThePartsThatExist_data();
    void importsThePartsThatExist();
    void namesTheFilesOfATableThatIsMissing_data();
    void namesTheFilesOfATableThatIsMissing();
    void refusesAPartlyMissingTable_data();
    void refusesAPartlyMissingTable();
    void acceptsOneFileIfTheOthersAreOptional();
    void anotherFieldLeadsTheVocabularyOfAMissingOne();
    void refusesIfNoFieldIsLeft();
    void refusesOptionalPartsThatAreNeeded_data();
    void refusesOptionalPartsThatAreNeeded();

private:
    std::filesystem::path path(const std::string& name) const {
        return (folder_->path().toStdString() + "/") + name;
    }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
    }
    Result<ImportReport> import(const std::string& source = "raw") const {
        ImportRequest request;
        request.source = path(source);
        request.schema = path("schema.toml");
        request.name = "clicks";
        return importDataset(request, path("datasets"));
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

void PresentPartsTest::importsThePartsThatExist_data() {
    QTest::addColumn<bool>("place");
    QTest::addColumn<bool>("films");
    QTest::addColumn<bool>("studios");
    QTest::addColumn<QString>("fields");
    QTest::addColumn<QString>("leftOut");
    const QString noPlace = "the field \"place\" is left out: clicks.csv has no column \"place\"";
    const QString noTitle = "the field \"title\" is left out: there is no file \"films.csv\"";
    const QString noCity = "the field \"city\" is left out: there is no file ";
    QTest::newRow("everything") << true << true << true << "film place title city"
                                << "";
    QTest::newRow("without a column") << false << true << true << "film title city" << noPlace;
    QTest::newRow("without the last table")
        << true << true << false << "film place title" << noCity + "\"studios.csv\"";
    QTest::newRow("without a table that another is joined to")
        << true << false << true << "film place" << noTitle + "\n" + noCity + "\"films.csv\"";
    QTest::newRow("without all of them")
        << false << false << false << "film"
        << noPlace + "\n" + noTitle + "\n" + noCity + "\"studios.csv\"";
}

void PresentPartsTest::importsThePartsThatExist() {
    QFETCH(bool, place);
    QFETCH(bool, films);
    QFETCH(bool, studios);
    QFETCH(QString, fields);
    QFETCH(QString, leftOut);
    write("schema.toml", schemaText());
    write("raw/clicks.csv", place ? "film,place,what\n1,a,buy\n2,b,no\n1,c,click\n2,d,unknown\n"
                                  : "film,what\n1,buy\n2,no\n1,click\n2,unknown\n");
    if (films) {
        write("raw/films.csv", "film,title,studio\n1,Alien,s\n2,Heat,t\n");
    }
    if (studios) {
        write("raw/studios.csv", "studio,city\ns,London\n");
    }
    const auto report = import();
    QVERIFY2(report.ok(), report ? "" : report.problem().text().c_str());
    QCOMPARE(report->rows, std::int64_t(3));
    QCOMPARE(report->tally.droppedRows, std::int64_t(1));
    QStringList lines;
    for (const std::string& line : report->leftOut) {
        lines << QString::fromStdString(line);
    }
    QCOMPARE(lines.join('\n'), leftOut);
    const auto dataset = Dataset::open(report->folder);
    QVERIFY(dataset.ok());
    QCOMPARE(dataset->positives(), std::int64_t(2));
    QStringList names;
    for (const FieldInfo& field : dataset->fields()) {
        names << QString::fromStdString(field.name);
    }
    QCOMPARE(names.join(' '), fields);
}

void PresentPartsTest::namesTheFilesOfATableThatIsMissing_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("reason");
    QTest::newRow("one") << "file = \"studios.csv\""
                         << "there is no file \"studios.csv\"";
    QTest::newRow("all of several") << "file = [\"old.csv\", \"new.csv\"]"
                                    << "there are no files \"old.csv\" and \"new.csv\"";
    QTest::newRow("one of several") << "any_file = [\"old.csv\", \"new.csv\"]"
                                    << "there is no file \"old.csv\" or \"new.csv\"";
}

void PresentPartsTest::namesTheFilesOfATableThatIsMissing() {
    QFETCH(QString, file);
    QFETCH(QString, reason);
    write("schema.toml", schemaText("file = \"studios.csv\"", file.toStdString()));
    write("raw/clicks.csv", "film,place,what\n1,a,buy\n2,b,no\n");
    write("raw/films.csv", "film,title,studio\n1,Alien,s\n2,Heat,t\n");
    const auto report = import();
    QVERIFY2(report.ok(), report ? "" : report.problem().text().c_str());
    QCOMPARE(report->leftOut,
             std::vector<std::string>{"the field \"city\" is left out: " + reason.toStdString()});
}

void PresentPartsTest::refusesAPartlyMissingTable_data() {
    QTest::addColumn<QString>("there");
    QTest::addColumn<QString>("missing");
    QTest::newRow("the first") << "raw/old.csv"
                               << "new.csv";
    QTest::newRow("the second") << "raw/new.csv"
                                << "old.csv";
}

void PresentPartsTest::refusesAPartlyMissingTable() {
    QFETCH(QString, there);
    QFETCH(QString, missing);
    write("schema.toml", schemaText("file = \"studios.csv\"", "file = [\"old.csv\", \"new.csv\"]"));
    write("raw/clicks.csv", "film,place,what\n1,a,buy\n2,b,no\n");
    write("raw/films.csv", "film,title,studio\n1,Alien,s\n2,Heat,t\n");
    write(there.toStdString(), "studio,city\ns,London\n");
    const auto report = import();
    QVERIFY(!report.ok());
    QCOMPARE(report.problem().what,
             "the file \"" + missing.toStdString() +
                 "\" of the table \"studios\" is missing, packed or not; add it, or write any_file "
                 "= [...] if one of the files is enough");
}

void PresentPartsTest::acceptsOneFileIfTheOthersAreOptional() {
    write("schema.toml", schemaText());
    write("any.csv", "film,place,what\n1,a,buy\n2,b,no\n");
    const auto report = import("any.csv");
    QVERIFY2(report.ok(), report ? "" : report.problem().text().c_str());
    QCOMPARE(report->leftOut.size(), std::size_t(2));
}

void PresentPartsTest::anotherFieldLeadsTheVocabularyOfAMissingOne() {
    std::string schema = schemaText("name = \"film\"", "name = \"film\"\nshares = \"place\"");
    schema += "shares = \"place\"\n"; // of the city, the last field
    write("schema.toml", schema);
    write("raw/clicks.csv", "film,what\n1,buy\n2,no\n");
    write("raw/films.csv", "film,title,studio\n1,Alien,s\n2,Heat,t\n");
    write("raw/studios.csv", "studio,city\ns,1\nt,London\n");
    const auto report = import();
    QVERIFY2(report.ok(), report ? "" : report.problem().text().c_str());
    QCOMPARE(report->leftOut,
             std::vector<std::string>{"the field \"place\" is left out: clicks.csv has no column "
                                      "\"place\"; its vocabulary is now that of \"film\""});
    const auto dataset = Dataset::open(report->folder);
    QVERIFY(dataset.ok());
    const auto& fields = dataset->fields();
    QCOMPARE(fields[0].name, std::string("film"));
    QVERIFY(fields[0].shares.empty() && fields[1].shares.empty());
    QCOMPARE(fields[2].name, std::string("city"));
    QCOMPARE(fields[2].shares, std::string("film"));
    QCOMPARE(fields[2].ids, fields[0].ids);
}

void PresentPartsTest::refusesIfNoFieldIsLeft() {
    write("schema.toml", schemaText("name = \"film\"\ncolumn = \"clicks.film\"",
                                    "name = \"film\"\ncolumn = \"films.kind\"\noptional = true"));
    write("raw/clicks.csv", "film,what\n1,buy\n");
    const auto report = import();
    QVERIFY(!report.ok());
    QVERIFY2(report.problem().what.starts_with("no field is left"),
             report.problem().text().c_str());
}

void PresentPartsTest::refusesOptionalPartsThatAreNeeded_data() {
    QTest::addColumn<QString>("changed");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("message");
    QTest::newRow("label of an optional table") << "clicks.what"
                                                << "films.what"
                                                << "take label and time from another table";
    QTest::newRow("join that depends on an optional table") << "keep = \"all\"\noptional = true"
                                                            << "keep = \"all\""
                                                            << "add optional = true here too";
    QTest::newRow("column of JSON lines") << "file = \"clicks.csv\""
                                          << "file = \"clicks.json\"\nformat = \"jsonl\""
                                          << "any column may be missing in JSON lines";
    QTest::newRow("not a boolean") << "optional = true"
                                   << "optional = 1"
                                   << "optional";
}

void PresentPartsTest::refusesOptionalPartsThatAreNeeded() {
    QFETCH(QString, changed);
    QFETCH(QString, to);
    QFETCH(QString, message);
    const auto schema =
        parseSchema(schemaText(changed.toStdString(), to.toStdString()), "schema.toml");
    QVERIFY(!schema.ok());
    QVERIFY(schema.problem().where.starts_with("schema.toml:"));
    QVERIFY2(QString::fromStdString(schema.problem().what).contains(message),
             schema.problem().text().c_str());
}

QTEST_GUILESS_MAIN(PresentPartsTest)
#include "present_parts_test.moc"

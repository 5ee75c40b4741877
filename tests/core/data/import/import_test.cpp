#include "core/data/import/import.h"

#include "core/base/random_stream.h"
#include "tests/core/data/data_files.h"
#include "tests/core/data/fake_movielens.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <array>
#include <map>
#include <memory>
#include <optional>

using namespace flip;

namespace {

/// All values of a row, joined by '|'.
std::string rowOf(const Dataset& data, std::size_t row) {
    std::string text;
    for (int field = 0; field < static_cast<int>(data.fields().size()); ++field) {
        text += (field == 0 ? "" : "|");
        text += data.value(field, data.codes(field)[row]);
    }
    return text;
}

std::vector<std::string> rowsOf(const Dataset& data) {
    std::vector<std::string> rows;
    for (std::size_t row = 0; row < static_cast<std::size_t>(data.rows()); ++row) {
        rows.push_back(rowOf(data, row));
    }
    return rows;
}

} // namespace

class ImportTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        QVERIFY(folder_->isValid());
    }

    void joinsLabelsAndKeepsValuesAsTheyAre();
    void countsWhatItLeavesOut();
    void readsTablesAsSpreadsheetsWriteThem_data();
    void readsTablesAsSpreadsheetsWriteThem();
    void readsATableInSeveralFiles();
    void refusesFilesOfOtherColumns_data();
    void refusesFilesOfOtherColumns();
    void dividesRowsAsTheFilesAre_data();
    void dividesRowsAsTheFilesAre();
    void takesTheSplitThatFileNamesSay_data();
    void takesTheSplitThatFileNamesSay();
    void refusesASplitByFilesThatAreNotNamedSo();
    void tellsOfASeedThatIsNotUsed_data();
    void tellsOfASeedThatIsNotUsed();
    void keepsFileNamesThatAreNoUtf8();
    void countsKeysThatAJoinDoesNotFind();
    void keepsAsManyDecimalsOfTimesAsFit();
    void countsARowWithoutAMatchAtOneJoinOfAChain_data();
    void countsARowWithoutAMatchAtOneJoinOfAChain();
    void takesNoRowWithoutALabel_data();
    void takesNoRowWithoutALabel();
    void knowsASecondHeaderLine_data();
    void knowsASecondHeaderLine();
    void dropsATextBesideARuleOfNumbers();
    void countsUnnamedLabelsOverAllBatches();
    void countsValuesThatTheKindDoesNotFit();
    void countsBadLinesOfEveryTable();
    void takesTheFirstOfTwoEqualKeys();
    void keepsAllRowsWithEmptyValues();
    void joinsThroughAJoinedTable();
    void collectsTheValuesOfARepeatedKey();
    void givesIdsToElementsAndToRanges();
    void findsColumnsByAnotherSpellingAndWithoutTheirType();
    void readsTheMovieLensPreset();
    void givesIdsFromTheTrainingSplitOnly();
    void agreesWithAPlainComputationOnRandomTables();
    void appliesTheLabelRuleOfTheRequest();
    void readsOneFileAsTheSource();
    void hashesContentAndSplitNotTheName();
    void writesTheObjectOfTheContract();
    void leavesAnEqualDatasetAlone();
    void refusesAnotherContentUnlessReplaced();
    void repairsADamagedDatasetOfTheSameContent();
    void tellsHowFarItIs();

private:
    std::filesystem::path source() const { return folder_->path().toStdString() + "/raw"; }
    std::filesystem::path datasets() const { return folder_->path().toStdString() + "/datasets"; }

    /// The dataset of the request; nothing where the import or the opening failed.
    std::optional<Dataset> import(const ImportRequest& request) {
        auto report = importDataset(request, datasets());
        if (!report) {
            qWarning("%s", report.problem().text().c_str());
            return std::nullopt;
        }
        report_ = *report;
        auto data = Dataset::open(report->folder);
        if (!data) {
            qWarning("%s", data.problem().text().c_str());
            return std::nullopt;
        }
        for (const Problem& problem : data->verify()) {
            qWarning("%s", problem.text().c_str());
            return std::nullopt;
        }
        return std::move(*data);
    }

    ImportRequest shop() {
        test::writeShop(source());
        return test::shopRequest(source());
    }

    std::unique_ptr<QTemporaryDir> folder_;
    ImportReport report_;
};

void ImportTest::joinsLabelsAndKeepsValuesAsTheyAre() {
    const auto data = import(shop());
    QVERIFY(data);
    QCOMPARE(rowsOf(*data),
             (std::vector<std::string>{"ann|1|Tea, green", "bob|2|Cup", "ann|2|Cup",
                                       "cid|3|A \"pot\"\nof clay", "bob|3|A \"pot\"\nof clay"}));
    const std::vector<std::uint8_t> labels(data->labels().begin(), data->labels().end());
    QCOMPARE(labels, (std::vector<std::uint8_t>{1, 0, 1, 0, 1}));
    const std::vector<std::int64_t> times(data->times().begin(), data->times().end());
    QCOMPARE(times, (std::vector<std::int64_t>{30, 10, 20, 50, 40}));
    QCOMPARE(data->rows(), 5);
    QCOMPARE(data->positives(), 3);
    QCOMPARE(data->name(), std::string("shop"));
    QCOMPARE(data->idFields(), (std::vector<int>{0, 1}));
    QCOMPARE(data->textFields(), (std::vector<int>{0, 2}));
    QCOMPARE(data->findField("title"), 2);
    QCOMPARE(data->findField("Title"), -1);
    QCOMPARE(test::filesBelow(datasets()).front(), std::string("shop")); // nothing hidden is left
}

void ImportTest::countsWhatItLeavesOut() {
    const ImportRequest request = shop();
    test::write(source() / "sales.csv", std::string(test::kSales) + "dan,9,5,70\n" + // no such item
                                            "dan,9,5,70\n" + "eve,1,many,80\n" + "eve,1,5,\n" +
                                            "eve,1,5\n" + "eve,1,5,80,x\n" + "\xE9ve,1,5,80\n" +
                                            "\n" + "\"e\"ve,1,5,80\n" + "eve,1,5,80");
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(report_.rows, 6);
    QCOMPARE(report_.tally.droppedRows, 1);
    QCOMPARE(report_.tally.unmatchedRows, 2);
    QCOMPARE(report_.tally.badLines, 7);
    QCOMPARE(data->tally().badLines, 7);
    std::vector<std::string> where;
    for (const Problem& example : report_.examples) {
        where.push_back(example.where);
    }
    QCOMPARE(where, (std::vector<std::string>{"sales.csv:10", "sales.csv:11", "sales.csv:12",
                                              "sales.csv:13", "sales.csv:14", "sales.csv:15",
                                              "sales.csv:16"}));
    QCOMPARE(report_.examples[0].what, std::string("the label \"many\" is no number"));
    QVERIFY(report_.examples[2].what.starts_with("expected 4 columns, found 3"));
}

void ImportTest::readsTablesAsSpreadsheetsWriteThem_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("badLines");
    QTest::newRow("plain") << QByteArray("y,a\n1,x\n0,y\n") << 0;
    QTest::newRow("columns and rows that once held something")
        << QByteArray("y,a,,\n1,x,,\n0,y,,\n,,,\n,,,\n") << 2;
    QTest::newRow("a column of blanks") << QByteArray("y,a, , \n1,x,,\n0,y,,\n") << 0;
    QTest::newRow("empty lines before the header") << QByteArray("\n\r\n  \ny,a\n1,x\n0,y\n") << 0;
    QTest::newRow("empty lines between and behind") << QByteArray("y,a\n1,x\n\n0,y\n\n\n") << 3;
    QTest::newRow("carriage returns") << QByteArray("y,a\r\n1,x\r\n0,y\r\n") << 0;
    QTest::newRow("carriage returns alone") << QByteArray("y,a\r1,x\r0,y\r") << 0;
    QTest::newRow("carriage returns alone, in quotes too")
        << QByteArray("\"y\ry\",y,a\r1,1,x\r0,0,y\r") << 0;
    QTest::newRow("carriage returns alone, none at the end") << QByteArray("y,a\r1,x\r0,y") << 0;
    QTest::newRow("a mark before all of it") << QByteArray("\xEF\xBB\xBF"
                                                           "y,a,,\r1,x,,\r0,y,,\r")
                                             << 0;
    QTest::newRow("NaN in a column that nobody reads")
        << QByteArray("y,a,b\n1,x,NaN\n0,y,nan\n") << 0;
}

void ImportTest::readsTablesAsSpreadsheetsWriteThem() {
    QFETCH(QByteArray, text);
    QFETCH(int, badLines);
    test::write(source() / "t.csv", text.toStdString());
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(rowsOf(*data), (std::vector<std::string>{"x", "y"}));
    QCOMPARE(report_.tally.badLines, std::int64_t{badLines});
}

void ImportTest::readsATableInSeveralFiles() {
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
    QCOMPARE(rowsOf(*data), (std::vector<std::string>{"A", "B", "C", "A"}));
    QCOMPARE(report_.tally.repeatedKeys, std::int64_t{1});
    QCOMPARE(report_.examples.size(), std::size_t{2});
    QCOMPARE(report_.examples[0].where, std::string("r1.csv:4"));
    QCOMPARE(report_.examples[1].where, std::string("r10.csv:3"));
    QStringList said;
    for (const ImportRemark& remark : report_.remarks) {
        said << QString::fromStdString(remark.text);
    }
    QVERIFY2(said.contains("table \"t\" was read from 3 files: r1.csv, r2.csv, r10.csv") &&
                 said.contains("table \"films\" was read from 2 files: old.csv, new.csv"),
             qPrintable(said.join('\n')));
    const ImportSource expected{
        .tables = {{"t", {"r1.csv", "r2.csv", "r10.csv"}}, {"films", {"old.csv", "new.csv"}}},
        .splitRule = "random",
        .splitSeed = 1};
    QVERIFY(data->source() == expected);
}

void ImportTest::refusesFilesOfOtherColumns_data() {
    QTest::addColumn<QString>("rows");  // the last of three files, and ...
    QTest::addColumn<QString>("films"); // ... of two
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* rows, const char* films, const char* where,
                        const char* says) {
        QTest::newRow(name) << rows << films << where << says;
    };
    row("another order", "key,y", "key,title", "r3.csv",
        "r1.csv: column 1 is \"key\" and not \"y\"");
    row("another name", "y,Key", "key,title", "r3.csv",
        "r1.csv: column 2 is \"Key\" and not \"key\"");
    row("one too many", "y,key,x", "key,title", "r3.csv",
        "r1.csv: column 3, \"x\", is one too many");
    row("one is missing", "y", "key,title", "r3.csv", "r1.csv: column 2, \"key\", is missing");
    row("of a joined table", "y,key", "key,name", "f2.csv",
        "f1.csv: column 2 is \"name\" and not \"title\"");
}

void ImportTest::refusesFilesOfOtherColumns() {
    QFETCH(QString, rows);
    QFETCH(QString, films);
    QFETCH(QString, where);
    QFETCH(QString, says);
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
    QVERIFY2(what.startsWith("has other columns than " + says + "; files of one table"),
             qPrintable(what));
    QVERIFY2(phases.filter("reading").isEmpty(), "it has read rows before it looked");
    QVERIFY(!std::filesystem::exists(datasets() / "shop"));
}

void ImportTest::dividesRowsAsTheFilesAre_data() {
    QTest::addColumn<int>("rule");
    QTest::addColumn<bool>("partsFirst");
    QTest::addColumn<bool>("asFiles");
    QTest::newRow("nothing said") << int(SplitPlan::Rule::Random) << true << true;
    QTest::newRow("parts") << int(SplitPlan::Rule::Parts) << false << true;
    QTest::newRow("at random") << int(SplitPlan::Rule::Random) << false << false;
}

void ImportTest::dividesRowsAsTheFilesAre() {
    QFETCH(int, rule);
    QFETCH(bool, partsFirst);
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
    request.split.partsFirst = partsFirst;
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(data->rows(), std::int64_t{7});
    const std::vector<std::uint8_t> splits(data->splits().begin(), data->splits().end());
    const bool found = splits == std::vector<std::uint8_t>{0, 0, 0, 0, 1, 1, 2};
    QCOMPARE(found, asFiles);
    // Where files say nothing, nothing is guessed.
    request = shop();
    request.split.rule = SplitPlan::Rule(rule);
    request.split.partsFirst = partsFirst;
    QCOMPARE(importDataset(request, datasets()).ok(),
             SplitPlan::Rule(rule) != SplitPlan::Rule::Parts);
}

void ImportTest::takesTheSplitThatFileNamesSay_data() {
    QTest::addColumn<QStringList>("files"); // of two rows each
    QTest::addColumn<bool>("asked");        // for parts
    QTest::addColumn<QString>("splits");    // of the rows; empty: at random
    QTest::addColumn<QString>("remarks");
    const QString named = "split as the files are named: train ";
    QTest::newRow("by default") << QStringList{"train.csv", "valid.csv", "test.csv"} << false
                                << "001122" << named + "2 rows, valid 2, test 2";
    QTest::newRow("nothing for validation")
        << QStringList{"train.csv", "test.csv"} << false << "0022"
        << "! no row is for validation; add a file for it or choose another split\n" + named +
               "2 rows, valid 0, test 2";
    QTest::newRow("nothing for test")
        << QStringList{"train.csv", "dev.csv"} << false << "0011"
        << "! no row is for test; add a file for it or choose another split\n" + named +
               "2 rows, valid 2, test 0";
    QTest::newRow("all of one part") << QStringList{"train_1.csv", "train_2.csv"} << false << ""
                                     << "";
    QTest::newRow("all of one part, asked for")
        << QStringList{"train_1.csv", "train_2.csv"} << true << "0000"
        << "! no row is for validation or test; add a file for it or choose another split\n" +
               named + "4 rows, valid 0, test 0";
    QTest::newRow("nothing trains") << QStringList{"valid.csv", "test.csv"} << false << ""
                                    << "";
    QTest::newRow("not all of them")
        << QStringList{"train.csv", "test.csv", "more.csv"} << false << ""
        << "";
    QTest::newRow("folders") << QStringList{"train/a.csv", "valid/a.csv", "test/a.csv"} << false
                             << "001122" << named + "2 rows, valid 2, test 2";
    QTest::newRow("what differs") << QStringList{"ab_test_train.csv", "ab_test_dev.csv",
                                                 "ab_test_test.csv"}
                                  << false << "001122" << named + "2 rows, valid 2, test 2";
}

void ImportTest::takesTheSplitThatFileNamesSay() {
    QFETCH(QStringList, files);
    QFETCH(bool, asked);
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
    request.split.rule = asked ? SplitPlan::Rule::Parts : SplitPlan::Rule::Random;
    request.split.partsFirst = !asked;
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

void ImportTest::refusesASplitByFilesThatAreNotNamedSo() {
    ImportRequest request = shop();
    request.split.rule = SplitPlan::Rule::Parts;
    const auto report = importDataset(request, datasets());
    QVERIFY(!report.ok());
    QCOMPARE(report.problem().text(),
             (source() / "schema.toml:1").string() +
                 ": --split parts needs several files with train, valid or test in each name, at "
                 "least one of them train; choose another split");
}

void ImportTest::tellsOfASeedThatIsNotUsed_data() {
    QTest::addColumn<bool>("isWish");
    QTest::addColumn<bool>("isDivided"); // the files are
    QTest::addColumn<bool>("tells");
    QTest::newRow("files that are divided") << true << true << true;
    QTest::newRow("files that are not") << true << false << false;
    QTest::newRow("nobody chose it") << false << true << false;
}

void ImportTest::tellsOfASeedThatIsNotUsed() {
    QFETCH(bool, isWish);
    QFETCH(bool, isDivided);
    QFETCH(bool, tells);
    test::write(source() / "train.csv", "y,a\n1,x\n0,y\n");
    test::write(source() / (isDivided ? "test.csv" : "train2.csv"), "y,a\n1,x\n0,y\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t*.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    if (!isDivided) {
        std::filesystem::rename(source() / "train.csv", source() / "train1.csv");
    }
    ImportRequest request = test::shopRequest(source());
    request.split.partsFirst = true;
    request.split.seed = 5;
    request.split.seedIsWish = isWish;
    QVERIFY(import(request));
    const bool told = std::ranges::any_of(report_.remarks, [](const ImportRemark& remark) {
        return remark.text.starts_with("the seed of the split is not used");
    });
    QCOMPARE(told, tells);
}

void ImportTest::keepsFileNamesThatAreNoUtf8() {
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

void ImportTest::countsKeysThatAJoinDoesNotFind() {
    test::write(source() / "t.csv", "y,key,other\n1,a,x\n0,b,x\n1,c,z\n0,c,x\nbad,c,x\n");
    test::write(source() / "kept.csv", "key,title\na,A\nb,B\n");
    test::write(source() / "all.csv", "other,name\nx,X\n");
    test::write(source() / "schema.toml",
                "[[table]]\nname='t'\nfile='t.csv'\n[[table]]\nname='kept'\nfile='kept.csv'\n"
                "[[table]]\nname='all'\nfile='all.csv'\n"
                "[[join]]\nleft='t.key'\nright='kept.key'\n"
                "[[join]]\nleft='t.other'\nright='all.other'\nkeep='all'\n"
                "[label]\ncolumn='t.y'\npositive='> 0'\n"
                "[[field]]\nname='title'\ncolumn='kept.title'\n"
                "[[field]]\nname='name'\ncolumn='all.name'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    const ImportTally expected{
        .badLines = 1,
        .unmatchedRows = 2,
        .tables = {{"t", 5, 0, 1, true}, {"kept", 2, 0, 0, true}, {"all", 1, 0, 0, true}},
        .joins = {{"kept", 4, 2, false}, {"all", 4, 1, true}}};
    QVERIFY(report_.tally == expected);
    QVERIFY(data->tally() == expected);
    QCOMPARE(data->rows(), std::int64_t{2});
}

void ImportTest::keepsAsManyDecimalsOfTimesAsFit() {
    test::write(source() / "t.csv", "y,a,when\n1,x,0.30000000000000004\n0,y,100\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[time]\ncolumn='t.when'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(data->timeDecimals(), 16);
    QCOMPARE(data->times()[0], std::int64_t{3'000'000'000'000'000});
    QCOMPARE(report_.tally.cutTimes, std::int64_t{1});
    QCOMPARE(data->tally().cutTimes, std::int64_t{1});
    QCOMPARE(report_.remarks.size(), std::size_t{1});
    QVERIFY(report_.remarks[0].text.starts_with("1 of 2 rows has a time with more decimals"));
    QVERIFY(!report_.remarks[0].isWarning);
}

void ImportTest::countsARowWithoutAMatchAtOneJoinOfAChain_data() {
    QTest::addColumn<QString>("keepFilm");
    QTest::addColumn<QString>("keepMaker");
    QTest::addColumn<int>("rows");
    QTest::addColumn<bool>("filmKeepsRows"); // a row without a film has no maker either
    QTest::newRow("matched, matched") << "matched"
                                      << "matched" << 1 << false;
    QTest::newRow("all, matched") << "all"
                                  << "matched" << 1 << false;
    QTest::newRow("matched, all") << "matched"
                                  << "all" << 2 << false;
    QTest::newRow("all, all") << "all"
                              << "all" << 4 << true;
}

void ImportTest::countsARowWithoutAMatchAtOneJoinOfAChain() {
    QFETCH(QString, keepFilm);
    QFETCH(QString, keepMaker);
    test::write(source() / "t.csv", "y,film\n1,a\n0,b\n1,none\n0,nowhere\n");
    test::write(source() / "films.csv", "film,maker\na,A\nb,B\n");
    test::write(source() / "makers.csv", "maker,town\nA,Ulm\n");
    test::write(source() / "schema.toml",
                "[[table]]\nname='t'\nfile='t.csv'\n[[table]]\nname='films'\nfile='films.csv'\n"
                "[[table]]\nname='makers'\nfile='makers.csv'\n"
                "[[join]]\nleft='t.film'\nright='films.film'\nkeep='" +
                    keepFilm.toStdString() +
                    "'\n[[join]]\nleft='films.maker'\nright='makers.maker'\nkeep='" +
                    keepMaker.toStdString() +
                    "'\n[label]\ncolumn='t.y'\npositive='> 0'\n"
                    "[[field]]\nname='town'\ncolumn='makers.town'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QTEST(static_cast<int>(data->rows()), "rows");
    QCOMPARE(report_.tally.unmatchedRows, 4 - data->rows());
    QFETCH(bool, filmKeepsRows);
    const std::vector<JoinMatches> expected{{"films", 4, 2, filmKeepsRows},
                                            {"makers", 2, 1, keepMaker == "all"}};
    QVERIFY(report_.tally.joins == expected);
}

void ImportTest::takesNoRowWithoutALabel_data() {
    QTest::addColumn<QString>("rule");
    QTest::addColumn<QStringList>("labels");
    QTest::addColumn<QStringList>("reasons"); // of bad lines
    QTest::addColumn<int>("positives");
    const QString empty = "the label is empty";
    const QString header = "the label is the column's own name; this looks like a second header "
                           "line, remove it";
    const auto missing = [](const QString& label) {
        return "the label \"" + label +
               "\" looks like a missing value; if it is a real label, name it in positive or drop "
               "(for a negative one, write positive as not in [...])";
    };
    QTest::newRow("number") << ">= 4" << QStringList{"5", "", " ", "y", "1"}
                            << QStringList{empty, empty, header} << 1;
    QTest::newRow("text") << "== 'true'"
                          << QStringList{"true", "", "NA", "nan", "NULL", "y", "false", "None"}
                          << QStringList{empty, missing("NA"), missing("nan"), missing("NULL"),
                                         header}
                          << 1;
    QTest::newRow("negated text") << "!= 'no'" << QStringList{"no", "", "N/A", "yes"}
                                  << QStringList{empty, missing("N/A")} << 1;
    QTest::newRow("a word for a missing value is negative")
        << "not in ['no', 'NA']" << QStringList{"yes", "NA", "no", "NULL"}
        << QStringList{missing("NULL")} << 1;
    QTest::newRow("a word for a missing value is positive")
        << "== 'NA'" << QStringList{"NA", "x", " NA"} << QStringList{missing(" NA")} << 1;
    QTest::newRow("what the rule names is one")
        << "in ['', 'NA', 'y']" << QStringList{"", "NA", "y", "x"} << QStringList{} << 3;
}

void ImportTest::takesNoRowWithoutALabel() {
    QFETCH(QString, rule);
    QFETCH(QStringList, labels);
    QFETCH(QStringList, reasons);
    QFETCH(int, positives);
    std::string text = "y,a\n";
    for (const QString& label : labels) {
        text += label.toStdString() + ",x\n";
    }
    test::write(source() / "t.csv", text);
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    ImportRequest request = test::shopRequest(source());
    request.labelRule = rule.toStdString();
    const auto data = import(request);
    QVERIFY(data);
    QStringList found;
    for (const Problem& bad : report_.examples) {
        found << QString::fromStdString(bad.what);
    }
    QCOMPARE(found, reasons);
    QCOMPARE(data->rows(), std::int64_t{labels.size() - reasons.size()});
    QCOMPARE(data->positives(), std::int64_t{positives});
}

void ImportTest::knowsASecondHeaderLine_data() {
    QTest::addColumn<QString>("table");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("badLines");
    QTest::newRow("first spelling") << "" << QByteArray("y,a\n1,x\ny,a\n0,x\n") << 1;
    QTest::newRow("another spelling") << "" << QByteArray("clicked,a\n1,x\nclicked,a\n0,x\n") << 1;
    QTest::newRow("a spelling that the file does not have")
        << "" << QByteArray("clicked,a\n1,x\ny,a\n0,x\n") << 0;
    QTest::newRow("typed") << "header='typed'\n"
                           << QByteArray("y:token,a:token\n1,x\ny:token,a:token\ny,x\n") << 1;
    QTest::newRow("no header") << "header=false\ncolumns=['y', 'a']\n"
                               << QByteArray("1,x\ny,a\n0,x\n") << 0;
    QTest::newRow("JSON lines") << "format='jsonl'\n"
                                << QByteArray("{\"y\": \"1\", \"a\": \"x\"}\n"
                                              "{\"y\": \"y\", \"a\": \"x\"}\n")
                                << 0;
}

void ImportTest::knowsASecondHeaderLine() {
    QFETCH(QString, table);
    QFETCH(QByteArray, text);
    QFETCH(int, badLines);
    test::write(source() / "t.csv", text.toStdString());
    const bool spelled = table.isEmpty(); // JSON lines take one name alone
    test::write(source() / "schema.toml",
                "[[table]]\nname='t'\nfile='t.csv'\n" + table.toStdString() +
                    "[label]\ncolumn=" + (spelled ? "['t.y', 't.clicked']" : "'t.y'") +
                    "\npositive='== \"1\"'\n" + "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(report_.tally.badLines, std::int64_t{badLines});
    if (badLines > 0) {
        QVERIFY(report_.examples.front().what.starts_with("the label is the column's own name"));
    }
}

void ImportTest::dropsATextBesideARuleOfNumbers() {
    test::write(source() / "t.csv", "y,a\n5,x\nNA,x\n,x\n1,x\nmany,x\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='>= 4'\n"
                                          "drop='in [\"NA\", \"\"]'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(data->rows(), std::int64_t{2});
    QCOMPARE(report_.tally.droppedRows, std::int64_t{2});
    QCOMPARE(report_.tally.badLines, std::int64_t{1}); // many
}

void ImportTest::countsUnnamedLabelsOverAllBatches() {
    // Several batches; every label is met in each of them, the near misses late.
    std::string text = "y,a\n";
    const int rounds = 4000;
    for (int i = 0; i < rounds; ++i) {
        for (int label = 0; label < 80; ++label) {
            text += "label" + std::to_string((label * 7 + i) % 80) + ",x\n";
        }
    }
    text += "Yes,x\n no,x\nyes,x\nno,x\nYes,x\n";
    test::write(source() / "t.csv", text);
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='== \"yes\"'\n"
                                          "drop='== \"no\"'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    std::vector<NamedCount> first;
    for (int label = 0; label < 64; ++label) {
        first.push_back({"label" + std::to_string(label * 7 % 80), rounds});
    }
    QVERIFY(data->tally().unnamedLabels == first);
    QCOMPARE(data->tally().otherUnnamedRows, std::int64_t{16} * rounds);
    QVERIFY(data->tally().nearlyNamedLabels == (std::vector<NamedCount>{{"Yes", 2}, {" no", 1}}));
    QCOMPARE(data->tally().droppedRows, std::int64_t{1});
    QCOMPARE(data->positives(), std::int64_t{1});
}

void ImportTest::countsValuesThatTheKindDoesNotFit() {
    test::write(source() / "t.csv", "y;price;tags\n1;12.5;['a', 'b']\n0;$1;[REC]\n1;;a, b\n"
                                    "0;$2;[]\n1; 3 ;\n0;1,000;[x]\n");
    test::write(source() / "schema.toml",
                "[[table]]\nname='t'\nfile='t.csv'\ndelimiter=';'\n"
                "[label]\ncolumn='t.y'\npositive='== \"1\"'\n"
                "[[field]]\nname='price'\ncolumn='t.price'\nkind='number'\n"
                "[[field]]\nname='tags'\ncolumn='t.tags'\nkind='multi'\nsplit=', '\n");
    ImportRequest request = test::shopRequest(source());
    request.split.train = 1;
    request.split.valid = 0;
    const auto data = import(request);
    QVERIFY(data);
    const FieldInfo& price = data->fields()[0];
    const FieldInfo& tags = data->fields()[1];
    QCOMPARE(price.misfitRows, std::int64_t{3});
    QCOMPARE(price.emptyRows, std::int64_t{1});
    QCOMPARE(price.misfit, std::string("$1"));
    QCOMPARE(tags.misfitRows, std::int64_t{2});
    QCOMPARE(tags.misfit, std::string("[REC]"));
    QCOMPARE(tags.ids, std::int64_t{4}); // a, b, [REC], [x]
    QVERIFY(data->tally().unnamedLabels == (std::vector<NamedCount>{{"0", 3}}));
}

void ImportTest::countsBadLinesOfEveryTable() {
    const ImportRequest request = shop();
    test::write(source() / "goods.csv", std::string(test::kGoods) + "Lamp\nShelf,4,5\n");
    QVERIFY(import(request));
    QCOMPARE(report_.tally.badLines, 2);
    QCOMPARE(report_.examples.front().where, std::string("goods.csv:6"));
    const std::vector<TableLines> lines{{"sales", 6, 0, 0, true}, {"goods", 5, 2, 0, true}};
    QVERIFY(report_.tally.tables == lines);
    QCOMPARE(report_.remarks.front().text,
             std::string("2 of 5 lines of \"goods\" could not be read; check delimiter, quote and "
                         "encoding in the schema"));
    QVERIFY(report_.remarks.front().isWarning);
}

void ImportTest::takesTheFirstOfTwoEqualKeys() {
    const ImportRequest request = shop();
    test::write(source() / "goods.csv", std::string(test::kGoods) + "Mug,2\nBowl,2\n");
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(data->rows(), 5);
    QCOMPARE(rowOf(*data, 1), std::string("bob|2|Cup"));
    QCOMPARE(report_.tally.repeatedKeys, 2);
    QCOMPARE(report_.tally.badLines, 0);
}

void ImportTest::keepsAllRowsWithEmptyValues() {
    const ImportRequest request = shop();
    std::string schema(test::kShopSchema);
    schema.replace(schema.find("[label]"), 0, "keep = \"all\"\n");
    test::write(source() / "schema.toml", schema);
    test::write(source() / "sales.csv", std::string(test::kSales) + "dan,9,5,70\n");
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(rowsOf(*data).back(), std::string("dan|9|"));
    QCOMPARE(report_.tally.unmatchedRows, 0);
}

void ImportTest::joinsThroughAJoinedTable() {
    ImportRequest request = shop();
    test::write(source() / "goods.csv", "title,item,maker\nTea,1,m1\nCup,2,m2\nPot,3,m3\n");
    test::write(source() / "makers.csv", "id,town\nm1,Ulm\nm3,Jena\n");
    std::string schema(test::kShopSchema);
    schema.replace(schema.find("[label]"), 0,
                   "[[table]]\nname = \"makers\"\nfile = \"makers.csv\"\n"
                   "[[join]]\nleft = \"goods.maker\"\nright = \"makers.id\"\n");
    schema += "[[field]]\nname = \"town\"\ncolumn = \"makers.town\"\n";
    test::write(source() / "schema.toml", schema);
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(rowsOf(*data),
             (std::vector<std::string>{"ann|1|Tea|Ulm", "cid|3|Pot|Jena", "bob|3|Pot|Jena"}));
    QCOMPARE(report_.tally.unmatchedRows, 2); // m2 is nowhere
}

void ImportTest::collectsTheValuesOfARepeatedKey() {
    const ImportRequest request = shop();
    test::write(source() / "tags.csv",
                "item,tag,by\n3,clay,x\n1,hot,x\n3,old,\n1,hot,y\n3,clay,z\n1,,x\n1,green,x\n");
    std::string schema(test::kShopSchema);
    schema.replace(schema.find("[label]"), 0,
                   "[[table]]\nname = \"tags\"\nfile = \"tags.csv\"\n"
                   "[[join]]\nleft = \"sales.item\"\nright = \"tags.item\"\n"
                   "keep = \"all\"\ncollect = \"; \"\n");
    schema += "[[field]]\nname = \"tags\"\ncolumn = \"tags.tag\"\n"
              "[[field]]\nname = \"by\"\ncolumn = \"tags.by\"\n";
    test::write(source() / "schema.toml", schema);
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(rowsOf(*data),
             (std::vector<std::string>{"ann|1|Tea, green|hot; green|x; y", "bob|2|Cup||",
                                       "ann|2|Cup||", "cid|3|A \"pot\"\nof clay|clay; old|x; z",
                                       "bob|3|A \"pot\"\nof clay|clay; old|x; z"}));
    QCOMPARE(report_.tally.repeatedKeys, 0);
}

void ImportTest::givesIdsToElementsAndToRanges() {
    ImportRequest request;
    request.source = source();
    request.schema = source() / "schema.toml";
    request.name = "films";
    request.split.rule = SplitPlan::Rule::File;
    request.split.file = source() / "split.tsv";
    test::write(source() / "films.csv", "genres,year,seen\nDrama|War,1990,1\nWar,1970,0\n"
                                        "Comedy|War,,1\nComedy,2020,0\n|,1980,1\n");
    test::write(request.split.file, "0\ttrain\n1\ttrain\n2\ttest\n3\tvalid\n4\ttrain\n");
    test::write(request.schema,
                "[[table]]\nname = \"films\"\nfile = \"films.csv\"\n"
                "[label]\ncolumn = \"films.seen\"\npositive = \"== 1\"\n"
                "[[field]]\nname = \"genres\"\ncolumn = \"films.genres\"\nkind = \"multi\"\n"
                "[[field]]\nname = \"year\"\ncolumn = \"films.year\"\nkind = \"number\"\n"
                "buckets = 3\n");
    const auto data = import(request);
    QVERIFY(data);
    // 0 is the mask; genres: 1 unknown, 2 Drama, 3 War; year: 4 unknown, 5 6 7 of 1970 1980 1990.
    const auto ids = [&](int field, std::size_t row) {
        const auto span = data->idsOfCode(field, data->codes(field)[row]);
        return std::vector<std::int64_t>(span.begin(), span.end());
    };
    using Ids = std::vector<std::int64_t>;
    QCOMPARE(ids(0, 0), (Ids{2, 3}));
    QCOMPARE(ids(0, 1), Ids{3});
    QCOMPARE(ids(0, 2), Ids{3}); // no training row is a comedy
    QCOMPARE(ids(0, 3), Ids{1});
    QCOMPARE(ids(0, 4), Ids{1});
    QCOMPARE(ids(1, 0), Ids{7});
    QCOMPARE(ids(1, 1), Ids{5});
    QCOMPARE(ids(1, 2), Ids{4});
    QCOMPARE(ids(1, 3), Ids{7}); // later than all: the last range is open
    QCOMPARE(ids(1, 4), Ids{6});
    QCOMPARE(data->fields()[0].ids, 2);
    QCOMPARE(data->fields()[1].ids, 3);
    QCOMPARE(data->idCount(), 8);
    QCOMPARE(data->fields()[0].oovRate, 0.5);
    QCOMPARE(data->trainingCounts(), (Ids{0, 1, 1, 2, 0, 1, 1, 1}));
    QCOMPARE(rowOf(*data, 2), std::string("Comedy|War|")); // values stay as they are
}

void ImportTest::findsColumnsByAnotherSpellingAndWithoutTheirType() {
    ImportRequest request = shop();
    test::write(source() / "sales.csv",
                "buyer:token,item:token,score:float,day:float\nann,1,5,30\n");
    std::string schema(test::kShopSchema);
    const std::string table = "file = \"sales.csv\"\n";
    schema.replace(schema.find(table), table.size(), table + "header = \"typed\"\n");
    const std::string stars = "\"sales.stars\"";
    schema.replace(schema.find(stars), stars.size(), "[\"sales.stars\", \"sales.score\"]");
    test::write(source() / "schema.toml", schema);
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(rowsOf(*data), std::vector<std::string>{"ann|1|Tea, green"});
}

void ImportTest::readsTheMovieLensPreset() {
    const test::FakeMovieLens fake;
    fake.writeTo(source());
    ImportRequest request;
    request.source = source();
    request.preset = "movielens-100k";
    request.name = "ml";
    const auto data = import(request);
    QVERIFY(data);
    const std::array<std::string, 19> genres = {
        "unknown",     "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",
        "Documentary", "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery",
        "Romance",     "Sci-Fi", "Thriller",  "War",       "Western"};
    std::vector<std::string> names;
    for (const FieldInfo& field : data->fields()) {
        names.push_back(field.name);
        QVERIFY(field.use == FieldUse::Both);
    }
    QCOMPARE(names, (std::vector<std::string>{"user_id", "gender", "age", "occupation", "zip_code",
                                              "movie_id", "title", "genre"}));
    std::size_t row = 0;
    int dropped = 0;
    for (int user = 1; user <= fake.users; ++user) {
        for (int film = 1; film <= fake.films; ++film) {
            const int stars = fake.stars(user, film);
            if (!fake.rates(user, film)) {
                continue;
            }
            if (stars == 3) {
                ++dropped;
                continue;
            }
            std::string genre;
            for (int flag = 0; flag < 19; ++flag) {
                if (fake.hasFlag(film, flag)) {
                    genre += (genre.empty() ? "" : "|") + genres.at(static_cast<std::size_t>(flag));
                }
            }
            QCOMPARE(rowOf(*data, row), std::to_string(user) + "|" + fake.gender(user) + "|" +
                                            fake.age(user) + "|" + fake.occupation(user) + "|" +
                                            fake.zipCode(user) + "|" + std::to_string(film) + "|" +
                                            fake.title(film) + "|" + genre);
            QCOMPARE(int{data->labels()[row]}, stars > 3 ? 1 : 0);
            QCOMPARE(data->times()[row], std::int64_t{fake.time(user, film)});
            ++row;
        }
    }
    QCOMPARE(std::size_t(data->rows()), row);
    QCOMPARE(report_.tally.droppedRows, dropped);
    QCOMPARE(report_.tally.badLines, 0);
    QVERIFY(dropped > 0 && row > 20);
}

void ImportTest::givesIdsFromTheTrainingSplitOnly() {
    ImportRequest request = shop();
    request.split.rule = SplitPlan::Rule::File;
    request.split.file = source() / "split.tsv";
    test::write(request.split.file, "0\tvalid\n1\ttrain\n2\ttrain\n3\ttest\n4\ttrain\n");
    const auto data = import(request);
    QVERIFY(data);
    // buyer: 1 unknown, bob 2, ann 3; item: 4 unknown, "2" 5, "3" 6; title: 7 unknown, Cup 8, ...
    const auto idOf = [&](int field, std::string_view value) -> std::int64_t {
        for (std::uint32_t code = 0; code < data->idOfCode(field).size(); ++code) {
            if (data->value(field, code) == value) {
                return data->idOfCode(field)[code];
            }
        }
        return -1;
    };
    QCOMPARE(idOf(0, "bob"), 2);
    QCOMPARE(idOf(0, "ann"), 3);
    QCOMPARE(idOf(0, "cid"), 1);
    QCOMPARE(idOf(1, "1"), 4);
    QCOMPARE(idOf(1, "2"), 5);
    QCOMPARE(idOf(1, "3"), 6);
    QCOMPARE(idOf(2, "Tea, green"), 7);
    QCOMPARE(data->idCount(), 10);
    QCOMPARE(data->fields()[0].firstId, 1);
    QCOMPARE(data->fields()[0].ids, 2);
    QCOMPARE(data->fields()[0].values, 3);
    QCOMPARE(data->fields()[0].oovRate, 0.5); // cid of ann and cid
    QCOMPARE(data->fields()[1].oovRate, 0.5);
    // The title is words only: its ids are nowhere seen.
    QCOMPARE(data->trainingCounts(), (std::vector<std::int64_t>{0, 0, 2, 1, 0, 2, 1, 0, 0, 0}));
    QCOMPARE(data->rowsOf(Split::Train), (std::vector<std::int64_t>{1, 2, 4}));
    QCOMPARE(data->splitRows(Split::Valid), 1);

    request.minCount = 2;
    request.replace = true;
    const auto rarer = import(request);
    QVERIFY(rarer);
    QCOMPARE(rarer->fields()[0].ids, 1); // bob
    QCOMPARE(rarer->fields()[0].oovRate, 1.0);
    QCOMPARE(rarer->trainingCounts(), (std::vector<std::int64_t>{0, 1, 2, 1, 2, 0, 0}));
    QVERIFY(rarer->hash() != data->hash());
}

void ImportTest::agreesWithAPlainComputationOnRandomTables() {
    RandomStream random(/*seed=*/11, "import");
    for (int round = 0; round < 15; ++round) {
        std::map<std::string, std::string> titles; // first one wins
        std::string goods = "title,item\n";
        std::int64_t repeated = 0;
        for (std::uint64_t i = random.below(12); i > 0; --i) {
            const std::string item = std::to_string(random.below(8));
            const std::string title = "t" + std::to_string(random.below(5));
            goods += title + "," + item + "\n";
            repeated += titles.emplace(item, title).second ? 0 : 1;
        }
        std::vector<std::string> rows;
        std::int64_t dropped = 0;
        std::int64_t unmatched = 0;
        std::int64_t bad = 0;
        std::int64_t positives = 0;
        std::string sales = "buyer,item,stars,day\n";
        const auto add = [&](const std::string& item, std::uint64_t stars, bool isBad) {
            const std::string buyer = "b" + std::to_string(random.below(6));
            sales += buyer + "," + item + "," + (isBad ? "?" : std::to_string(stars)) + ",1\n";
            if (isBad) {
                ++bad;
            } else if (!titles.contains(item)) {
                ++unmatched;
            } else if (stars == 0) {
                ++dropped;
            } else {
                rows.push_back(buyer + "|" + item + "|" + titles[item]);
                positives += stars >= 4 ? 1 : 0;
            }
        };
        for (int i = 0; i < 60; ++i) {
            add(std::to_string(random.below(8)), random.below(6), random.below(10) == 0);
        }
        titles.emplace("always", "there");
        goods += "there,always\n";
        add("always", 5, false);

        ImportRequest request = shop();
        request.replace = true;
        request.split.seed = random.next();
        request.minCount = 1 + static_cast<std::int64_t>(random.below(3));
        test::write(source() / "sales.csv", sales);
        test::write(source() / "goods.csv", goods);
        const auto data = import(request);
        QVERIFY(data);
        QCOMPARE(rowsOf(*data), rows);
        QCOMPARE(data->positives(), positives);
        QCOMPARE(report_.tally.droppedRows, dropped);
        QCOMPARE(report_.tally.unmatchedRows, unmatched);
        QCOMPARE(report_.tally.badLines, bad);
        QCOMPARE(report_.tally.repeatedKeys, repeated);

        std::int64_t nextId = 1;
        for (int field = 0; field < 3; ++field) {
            std::map<std::string, std::int64_t> counts;
            std::vector<std::string> order;
            for (const std::int64_t row : data->rowsOf(Split::Train)) {
                const std::string value(
                    data->value(field, data->codes(field)[static_cast<std::size_t>(row)]));
                if (counts[value]++ == 0) {
                    order.push_back(value);
                }
            }
            const std::int64_t unknown = nextId++;
            std::map<std::string, std::int64_t> ids;
            for (const std::string& value : order) {
                if (counts[value] >= request.minCount) {
                    ids[value] = nextId++;
                }
            }
            for (std::uint32_t code = 0; code < data->idOfCode(field).size(); ++code) {
                const auto found = ids.find(std::string(data->value(field, code)));
                QCOMPARE(data->idOfCode(field)[code], found == ids.end() ? unknown : found->second);
            }
        }
        QCOMPARE(data->idCount(), nextId);
    }
}

void ImportTest::appliesTheLabelRuleOfTheRequest() {
    ImportRequest request = shop();
    request.labelRule = "== 2";
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(data->positives(), 1);
    QCOMPARE(report_.tally.droppedRows, 1); // the drop rule stays
}

void ImportTest::readsOneFileAsTheSource() {
    const auto file = source() / "any name.csv";
    test::write(file, "y,a\n1,x\n0,y\n1\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    ImportRequest request = test::shopRequest(source());
    request.source = file;
    const auto data = import(request);
    QVERIFY(data);
    QCOMPARE(rowsOf(*data), (std::vector<std::string>{"x", "y"}));
    QVERIFY(data->times().empty());
    QCOMPARE(report_.examples.front().where, std::string("any name.csv:4"));
}

void ImportTest::hashesContentAndSplitNotTheName() {
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

void ImportTest::writesTheObjectOfTheContract() {
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

void ImportTest::leavesAnEqualDatasetAlone() {
    const ImportRequest request = shop();
    QVERIFY(import(request));
    const auto manifest = datasets() / "shop" / "manifest.json";
    const auto before = std::filesystem::last_write_time(manifest);
    const auto again = import(request);
    QVERIFY(again);
    QVERIFY(std::filesystem::last_write_time(manifest) == before);
}

void ImportTest::refusesAnotherContentUnlessReplaced() {
    ImportRequest request = shop();
    const auto first = import(request);
    QVERIFY(first);
    test::write(source() / "sales.csv", std::string(test::kSales) + "ann,3,4,99\n");
    const auto refused = importDataset(request, datasets());
    QVERIFY(!refused.ok());
    QVERIFY(refused.problem().what.find("another content") != std::string::npos);
    {
        const auto kept = Dataset::open(datasets() / "shop");
        FLIP_VERIFY_OK(kept);
        QCOMPARE(kept->hash(), first->hash());
    }
    request.replace = true;
    const auto replaced = import(request);
    QVERIFY(replaced);
    QCOMPARE(replaced->rows(), 6);
    QCOMPARE(rowsOf(*first).size(), std::size_t{5}); // what is open stays readable
    for (const auto& entry : std::filesystem::directory_iterator(datasets())) {
        QCOMPARE(entry.path().filename().string(), std::string("shop"));
    }
}

void ImportTest::repairsADamagedDatasetOfTheSameContent() {
    const ImportRequest request = shop();
    QVERIFY(import(request));
    const auto columns = datasets() / "shop" / "columns";
    const auto victim = std::filesystem::directory_iterator(columns)->path();
    const auto size = std::filesystem::file_size(victim);
    test::write(victim, std::string(size, '\x7F'));
    QVERIFY(import(request));
}

void ImportTest::tellsHowFarItIs() {
    test::FakeMovieLens fake;
    fake.users = 250;
    fake.films = 60;
    fake.writeTo(source());
    ImportRequest request;
    request.source = source();
    request.preset = "movielens-100k";
    request.name = "ml";
    std::vector<ImportProgress> told;
    const auto report =
        importDataset(request, datasets(), [&](const ImportProgress& now) { told.push_back(now); });
    FLIP_VERIFY_OK(report);
    QVERIFY(told.size() > 5);
    for (std::size_t i = 1; i < told.size(); ++i) {
        QVERIFY(told[i].bytes >= told[i - 1].bytes);
        QVERIFY(told[i].bytes <= told[i].totalBytes);
    }
    QCOMPARE(told.front().phase, std::string("reading users"));
    QCOMPARE(told.back().bytes, told.back().totalBytes);
    QCOMPARE(told.back().rows, report->rows);
}

QTEST_GUILESS_MAIN(ImportTest)
#include "import_test.moc"

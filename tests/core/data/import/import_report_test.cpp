#include "core/data/import/import.h"

#include "tests/core/data/fake_movielens.h"
#include "tests/core/data/import/import_folder.h"

#include <QtTest>

using namespace flip;

/// What an import reports: what it leaves out, what looks wrong, and its progress.
class ImportReportTest : public QObject, test::ImportFolder {
    Q_OBJECT

private Q_SLOTS:
    void init() { renew(); }

    void countsWhatItLeavesOut();
    void reportsASeedThatIsNotUsed_data();
    void reportsASeedThatIsNotUsed();
    void countsKeysWithoutAMatch();
    void countsARowWithoutAMatchOnceInAChainOfJoins_data();
    void countsARowWithoutAMatchOnceInAChainOfJoins();
    void leavesOutRowsWithoutALabel_data();
    void leavesOutRowsWithoutALabel();
    void dropsATextWhenPositiveComparesNumbers();
    void countsUnnamedLabelsOverAllBatches();
    void countsValuesThatDoNotFitTheKind();
    void countsBadLinesOfEveryTable();
    void reportsProgress();
};

void ImportReportTest::countsWhatItLeavesOut() {
    const ImportRequest request = shop();
    test::write(source() / "sales.csv", std::string(test::kSales) + "dan,9,5,70\n" + // unknown item
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
    QCOMPARE(report_.examples[0].what, std::string("the label \"many\" is not a number"));
    QVERIFY(report_.examples[2].what.starts_with("expected 4 columns, found 3"));
}

void ImportReportTest::reportsASeedThatIsNotUsed_data() {
    QTest::addColumn<bool>("wasChosen");
    QTest::addColumn<bool>("hasSplitNames"); // the files do
    QTest::addColumn<bool>("isReported");
    QTest::newRow("files with split names") << true << true << true;
    QTest::newRow("files without split names") << true << false << false;
    QTest::newRow("the default seed") << false << true << false;
}

void ImportReportTest::reportsASeedThatIsNotUsed() {
    QFETCH(bool, wasChosen);
    QFETCH(bool, hasSplitNames);
    QFETCH(bool, isReported);
    test::write(source() / "train.csv", "y,a\n1,x\n0,y\n");
    test::write(source() / (hasSplitNames ? "test.csv" : "train2.csv"), "y,a\n1,x\n0,y\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t*.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    if (!hasSplitNames) {
        std::filesystem::rename(source() / "train.csv", source() / "train1.csv");
    }
    ImportRequest request = test::shopRequest(source());
    request.split.preferParts = true;
    request.split.seed = 5;
    request.split.seedWasChosen = wasChosen;
    QVERIFY(import(request));
    const bool seen = std::ranges::any_of(report_.remarks, [](const ImportRemark& remark) {
        return remark.text.starts_with("the seed of the split is not used");
    });
    QCOMPARE(seen, isReported);
}

void ImportReportTest::countsKeysWithoutAMatch() {
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

void ImportReportTest::countsARowWithoutAMatchOnceInAChainOfJoins_data() {
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

void ImportReportTest::countsARowWithoutAMatchOnceInAChainOfJoins() {
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

void ImportReportTest::leavesOutRowsWithoutALabel_data() {
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
    QTest::newRow("a text that the rule names is a label")
        << "in ['', 'NA', 'y']" << QStringList{"", "NA", "y", "x"} << QStringList{} << 3;
}

void ImportReportTest::leavesOutRowsWithoutALabel() {
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

void ImportReportTest::dropsATextWhenPositiveComparesNumbers() {
    test::write(source() / "t.csv", "y,a\n5,x\nNA,x\n,x\n1,x\nmany,x\n");
    test::write(source() / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                          "[label]\ncolumn='t.y'\npositive='>= 4'\n"
                                          "drop='in [\"NA\", \"\"]'\n"
                                          "[[field]]\nname='a'\ncolumn='t.a'\n");
    const auto data = import(test::shopRequest(source()));
    QVERIFY(data);
    QCOMPARE(data->rows(), std::int64_t{2});
    QCOMPARE(report_.tally.droppedRows, std::int64_t{2});
    QCOMPARE(report_.tally.badLines, std::int64_t{1}); // "many"
}

void ImportReportTest::countsUnnamedLabelsOverAllBatches() {
    // Several batches; every label occurs in each of them, the near misses only at the end.
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

void ImportReportTest::countsValuesThatDoNotFitTheKind() {
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

void ImportReportTest::countsBadLinesOfEveryTable() {
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

void ImportReportTest::reportsProgress() {
    test::FakeMovieLens fake;
    fake.users = 250;
    fake.films = 60;
    fake.writeTo(source());
    ImportRequest request;
    request.source = source();
    request.preset = "movielens-100k";
    request.name = "ml";
    std::vector<ImportProgress> seen;
    const auto report =
        importDataset(request, datasets(), [&](const ImportProgress& now) { seen.push_back(now); });
    FLIP_VERIFY_OK(report);
    QVERIFY(seen.size() > 5);
    for (std::size_t i = 1; i < seen.size(); ++i) {
        QVERIFY(seen[i].bytes >= seen[i - 1].bytes);
        QVERIFY(seen[i].bytes <= seen[i].totalBytes);
    }
    QCOMPARE(seen.front().phase, std::string("reading users"));
    QCOMPARE(seen.back().bytes, seen.back().totalBytes);
    QCOMPARE(seen.back().rows, report->rows);
}

QTEST_GUILESS_MAIN(ImportReportTest)
#include "import_report_test.moc"

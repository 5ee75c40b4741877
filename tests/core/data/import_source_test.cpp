#include "core/data/import_source.h"

#include <QtTest>

using namespace flip;

class ImportSourceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reportsTheSplit_data();
    void reportsTheSplit();
    void reportsSeveralFiles();
    void warnsOfASplitWithoutRows_data();
    void warnsOfASplitWithoutRows();
};

void ImportSourceTest::reportsTheSplit_data() {
    QTest::addColumn<QString>("words");
    QTest::newRow("random") << "split at random, seed 7: train 80 rows, valid 10, test 11";
    QTest::newRow("time")
        << "split by time, the newest rows for test: train 80 rows, valid 10, test 11";
    QTest::newRow("file") << "split by the split file: train 80 rows, valid 10, test 11";
    QTest::newRow("parts") << "split by file name: train 80 rows, valid 10, test 11";
}

void ImportSourceTest::reportsTheSplit() {
    QFETCH(QString, words);
    const ImportSource source{.splitRule = QTest::currentDataTag(), .splitSeed = 7};
    QCOMPARE(QString::fromStdString(splitInWords(source, {80, 10, 11})), words);
}

void ImportSourceTest::reportsSeveralFiles() {
    ImportSource source{.tables = {{"clicks", {"a.csv", "b.csv"}}, {"films", {"films.csv"}}},
                        .splitRule = "random"};
    const auto two = sourceRemarks(source, {8, 1, 1});
    QCOMPARE(two.size(), std::size_t{1});
    QCOMPARE(two[0].text, std::string("table \"clicks\" was read from 2 files: a.csv, b.csv"));
    QVERIFY(!two[0].isWarning);
    source.tables = {{"clicks", std::vector<std::string>(12, "p.csv")}};
    const auto many = sourceRemarks(source, {8, 1, 1});
    QVERIFY2(many[0].text.ends_with("p.csv, p.csv and 2 more"), many[0].text.c_str());
}

void ImportSourceTest::warnsOfASplitWithoutRows_data() {
    QTest::addColumn<QString>("rule");
    QTest::addColumn<int>("valid");
    QTest::addColumn<int>("test");
    QTest::addColumn<QString>("warning"); // empty: no warning
    QTest::newRow("no valid")
        << "parts" << 0 << 2
        << "there are no rows for validation; add a file for it or choose another "
           "split";
    QTest::newRow("no test")
        << "parts" << 2 << 0
        << "there are no rows for test; add a file for it or choose another split";
    QTest::newRow("neither")
        << "parts" << 0 << 0
        << "there are no rows for validation or test; add a file for it or choose "
           "another split";
    QTest::newRow("split file")
        << "file" << 0 << 2
        << "there are no rows for validation; name some in the split file or "
           "choose another split";
    QTest::newRow("no empty split") << "parts" << 1 << 1 << "";
    QTest::newRow("random split") << "random" << 0 << 0 << "";
    QTest::newRow("split by time") << "time" << 0 << 0 << "";
}

void ImportSourceTest::warnsOfASplitWithoutRows() {
    QFETCH(QString, rule);
    QFETCH(int, valid);
    QFETCH(int, test);
    QFETCH(QString, warning);
    const auto remarks = sourceRemarks({.splitRule = rule.toStdString()}, {5, valid, test});
    QCOMPARE(remarks.size(), std::size_t(warning.isEmpty() ? 0 : 1));
    if (!warning.isEmpty()) {
        QCOMPARE(QString::fromStdString(remarks[0].text), warning);
        QVERIFY(remarks[0].isWarning);
    }
}

QTEST_APPLESS_MAIN(ImportSourceTest)
#include "import_source_test.moc"

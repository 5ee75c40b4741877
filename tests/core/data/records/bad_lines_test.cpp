#include "core/data/records/bad_lines.h"

#include <QtTest>

using namespace flip;

class BadLinesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsAllAndKeepsTheFirstThousand();
    void survivesARoundTripThroughText();
    void refusesADamagedList_data();
    void refusesADamagedList();
};

void BadLinesTest::countsAllAndKeepsTheFirstThousand() {
    BadLines bad;
    for (std::int64_t batch = 0; batch < 3; ++batch) {
        std::vector<RecordBatch::Defect> defects;
        for (std::int64_t line = 0; line < 400; ++line) {
            defects.push_back({line, "is bad"});
        }
        bad.add("a.csv", 1 + 400 * batch, defects);
    }
    QCOMPARE(bad.count(), 1200);
    QCOMPARE(bad.first().size(), BadLines::kKept);
    QCOMPARE(bad.first().back().line, 1000);
    QCOMPARE(bad.first().back().problem().text(), std::string("a.csv:1000: is bad"));
}

void BadLinesTest::survivesARoundTripThroughText() {
    BadLines bad;
    const std::vector<RecordBatch::Defect> defects = {
        {0, "the label \"x\ty\" is not a number"}, {4, "has\nbreaks"}, {5, "\u00e9"}};
    bad.add("ratings.csv", 3, defects);
    const auto read = BadLines::fromText(bad.toText(), "list");
    QVERIFY(read.ok());
    QCOMPARE(read->size(), std::size_t{3});
    QCOMPARE((*read)[0].reason, std::string("the label \"x y\" is not a number"));
    QCOMPARE((*read)[1].line, 7);
    QCOMPARE((*read)[1].reason, std::string("has breaks"));
    QCOMPARE((*read)[2].file, std::string("ratings.csv"));
    QCOMPARE(BadLines::fromText("", "list")->size(), std::size_t{0});
}

void BadLinesTest::refusesADamagedList_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("no tabs") << "a.csv 3 is bad\n";
    QTest::newRow("one tab") << "a.csv\t3\n";
    QTest::newRow("not a number") << "a.csv\tthree\tis bad\n";
    QTest::newRow("digits before a letter") << "a.csv\t3x\tis bad\n";
}

void BadLinesTest::refusesADamagedList() {
    QFETCH(QString, text);
    const auto read = BadLines::fromText(text.toStdString(), "list");
    QVERIFY(!read.ok());
    QCOMPARE(read.problem().where, std::string("list"));
}

QTEST_GUILESS_MAIN(BadLinesTest)
#include "bad_lines_test.moc"

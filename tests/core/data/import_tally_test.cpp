#include "core/data/import_tally.h"

#include "core/data/field_info.h"

#include <QtTest>

using namespace flip;

namespace {

/// Each remark on a line, warnings with "! " before them.
QString remarked(const ImportTally& tally, const std::vector<FieldInfo>& fields = {},
                 std::int64_t rows = 200) {
    QStringList lines;
    for (const ImportRemark& remark : importRemarks(tally, fields, rows)) {
        lines << (remark.isWarning ? "! " : "") + QString::fromStdString(remark.text);
    }
    return lines.join('\n');
}

} // namespace

class ImportTallyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reportsWhatWasLeftOut();
    void reportsNothingIfAllIsWell();
    void reportsRowsWithoutAMatch_data();
    void reportsRowsWithoutAMatch();
    void warnsOfManyBadLines_data();
    void warnsOfManyBadLines();
    void reportsRepeatedKeys();
    void reportsTruncatedTimes();
    void reportsHowUnnamedLabelsCount();
    void namesTheMostFrequentLabels();
    void reportsValuesThatAreNotNumbers_data();
    void reportsValuesThatAreNotNumbers();
    void reportsBracketsThatAreNotAList();
};

void ImportTallyTest::reportsWhatWasLeftOut() {
    QCOMPARE(leftOutInWords({}), std::string("no rows"));
    QCOMPARE(leftOutInWords({.badLines = 1}), std::string("1 bad line"));
    QCOMPARE(leftOutInWords({.badLines = 3, .droppedRows = 25, .unmatchedRows = 40}),
             std::string("25 by the label's drop rule, 40 without a match, 3 bad lines"));
}

void ImportTallyTest::reportsNothingIfAllIsWell() {
    FieldInfo field;
    field.name = "user";
    QCOMPARE(remarked({.tables = {{"books", 9}}, .joins = {{"books", 200, 0}}}, {field}),
             QString());
    // What is left out on purpose is reported by leftOutInWords().
    QCOMPARE(remarked({.droppedRows = 1000}), QString());
}

void ImportTallyTest::reportsRowsWithoutAMatch_data() {
    QTest::addColumn<bool>("keepsRows");
    QTest::addColumn<int>("unmatched"); // of 200
    QTest::addColumn<QString>("remark");
    const QString alike = "; are the keys spelled the same in both files?";
    const QString books = " of 200 rows have no match in the table \"books\"";
    QTest::newRow("matched, none") << false << 0 << "";
    QTest::newRow("matched, one")
        << false << 1 << "1 of 200 rows has no match in the table \"books\"; it is left out";
    QTest::newRow("matched, few") << false << 10 << "10" + books + "; they are left out";
    QTest::newRow("matched, too many") << false << 11 << "! 11" + books + alike;
    QTest::newRow("all, few")
        << true << 1
        << "1 of 200 rows has no match in the table \"books\"; its fields are "
           "empty there";
    QTest::newRow("all, most") << true << 190 << "190" + books + "; its fields are empty there";
    QTest::newRow("all, nearly all") << true << 191 << "! 191" + books + alike;
    QTest::newRow("all, all") << true << 200 << "! 200" + books + alike;
}

void ImportTallyTest::reportsRowsWithoutAMatch() {
    QFETCH(bool, keepsRows);
    QFETCH(int, unmatched);
    QTEST(remarked({.joins = {{"books", 200, unmatched, keepsRows}}}), "remark");
}

void ImportTallyTest::warnsOfManyBadLines_data() {
    QTest::addColumn<int>("unreadable"); // of 200
    QTest::addColumn<int>("unusable");
    QTest::addColumn<bool>("delimited");
    QTest::addColumn<QString>("remark");
    QTest::newRow("few") << 10 << 10 << true << "";
    QTest::newRow("unreadable") << 11 << 0 << true
                                << "! 11 of 200 lines of \"books\" could not be read; check "
                                   "delimiter, quote and encoding in the schema";
    QTest::newRow("unreadable JSON")
        << 11 << 0 << false
        << "! 11 of 200 lines of \"books\" could not be read; check the format in the schema";
    QTest::newRow("unusable") << 0 << 11 << true
                              << "! 11 of 200 lines of \"books\" have no label or time that can be "
                                 "used; the list of bad lines says why";
}

void ImportTallyTest::warnsOfManyBadLines() {
    QFETCH(int, unreadable);
    QFETCH(int, unusable);
    QFETCH(bool, delimited);
    // The share is of the table's own lines, however many rows there are.
    const ImportTally tally{
        .badLines = unreadable + unusable,
        .tables = {{"ratings", 1000000}, {"books", 200, unreadable, unusable, delimited}}};
    QTEST(remarked(tally, {}, 1000000), "remark");
}

void ImportTallyTest::reportsRepeatedKeys() {
    QCOMPARE(remarked({.repeatedKeys = 1}),
             QString("1 line of a joined table has a key that came before; only the first line of "
                     "a key is used"));
    QCOMPARE(remarked({.repeatedKeys = 2}),
             QString("2 lines of joined tables have a key that came before; only the first line "
                     "of a key is used"));
}

void ImportTallyTest::reportsTruncatedTimes() {
    QCOMPARE(
        remarked({.cutTimes = 150}),
        QString("150 of 200 rows have a time with more decimals than fit into 64 bits with the "
                "other times; the last ones are cut off, towards the past"));
}

void ImportTallyTest::reportsHowUnnamedLabelsCount() {
    ImportTally tally{.unnamedLabels = {{"no", 1}, {"false", 103}},
                      .otherUnnamedRows = 4,
                      .nearlyNamedLabels = {{"True", 6}}};
    QCOMPARE(remarked(tally),
             QString("labels not named in the rule count as negative: \"false\" (103 rows), "
                     "\"no\" (1 row), others (4 rows)\n"
                     "! these labels count as negative, but differ from the rule's only in case "
                     "or blanks: \"True\" (6 rows); is that intended?"));
    tally = {.unnamedLabels = {{"yes", 5}}, .unnamedArePositive = true};
    QCOMPARE(remarked(tally),
             QString("labels not named in the rule count as positive: \"yes\" (5 rows)"));
}

void ImportTallyTest::namesTheMostFrequentLabels() {
    ImportTally tally{.otherUnnamedRows = 2};
    for (int i = 1; i <= 10; ++i) {
        tally.unnamedLabels.push_back({std::to_string(i), i});
    }
    QCOMPARE(remarked(tally),
             QString("labels not named in the rule count as negative: \"10\" (10 rows), \"9\" (9 "
                     "rows), \"8\" (8 rows), \"7\" (7 rows), \"6\" (6 rows), \"5\" (5 rows), "
                     "\"4\" (4 rows), \"3\" (3 rows), others (5 rows)"));
}

void ImportTallyTest::reportsValuesThatAreNotNumbers_data() {
    QTest::addColumn<int>("empty"); // of 200
    QTest::addColumn<int>("others");
    QTest::addColumn<QString>("remark");
    QTest::newRow("none") << 0 << 0 << "";
    QTest::newRow("empty") << 5 << 0
                           << "price: 5 of 200 rows have no number (all are empty); they get the "
                              "unknown id";
    QTest::newRow("one empty") << 1 << 0
                               << "price: 1 of 200 rows has no number (it is empty); it gets the "
                                  "unknown id";
    QTest::newRow("text") << 0 << 36
                          << "! price: 36 of 200 rows have no number but text such as \"$12.99\"; "
                             "they get the unknown id";
    QTest::newRow("one text") << 0 << 1
                              << "price: 1 of 200 rows has no number but text such as \"$12.99\"; "
                                 "it gets the unknown id";
    QTest::newRow("both")
        << 5 << 36
        << "! price: 41 of 200 rows have no number (5 are empty, others hold text "
           "such as \"$12.99\"); they get the unknown id";
    QTest::newRow("one of both")
        << 1 << 1
        << "price: 2 of 200 rows have no number (1 is empty, another holds "
           "text such as \"$12.99\"); they get the unknown id";
}

void ImportTallyTest::reportsValuesThatAreNotNumbers() {
    QFETCH(int, empty);
    QFETCH(int, others);
    FieldInfo price;
    price.name = "price";
    price.kind = FieldKind::Number;
    price.emptyRows = empty;
    price.misfitRows = others;
    price.misfit = others > 0 ? "$12.99" : "";
    QTEST(remarked({}, {price}), "remark");
}

void ImportTallyTest::reportsBracketsThatAreNotAList() {
    FieldInfo user;
    user.name = "user";
    user.emptyRows = 5; // an empty id is a value like any other
    FieldInfo tags;
    tags.name = "tags";
    tags.kind = FieldKind::Multi;
    tags.separator = ", ";
    tags.misfitRows = 1;
    tags.misfit = "[REC]";
    QCOMPARE(remarked({}, {user, tags}),
             QString("tags: 1 of 200 rows has brackets that are not a readable list, such as "
                     "\"[REC]\"; it was split at \", \" like plain text"));
    tags.misfitRows = 20;
    QCOMPARE(remarked({}, {user, tags}),
             QString("! tags: 20 of 200 rows have brackets that are not a readable list, such as "
                     "\"[REC]\"; they were split at \", \" like plain text"));
}

QTEST_APPLESS_MAIN(ImportTallyTest)
#include "import_tally_test.moc"

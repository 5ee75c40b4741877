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
    void tellsWhatWasLeftOut();
    void saysNothingWhereThereIsNothing();
    void tellsOfKeysWithoutAMatch();
    void tellsOfBadLinesWhereTheyAreMany();
    void tellsOfRepeatedKeys();
    void tellsOfTimesThatWereCut();
    void tellsHowLabelsWithoutARuleCount();
    void tellsOfValuesThatTheKindDoesNotFit();
};

void ImportTallyTest::tellsWhatWasLeftOut() {
    QCOMPARE(leftOutInWords({}), std::string());
    QCOMPARE(leftOutInWords({.badLines = 1}), std::string("1 bad line"));
    QCOMPARE(leftOutInWords({.badLines = 3, .droppedRows = 25, .unmatchedRows = 40}),
             std::string("25 by the label's drop rule, 40 without a match, 3 bad lines"));
}

void ImportTallyTest::saysNothingWhereThereIsNothing() {
    FieldInfo field;
    field.name = "user";
    QCOMPARE(remarked({.withoutMatch = {{"books", 0}}}, {field}), QString());
    // What is left out and is no mistake has its words already.
    QCOMPARE(remarked({.droppedRows = 1000}), QString());
}

void ImportTallyTest::tellsOfKeysWithoutAMatch() {
    QCOMPARE(remarked({.unmatchedRows = 40, .withoutMatch = {{"books", 40}, {"users", 2}}}),
             QString("! 40 of 240 rows have a key that books does not hold; are keys spelled alike "
                     "in both files?\n"
                     "2 of 240 rows have a key that users does not hold; are keys spelled alike in "
                     "both files?"));
}

void ImportTallyTest::tellsOfBadLinesWhereTheyAreMany() {
    QCOMPARE(remarked({.badLines = 10}), QString());
    QCOMPARE(
        remarked({.badLines = 20}),
        QString("! 20 of 220 rows are bad lines; does the schema say how the file is written?"));
}

void ImportTallyTest::tellsOfRepeatedKeys() {
    QCOMPARE(remarked({.repeatedKeys = 1}),
             QString("1 line of a joined table repeats a key; of each key the first line counts"));
    QCOMPARE(remarked({.repeatedKeys = 2}),
             QString("2 lines of joined tables repeat a key; of each key the first line counts"));
}

void ImportTallyTest::tellsOfTimesThatWereCut() {
    QCOMPARE(remarked({.cutTimes = 150}),
             QString("150 of 200 rows have a time with more decimals than 64 bits hold beside the "
                     "others; the last ones are cut off, towards the past"));
}

void ImportTallyTest::tellsHowLabelsWithoutARuleCount() {
    ImportTally tally{.unnamedLabels = {{"false", 103}, {"True", 6}, {"", 4}},
                      .nearlyNamedLabels = {{"True", 6}}};
    QCOMPARE(remarked(tally),
             QString("labels that the rule does not name are negative: \"false\" 103, \"True\" 6, "
                     "others 4\n"
                     "! labels that differ from one that the rule names in case or blanks only are "
                     "negative: \"True\" 6"));
    tally = {.unnamedLabels = {{"yes", 5}}, .unnamedArePositive = true};
    QCOMPARE(remarked(tally),
             QString("labels that the rule does not name are positive: \"yes\" 5"));
}

void ImportTallyTest::tellsOfValuesThatTheKindDoesNotFit() {
    FieldInfo price;
    price.name = "price";
    price.kind = FieldKind::Number;
    price.misfitRows = 36;
    price.misfit = "$12.99";
    FieldInfo stock = price;
    stock.name = "stock";
    stock.emptyRows = 5;
    FieldInfo age = stock;
    age.name = "age";
    age.misfitRows = 0;
    FieldInfo user;
    user.name = "user";
    user.emptyRows = 5; // an empty id is a value as others are
    FieldInfo tags;
    tags.name = "tags";
    tags.kind = FieldKind::Multi;
    tags.separator = ", ";
    tags.misfitRows = 1;
    tags.misfit = "[REC]";
    QCOMPARE(remarked({}, {price, stock, age, user, tags}),
             QString("! price: 36 of 200 rows hold no number, such as \"$12.99\"; they have the "
                     "unknown id\n"
                     "! stock: 41 of 200 rows hold no number, 5 of them empty, others such as "
                     "\"$12.99\"; they have the unknown id\n"
                     "age: 5 of 200 rows hold no number, all of them empty; they have the unknown "
                     "id\n"
                     "tags: 1 of 200 rows hold text in brackets that is no list, such as "
                     "\"[REC]\"; it is parted at \", \" as it stands"));
}

QTEST_APPLESS_MAIN(ImportTallyTest)
#include "import_tally_test.moc"

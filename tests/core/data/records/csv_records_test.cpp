#include "core/data/records/csv_records.h"

#include "tests/core/data/data_files.h"
#include "tests/fuzz/memory_bytes.h"

#include <QtTest>

using namespace flip;

namespace {

Result<std::unique_ptr<CsvRecords>> open(const std::string& text, CsvFormat format = {}) {
    constexpr std::size_t kStep = std::size_t{5} << 20;
    return CsvRecords::open(std::make_unique<fuzz::MemoryBytes>(text, kStep), format,
                            /*header=*/true, {}, "t.csv");
}

} // namespace

/// Headers of delimited text; csv_reader_test.cpp tests the records.
class CsvRecordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAHeader_data();
    void readsAHeader();
    void refusesAHeader_data();
    void refusesAHeader();
    void refusesAHeaderThatIsTooLong();
};

void CsvRecordsTest::readsAHeader_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QStringList>("columns");
    QTest::newRow("one line") << QByteArray("a,b\n1,2\n") << QStringList{"a", "b"};
    QTest::newRow("nothing after it") << QByteArray("a,b") << QStringList{"a", "b"};
    QTest::newRow("after empty lines") << QByteArray("\n \r\n\na,b\n") << QStringList{"a", "b"};
    QTest::newRow("a quoted line break")
        << QByteArray("\"a\nb\",c\n1,2\n") << QStringList{"a\nb", "c"};
}

void CsvRecordsTest::readsAHeader() {
    QFETCH(QByteArray, text);
    QFETCH(QStringList, columns);
    const auto records = open(text.toStdString());
    FLIP_VERIFY_OK(records);
    QStringList found;
    for (const std::string& column : (*records)->columns()) {
        found << QString::fromStdString(column);
    }
    QCOMPARE(found, columns);
}

void CsvRecordsTest::refusesAHeader_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says"); // how the Problem begins
    const auto row = [](const char* name, std::string_view text, const char* says) {
        QTest::newRow(name) << QByteArray(text.data(), static_cast<qsizetype>(text.size())) << says;
    };
    row("empty file", "", "t.csv: the file is empty");
    row("another encoding", "a,\xFF\n1,2\n",
        "t.csv:1: the header cannot be read (is not valid UTF-8");
    row("another encoding after empty lines", "\n\na,\xFF\n1,2\n",
        "t.csv:3: the header cannot be read (is not valid UTF-8");
    row("text after a quote", "\"a\"x,b\n1,2\n",
        "t.csv:1: the header cannot be read (text follows a closing quote");
    // What follows the line break would be a valid header.
    row("text after a quoted line break", "\"a\nb\"x,c\n1,2\n",
        "t.csv:1: the header cannot be read (text follows a closing quote");
    row("an unclosed quote", "\"a,b\n1,2\n", "t.csv:1: the header ");
    row("a long name", std::string(30, 'a') + ",b\n1,2\n",
        "t.csv:1: the header cannot be read (a field is longer than 20 bytes");
    row("a long name in quotes", "\"" + std::string(30, 'a') + "\n\",b\n1,2\n",
        "t.csv:1: the header cannot be read (the quote opened here");
    row("a duplicate name", "a,b,a\n1,2,3\n", "t.csv:1: the column name \"a\" appears twice");
    row("a duplicate name after empty lines", "\n\na,b,a\n", "t.csv:3: the column name");
}

void CsvRecordsTest::refusesAHeader() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    CsvFormat format;
    format.maxFieldBytes = 20;
    const auto records = open(text.toStdString(), format);
    QVERIFY(!records.ok());
    const QString shown = QString::fromStdString(records.problem().text());
    QVERIFY2(shown.startsWith(says), qPrintable(shown));
}

/// The line after it is not read as a header.
void CsvRecordsTest::refusesAHeaderThatIsTooLong() {
    const std::string text = std::string(LineBlocks::kMostLineBytes * 9 / 8, 'a') + "\nb,c\n1,2\n";
    const auto records = open(text);
    QVERIFY(!records.ok());
    QCOMPARE(records.problem().text(),
             std::string("t.csv:1: the header cannot be read (the line is longer than 64 MiB; "
                         "check the file's line endings)"));
    const auto quoted = open("\"b\n" + text);
    QVERIFY(!quoted.ok());
    QVERIFY2(quoted.problem().text().starts_with("t.csv:2: the header cannot be read (the line is"),
             quoted.problem().text().c_str());
}

QTEST_APPLESS_MAIN(CsvRecordsTest)
#include "csv_records_test.moc"

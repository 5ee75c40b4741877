#include "core/data/records/csv_reader.h"

#include "core/base/random_stream.h"
#include "tests/core/data/data_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

using namespace flip;

namespace {

using Rows = std::vector<std::vector<std::string>>;

struct Read {
    Rows rows;
    std::vector<std::int64_t> lines;
    std::vector<std::int64_t> badLines;
    std::string reason; // of the first bad line
    std::string problem;
    std::int64_t bytes = 0;
};

CsvFormat formatOf(const std::string& delimiter, const std::string& quote = "\"") {
    CsvFormat format;
    format.delimiter = delimiter;
    format.quote = quote;
    return format;
}

} // namespace

class CsvReaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsRecords_data();
    void splitsRecords();
    void skipsAByteOrderMark();
    void countsQuotedLineBreaks();
    void reportsInvalidUtf8AndContinues();
    void readsLatin1();
    void skipsOneLineWithAQuoteInTheMiddle();
    void skipsOneLineWithAnUnclosedQuote_data();
    void skipsOneLineWithAnUnclosedQuote();
    void skipsALineWithAFieldAboveTheLimit();
    void readsEscapedQuotes();
    void stopsARecordThatNeverEnds();
    void refusesContradictoryFormats_data();
    void refusesContradictoryFormats();
    void refusesAMissingFileAndAFolder();
    void readsBackWrittenRecords_data();
    void readsBackWrittenRecords();
    void neverFailsOnRandomBytes();

private:
    Read read(std::string_view bytes, CsvFormat format) {
        const auto file = std::filesystem::path(folder_.path().toStdString()) / "file";
        test::write(file, bytes);
        Read result;
        auto reader = CsvReader::open(file, std::move(format), "books.csv");
        if (!reader) {
            result.problem = reader.problem().text();
            return result;
        }
        CsvRecord record;
        for (;;) {
            const auto found = reader->next(record);
            if (!found) {
                result.problem = found.problem().text();
                return result;
            }
            if (!*found) {
                result.bytes = reader->bytesRead();
                return result;
            }
            if (!record.defect.empty()) {
                result.reason = result.badLines.empty() ? record.defect : result.reason;
                result.badLines.push_back(record.line);
                continue;
            }
            result.rows.emplace_back(record.fields.begin(), record.fields.end());
            result.lines.push_back(record.line);
        }
    }

    QTemporaryDir folder_;
};

void CsvReaderTest::splitsRecords_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("delimiter");
    QTest::addColumn<QString>("quote");
    QTest::addColumn<QStringList>("records"); // fields joined by '|', of every record
    const QString comma = ",";
    const QString quote = "\"";
    QTest::newRow("empty file") << QByteArray() << comma << quote << QStringList{};
    QTest::newRow("last line without end")
        << QByteArray("a,b\nc,d") << comma << quote << QStringList{"a|b", "c|d"};
    QTest::newRow("CRLF") << QByteArray("a,b\r\n\"c\",\"d\"\r\n") << comma << quote
                          << QStringList{"a|b", "c|d"};
    QTest::newRow("lone CR is data")
        << QByteArray("a\rb,c\n") << comma << quote << QStringList{"a\rb|c"};
    QTest::newRow("empty fields") << QByteArray(",\n,,\n") << comma << quote
                                  << QStringList{"|", "||"};
    QTest::newRow("empty line") << QByteArray("a\n\nb\n") << comma << quote
                                << QStringList{"a", "", "b"};
    QTest::newRow("delimiter at the end of the file")
        << QByteArray("a,") << comma << quote << QStringList{"a|"};
    QTest::newRow("blanks are kept")
        << QByteArray(" a , b \n") << comma << quote << QStringList{" a | b "};
    QTest::newRow("quoted delimiter, quote and break")
        << QByteArray("\"a,b\",\"c\"\"d\",\"e\r\nf\"\n") << comma << quote
        << QStringList{"a,b|c\"d|e\r\nf"};
    QTest::newRow("quoted empty field")
        << QByteArray("\"\",\"\"\"\"\n") << comma << quote << QStringList{"|\""};
    QTest::newRow("quote inside a plain field")
        << QByteArray("5\" disk,b\n") << comma << quote << QStringList{"5\" disk|b"};
    QTest::newRow("no quoting") << QByteArray("\"a,b\"\n") << comma << QString()
                                << QStringList{"\"a|b\""};
    QTest::newRow("long delimiter")
        << QByteArray("a::b:c::d\n") << "::" << quote << QStringList{"a|b:c|d"};
    QTest::newRow("long delimiter after a quote")
        << QByteArray("\"a::b\"::c\n") << "::" << quote << QStringList{"a::b|c"};
    QTest::newRow("tab") << QByteArray("a\tb c\n") << "\t" << quote << QStringList{"a|b c"};
    QTest::newRow("delimiter of several bytes")
        << QByteArray("a\u00a7b\n") << QString("\u00a7") << quote << QStringList{"a|b"};
}

void CsvReaderTest::splitsRecords() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, delimiter);
    QFETCH(QString, quote);
    QFETCH(QStringList, records);
    // A block of one byte tests every boundary between two reads.
    for (const std::size_t blockBytes : {std::size_t{1}, std::size_t{3}, std::size_t{1} << 18}) {
        CsvFormat format = formatOf(delimiter.toStdString(), quote.toStdString());
        format.blockBytes = blockBytes;
        const Read found = read({bytes.data(), static_cast<std::size_t>(bytes.size())}, format);
        QCOMPARE(found.problem, std::string());
        QVERIFY(found.badLines.empty());
        QStringList joined;
        for (const auto& row : found.rows) {
            QStringList fields;
            for (const std::string& field : row) {
                fields << QString::fromStdString(field);
            }
            joined << fields.join('|');
        }
        QCOMPARE(joined, records);
        QCOMPARE(found.bytes, static_cast<std::int64_t>(bytes.size()));
    }
}

void CsvReaderTest::skipsAByteOrderMark() {
    for (const std::size_t blockBytes : {std::size_t{1}, std::size_t{100}}) {
        CsvFormat format;
        format.blockBytes = blockBytes;
        QCOMPARE(read("\xEF\xBB\xBF\"a\",b\n", format).rows, (Rows{{"a", "b"}}));
        QCOMPARE(read("\xEF\xBB\xBF", format).rows, Rows{});
        QCOMPARE(read("\xEF\xBB", format).badLines, std::vector<std::int64_t>{1});
    }
}

void CsvReaderTest::countsQuotedLineBreaks() {
    const Read found = read("a\n\"b\n\nc\"\r\nd\n\"e\n\"\nf", formatOf(","));
    QCOMPARE(found.rows, (Rows{{"a"}, {"b\n\nc"}, {"d"}, {"e\n"}, {"f"}}));
    QCOMPARE(found.lines, (std::vector<std::int64_t>{1, 2, 5, 6, 8}));
}

void CsvReaderTest::reportsInvalidUtf8AndContinues() {
    const Read found = read("a,b\ncaf\xE9,c\nd,\u00e9\n", formatOf(","));
    QCOMPARE(found.rows, (Rows{{"a", "b"}, {"d", "\u00e9"}}));
    QCOMPARE(found.badLines, std::vector<std::int64_t>{2});
}

void CsvReaderTest::readsLatin1() {
    CsvFormat format = formatOf("|");
    format.encoding = TextEncoding::Latin1;
    const Read found = read("caf\xE9|\"\xC0 \"\"la\"\"\"|x\nplain|b|c\n", format);
    QCOMPARE(found.rows, (Rows{{"caf\u00e9", "\u00c0 \"la\"", "x"}, {"plain", "b", "c"}}));
}

void CsvReaderTest::skipsOneLineWithAQuoteInTheMiddle() {
    for (const std::size_t blockBytes : {std::size_t{1}, std::size_t{1} << 18}) {
        CsvFormat format;
        format.blockBytes = blockBytes;
        const Read found = read("1,\"abc,5\n2,\"def\",4\n3,\"g\"h,3\n4,i,2", format);
        QCOMPARE(found.problem, std::string());
        QCOMPARE(found.rows, (Rows{{"2", "def", "4"}, {"4", "i", "2"}}));
        QCOMPARE(found.lines, (std::vector<std::int64_t>{2, 4}));
        QCOMPARE(found.badLines, (std::vector<std::int64_t>{1, 3}));
    }
}

void CsvReaderTest::skipsOneLineWithAnUnclosedQuote_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QList<qint64>>("badLines");
    QTest::addColumn<QStringList>("records"); // fields joined by '|'
    QTest::newRow("to the end of the file")
        << QByteArray("a,b\nc,\"d\ne,f\n") << QList<qint64>{2} << QStringList{"a|b", "e|f"};
    QTest::newRow("beyond the limit") << "a\nb\n\"c" + QByteArray(5000, 'x') + "\nd\",e\n"
                                      << QList<qint64>{3} << QStringList{"a", "b", "d\"|e"};
    QTest::newRow("in a record that began lines before")
        << QByteArray("a\n\"b\nc\",\"d\ne\n") << QList<qint64>{3, 3} << QStringList{"a", "e"};
    QTest::newRow("the last byte") << QByteArray("a\n\"") << QList<qint64>{2} << QStringList{"a"};
}

void CsvReaderTest::skipsOneLineWithAnUnclosedQuote() {
    QFETCH(QByteArray, bytes);
    QFETCH(QList<qint64>, badLines);
    QFETCH(QStringList, records);
    for (const std::size_t blockBytes : {std::size_t{1}, std::size_t{1} << 18}) {
        CsvFormat format;
        format.maxFieldBytes = 1000;
        format.blockBytes = blockBytes;
        const Read found = read({bytes.data(), static_cast<std::size_t>(bytes.size())}, format);
        QCOMPARE(found.problem, std::string());
        QCOMPARE(QList<qint64>(found.badLines.begin(), found.badLines.end()), badLines);
        QVERIFY2(found.reason.starts_with("the quote opened here"), found.reason.c_str());
        QStringList joined;
        for (const auto& row : found.rows) {
            QStringList fields;
            for (const std::string& field : row) {
                fields << QString::fromStdString(field);
            }
            joined << fields.join('|');
        }
        QCOMPARE(joined, records);
    }
}

void CsvReaderTest::skipsALineWithAFieldAboveTheLimit() {
    CsvFormat format;
    format.maxFieldBytes = 10;
    QCOMPARE(read("a," + std::string(10, 'x') + "\n", format).badLines,
             std::vector<std::int64_t>{});
    const Read found = read("a\nb," + std::string(11, 'x') + "\nc\n", format);
    QCOMPARE(found.rows, (Rows{{"a"}, {"c"}}));
    QCOMPARE(found.badLines, std::vector<std::int64_t>{2});
    QVERIFY(found.reason.starts_with("a field is longer than 10 bytes"));
}

void CsvReaderTest::readsEscapedQuotes() {
    CsvFormat format = formatOf(";");
    format.escape = "\\";
    for (const std::size_t blockBytes : {std::size_t{1}, std::size_t{1} << 18}) {
        format.blockBytes = blockBytes;
        const Read found = read("\"a\\\"b\";\"c\\\\\";\\d\n\"e\"\"f\";\"g\n\\\"\";h\n", format);
        QCOMPARE(found.problem, std::string());
        QCOMPARE(found.rows, (Rows{{"a\"b", "c\\", "\\d"}, {"e\"f", "g\n\"", "h"}}));
    }
}

void CsvReaderTest::stopsARecordThatNeverEnds() {
    // Very many quoted fields, each closed, with every line break inside one.
    std::string bytes = "a,b\n";
    while (bytes.size() < 9000) {
        bytes += "\"x\n\",";
    }
    CsvFormat format;
    format.maxRecordBytes = 8192;
    format.blockBytes = 100;
    const Read found = read(bytes, format);
    QCOMPARE(found.rows.front(), (std::vector<std::string>{"a", "b"}));
    QCOMPARE(found.badLines.front(), 2);
    QVERIFY(found.reason.starts_with("the record is longer than 8192 bytes"));
}

void CsvReaderTest::refusesContradictoryFormats_data() {
    QTest::addColumn<QString>("delimiter");
    QTest::addColumn<QString>("quote");
    QTest::newRow("no delimiter") << ""
                                  << "\"";
    QTest::newRow("delimiter is a line break") << "\n"
                                               << "\"";
    QTest::newRow("quote is a line break") << ","
                                           << "\r";
    QTest::newRow("delimiter equals the quote") << "'"
                                                << "'";
    QTest::newRow("quote of two bytes") << ","
                                        << "''";
}

void CsvReaderTest::refusesContradictoryFormats() {
    QFETCH(QString, delimiter);
    QFETCH(QString, quote);
    const Read found = read("a", formatOf(delimiter.toStdString(), quote.toStdString()));
    QVERIFY2(found.problem.starts_with("books.csv: "), found.problem.c_str());
}

void CsvReaderTest::refusesAMissingFileAndAFolder() {
    const std::filesystem::path folder = folder_.path().toStdString();
    for (const auto& path : {folder / "nothing", folder}) {
        const auto reader = CsvReader::open(path, {}, "books.csv");
        QVERIFY(!reader.ok());
        QCOMPARE(reader.problem().where, path.string());
    }
}

void CsvReaderTest::readsBackWrittenRecords_data() {
    QTest::addColumn<QString>("delimiter");
    QTest::addColumn<QString>("lineEnd");
    QTest::addColumn<bool>("latin1");
    QTest::newRow("comma, LF") << ","
                               << "\n"
                               << false;
    QTest::newRow("semicolon, CRLF") << ";"
                                     << "\r\n"
                                     << false;
    QTest::newRow("two colons, CRLF") << "::"
                                      << "\r\n"
                                      << false;
    QTest::newRow("delimiter that repeats itself") << "aab"
                                                   << "\n"
                                                   << false;
    QTest::newRow("latin-1") << "|"
                             << "\n"
                             << true;
}

void CsvReaderTest::readsBackWrittenRecords() {
    QFETCH(QString, delimiter);
    QFETCH(QString, lineEnd);
    QFETCH(bool, latin1);
    RandomStream random(/*seed=*/7, "csv");
    const std::vector<std::string> pieces = {"a",  "b",    "\"", ",",      ";",      ":",
                                             "::", "\r\n", "\n", "\r",     "|",      " ",
                                             "\t", "aab",  "'",  "\u00e9", "\u00fc", "0"};
    for (int round = 0; round < 60; ++round) {
        Rows rows;
        std::vector<std::int64_t> lines;
        std::string bytes;
        std::int64_t line = 1;
        const auto count = random.below(8);
        for (std::uint64_t r = 0; r < count; ++r) {
            lines.push_back(line);
            rows.emplace_back();
            const auto fields = 1 + random.below(4);
            for (std::uint64_t f = 0; f < fields; ++f) {
                std::string value;
                const auto length = random.below(6);
                for (std::uint64_t i = 0; i < length; ++i) {
                    value += pieces[random.below(pieces.size())];
                }
                // Quoted where necessary, and sometimes where not.
                const bool quoted = value.find_first_of("\"\r\n") != std::string::npos ||
                                    value.find(delimiter.toStdString()[0]) != std::string::npos ||
                                    random.below(3) == 0;
                std::string written = value;
                if (quoted) {
                    written.assign(1, '"');
                    for (const char letter : value) {
                        written += letter == '"' ? "\"\"" : std::string(1, letter);
                    }
                    written += '"';
                }
                bytes += (f == 0 ? "" : delimiter.toStdString()) + written;
                line += std::count(value.begin(), value.end(), '\n');
                rows.back().push_back(value);
            }
            bytes += lineEnd.toStdString();
            ++line;
        }
        CsvFormat format = formatOf(delimiter.toStdString());
        format.blockBytes = 1 + random.below(30);
        if (latin1) {
            format.encoding = TextEncoding::Latin1;
            bytes = QString::fromStdString(bytes).toLatin1().toStdString();
        }
        const Read found = read(bytes, format);
        QCOMPARE(found.problem, std::string());
        QVERIFY(found.badLines.empty());
        QCOMPARE(found.rows, rows);
        QCOMPARE(found.lines, lines);
    }
}

void CsvReaderTest::neverFailsOnRandomBytes() {
    RandomStream random(/*seed=*/3, "bytes");
    constexpr std::string_view kLetters = "\"\"\",,\n\r:a\xC3\xA9\xFF";
    for (int round = 0; round < 600; ++round) {
        std::string bytes(random.below(40), ' ');
        for (char& letter : bytes) {
            letter = kLetters[random.below(kLetters.size())];
        }
        CsvFormat format = formatOf(random.below(2) == 0 ? "," : "::");
        format.blockBytes = 1 + random.below(8);
        const Read inPieces = read(bytes, format);
        format.blockBytes = 1000;
        const Read atOnce = read(bytes, format);
        QCOMPARE(inPieces.rows, atOnce.rows);
        QCOMPARE(inPieces.badLines, atOnce.badLines);
        QCOMPARE(inPieces.problem, atOnce.problem);
        if (atOnce.problem.empty()) {
            QCOMPARE(atOnce.bytes, static_cast<std::int64_t>(bytes.size()));
        }
    }
}

QTEST_GUILESS_MAIN(CsvReaderTest)
#include "csv_reader_test.moc"

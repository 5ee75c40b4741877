#include "core/data/records/json_lines.h"

#include "core/data/records/record_stream.h"
#include "core/data/records/value_dictionary.h"
#include "tests/core/data/data_files.h"
#include "tests/fuzz/memory_bytes.h"

#include <QtTest>

using namespace flip;

namespace {

struct Read {
    std::vector<std::vector<std::string>> records;
    std::vector<std::int64_t> lines;                           // of records
    std::vector<std::pair<std::int64_t, std::string>> defects; // line and reason
};

Read read(std::string_view text, const std::vector<std::string>& columns,
          std::size_t batchBytes = RecordStream::kBatchBytes, const std::string& separator = "|",
          bool areLists = false) {
    std::vector<WantedColumn> wanted;
    for (const std::string& column : columns) {
        wanted.push_back({column, areLists});
    }
    JsonLines format(std::make_unique<fuzz::MemoryBytes>(text, 1000), wanted, separator);
    WorkerPool pool(1);
    RecordStream stream(format, pool, batchBytes);
    Read result;
    for (;;) {
        const auto wave = stream.next();
        if (!wave) {
            qFatal("%s", wave.problem().text().c_str());
        }
        if (wave->empty()) {
            return result;
        }
        for (const RecordBatch& batch : *wave) {
            const std::size_t count = format.columns().size();
            if (batch.cells.size() != batch.records() * count || batch.unfinished != 0) {
                qFatal("the cells of a batch do not match its records");
            }
            for (std::size_t r = 0; r < batch.records(); ++r) {
                std::vector<std::string> cells;
                for (std::size_t c = 0; c < count; ++c) {
                    const RecordBatch::Cell& cell = batch.cells[r * count + c];
                    if (cell.begin + cell.size + ValueKey::kInlineBytes > batch.text.size()) {
                        qFatal("a cell has no padding after it");
                    }
                    cells.emplace_back(batch.cell(cell));
                }
                result.records.push_back(std::move(cells));
                result.lines.push_back(batch.firstLine + batch.lines[r]);
            }
            for (const RecordBatch::Defect& defect : batch.defects) {
                result.defects.emplace_back(batch.firstLine + defect.line, defect.reason);
            }
        }
    }
}

QByteArray bytes(std::string_view text) {
    return {text.data(), static_cast<qsizetype>(text.size())};
}

} // namespace

class JsonLinesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAValue_data();
    void readsAValue();
    void refusesALine_data();
    void refusesALine();
    void acceptsNestingUpToALimit_data();
    void acceptsNestingUpToALimit();
    void readsManyColumnsInAnyOrder();
    void countsLinesAndSkipsBadOnes();
    void doesNotDependOnBatchSize();
    void joinsListsByTheSeparator();
    void putsListsInBracketsOnlyWhereNeeded_data();
    void putsListsInBracketsOnlyWhereNeeded();
    void marksListsColumnByColumn();
    void readsALargeRecord();
};

void JsonLinesTest::readsAValue_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* name, std::string_view line, const char* path,
                        std::string_view value) {
        QTest::newRow(name) << bytes(line) << path << bytes(value);
    };
    row("text", R"({"a": "x y"})", "a", "x y");
    row("no blanks", R"({"a":"x"})", "a", "x");
    row("many blanks", "\t { \"a\" \t: \"x\" , \"b\" : [ 1 , 2 ] } \r", "a", "x");
    row("blanks in a text", R"({"a": "  x "})", "a", "  x ");
    row("empty text", R"({"a": ""})", "a", "");
    row("missing", R"({"b": "x"})", "a", "");
    row("no members", R"({})", "a", "");
    row("null", R"({"a": null})", "a", "");
    row("true", R"({"a": true})", "a", "true");
    row("false", R"({"a": false})", "a", "false");
    row("whole number", R"({"a": 12})", "a", "12");
    row("number as written", R"({"a": -0.50e+07})", "a", "-0.50e+07");
    row("large number", R"({"a": 123456789012345678901234567890})", "a",
        "123456789012345678901234567890");
    row("list as written", R"({"a": [1, "x"]})", "a", R"([1, "x"])");
    row("object as written", R"({"a": {"b": "\n"}})", "a", R"({"b": "\n"})");
    row("text of 15 letters", R"({"a": "123456789012345"})", "a", "123456789012345");
    row("text of 16 letters", R"({"a": "1234567890123456"})", "a", "1234567890123456");
    row("text of 17 letters", R"({"a": "12345678901234567"})", "a", "12345678901234567");

    row("escapes", R"({"a": "\"\\\/\b\f\n\r\t"})", "a", "\"\\/\b\f\n\r\t");
    row("escape in the middle", R"({"a": "x\ty"})", "a", "x\ty");
    row("code point", R"({"a": "caf\u00e9"})", "a", "caf\u00e9");
    row("code point in capitals", R"({"a": "\u00E9\u20AC"})", "a", "\u00e9\u20ac");
    row("code point zero", R"({"a": "x\u0000y"})", "a", std::string_view("x\0y", 3));
    row("surrogate pair", R"({"a": "\ud83d\ude00!"})", "a", "\U0001F600!");
    row("last surrogate pair", R"({"a": "\uDBFF\uDFFF"})", "a", "\U0010FFFF");
    row("UTF-8", "{\"a\": \"\u00e9\U0001F600\"}", "a", "\u00e9\U0001F600");
    row("half a surrogate pair, not wanted", R"({"b": "\ud83d", "a": "x"})", "a", "x");
    row("escaped name", R"({"\u0061": "x"})", "a", "x");
    row("escaped name, not wanted", R"({"\u0062": "y", "a": "x"})", "a", "x");
    row("half a surrogate pair in a name", R"({"\ud83d": "y", "a": "x"})", "a", "x");
    row("half a surrogate pair after a name", R"({"a": "x", "a\ud83d": "y"})", "a", "x");

    row("member of a member", R"({"b": {"c": 1, "a": "x"}, "a": "y"})", "b.a", "x");
    row("member of a text", R"({"b": "x"})", "b.a", "");
    row("member of null", R"({"b": null})", "b.a", "");
    row("first item", R"({"b": [{"a": "x"}, {"a": "y"}]})", "b.0.a", "x");
    row("second item", R"({"b": ["x", "y"]})", "b.1", "y");
    row("item beyond the end", R"({"b": ["x"]})", "b.1", "");
    row("number as a member name", R"({"b": {"0": "x"}})", "b.0", "x");
    row("item eleven", R"({"b": [0,1,2,3,4,5,6,7,8,9,10,11]})", "b.11", "11");
    row("all items", R"({"b": ["x", "y", "z"]})", "b.*", "x|y|z");
    row("all items of an empty list", R"({"b": []})", "b.*", "");
    row("all items of one", R"({"b": ["x"]})", "b.*", "x");
    row("all items but the empty ones", R"({"b": ["x", "", null, 3]})", "b.*", "x|3");
    row("all items, escaped", R"({"b": ["x\ty", "\u00e9"]})", "b.*", "x\ty|\u00e9");
    row("members of all items", R"({"b": [{"n": "x"}, {"m": 1}, {"n": "y"}, 7]})", "b.*.n", "x|y");
    row("all items of all items", R"({"b": [["x"], [], ["y", "z"]]})", "b.*.*", "x|y|z");
    row("first items of all items", R"({"b": [["x", "w"], ["y", "z"]]})", "b.*.0", "x|y");

    row("member twice", R"({"a": "x", "a": "y"})", "a", "y");
    row("member twice, then null", R"({"a": "x", "a": null})", "a", "");
    row("object twice", R"({"b": {"a": "x"}, "b": {"c": "y"}})", "b.a", "");
    row("object, then text", R"({"b": {"a": "x"}, "b": "y"})", "b.a", "");
    row("list twice", R"({"b": ["x", "y"], "b": ["z"]})", "b.*", "z");
    row("list in an item twice", R"({"b": [{"c": ["w"]}, {"c": ["x"], "c": ["y"]}]})", "b.*.c.*",
        "w|y");
    row("same name nested", R"({"a": {"a": {"a": "x"}}})", "a.a.a", "x");
    row("same name at other levels", R"({"b": {"a": "y"}, "a": "x", "c": {"a": "z"}})", "a", "x");
    row("same name in items", R"({"b": [{"a": "x"}, {"a": "y"}]})", "b.1.a", "y");
}

void JsonLinesTest::readsAValue() {
    QFETCH(QByteArray, line);
    QFETCH(QString, path);
    QFETCH(QByteArray, value);
    for (const QByteArray& end : {QByteArray(), QByteArray("\n"), QByteArray("\r\n")}) {
        const Read found = read((line + end).toStdString(), {path.toStdString()});
        QVERIFY2(found.defects.empty(),
                 found.defects.empty() ? "" : found.defects[0].second.c_str());
        QCOMPARE(found.records.size(), std::size_t{1});
        QCOMPARE(bytes(found.records[0][0]), value);
    }
}

void JsonLinesTest::refusesALine_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, std::string_view line, const char* reason) {
        QTest::newRow(name) << bytes(line) << reason;
    };
    row("empty", "", "the line is empty");
    row("blank", "  \t", "the line is empty");
    row("carriage return alone", "\r", "the line is empty");
    row("list", "[1]", "it does not begin with {, at byte 1");
    row("text", " \"a\"", "it does not begin with {, at byte 2");
    row("comma after it", R"({"a": 1},)", "something follows the object, at byte 9");
    row("two objects", R"({"a": 1} {"a": 2})", "something follows the object, at byte 10");
    row("cut after the brace", "{", "the line ends before the object does");
    row("cut in a name", R"({"a)", "the line ends before the object does");
    row("cut after a name", R"({"a")", "the line ends before the object does");
    row("cut after the colon", R"({"a":)", "the line ends before the object does");
    row("cut in a text", R"({"a": "x)", "the line ends before the object does");
    row("cut in an escape", R"({"a": "x\)", "the line ends before the object does");
    row("cut in a code point", R"({"a": "\u12)", "an escape is invalid, at byte 9");
    row("cut in a text not wanted", R"({"b": "x)", "the line ends before the object does");
    row("cut in a list", R"({"a": [1,)", "the line ends before the object does");
    row("cut before the brace", R"({"a": 1)", "the line ends before the object does");
    row("cut in a word", R"({"a": tru)", "this is not a value, at byte 7");
    row("name without quotes", R"({a: 1})", "a member's name in quotes is missing, at byte 2");
    row("single quotes", R"({'a': 1})", "a member's name in quotes is missing, at byte 2");
    row("comma at the end", R"({"a": 1,})", "a member's name in quotes is missing, at byte 9");
    row("comma at a list's end", R"({"b": [1,]})", "this is not a value, at byte 10");
    row("no colon", R"({"a" 1})", "a colon is missing, at byte 6");
    row("no comma", R"({"a": 1 "b": 2})", "a comma or } is missing, at byte 9");
    row("no comma in a list", R"({"b": [1 2]})", "a comma or ] is missing, at byte 10");
    row("wrong bracket", R"({"b": [1})", "a comma or ] is missing, at byte 9");
    row("NaN", R"({"a": NaN})", "this is not a value, at byte 7");
    row("word in capitals", R"({"a": True})", "this is not a value, at byte 7");
    row("word too long", R"({"a": nulls})", "a comma or } is missing, at byte 11");
    row("number with a leading zero", R"({"a": 012})", "this is not a value, at byte 7");
    row("number with a plus", R"({"a": +1})", "this is not a value, at byte 7");
    row("number without a fraction", R"({"a": 1.})", "this is not a value, at byte 7");
    row("number without an exponent", R"({"a": 1e})", "this is not a value, at byte 7");
    row("sign without a number", R"({"b": -})", "this is not a value, at byte 7");
    row("unknown escape", R"({"a": "\x41"})", "an escape is invalid, at byte 9");
    row("unknown escape, not wanted", R"({"b": "\x41"})", "an escape is invalid, at byte 9");
    row("tab in a text", "{\"a\": \"x\ty\"}", "a string contains a control character, at byte 9");
    row("zero byte in a text", std::string_view("{\"a\": \"x\0y\"}", 12),
        "a string contains a control character, at byte 9");
    row("zero byte outside a text", std::string_view("{\"a\": 1\0}", 9),
        "a comma or } is missing, at byte 8");
    row("high surrogate alone", R"({"a": "\ud83d"})", "half of a surrogate pair, at byte 8");
    row("high surrogate twice", R"({"a": "\ud83d\ud83d"})", "half of a surrogate pair, at byte 8");
    row("low surrogate first", R"({"a": "\ude00\ud83d"})", "half of a surrogate pair, at byte 8");
    row("high surrogate and a letter", R"({"a": "\ud83dx"})", "half of a surrogate pair");
    row("invalid UTF-8", "{\"a\": \"\xE9\"}", "is not valid UTF-8");
    row("invalid UTF-8, not wanted", "{\"b\": \"\xE9\"}", "is not valid UTF-8");
    row("surrogate in UTF-8", "{\"a\": \"\xED\xA0\xBD\"}", "is not valid UTF-8");
    row("overlong UTF-8", "{\"a\": \"\xC0\xAF\"}", "is not valid UTF-8");
    row("brackets that never end", R"({"b": [[[[[[[[)", "the line ends before the object does");
}

void JsonLinesTest::refusesALine() {
    QFETCH(QByteArray, line);
    QFETCH(QString, reason);
    // The lines before and after show that no other line is lost.
    const std::string text =
        "{\"a\": \"before\"}\n" + line.toStdString() + "\n{\"a\": \"after\"}\n";
    const Read found = read(text, {"a", "b.*.c"});
    QCOMPARE(found.records, (std::vector<std::vector<std::string>>{{"before", ""}, {"after", ""}}));
    QCOMPARE(found.defects.size(), std::size_t{1});
    QCOMPARE(found.defects[0].first, std::int64_t{2});
    const QString shown = QString::fromStdString(found.defects[0].second);
    QVERIFY2(shown.contains(reason), qPrintable(shown));
}

void JsonLinesTest::acceptsNestingUpToALimit_data() {
    QTest::addColumn<int>("levels");
    QTest::addColumn<bool>("fits");
    QTest::newRow("200") << JsonLines::kMostLevels << true;
    QTest::newRow("201") << JsonLines::kMostLevels + 1 << false;
    QTest::newRow("many") << 200'000 << false;
}

void JsonLinesTest::acceptsNestingUpToALimit() {
    QFETCH(int, levels);
    QFETCH(bool, fits);
    const auto inside = static_cast<std::size_t>(levels - 1);
    std::string objects;
    for (std::size_t i = 0; i < inside; ++i) {
        objects += "{\"b\":";
    }
    for (const std::string& name : {std::string("b"), std::string("other")}) {
        for (const std::string& value : {std::string(inside, '[') + std::string(inside, ']'),
                                         objects + "1" + std::string(inside, '}')}) {
            const Read found = read("{\"" + name + "\":" + value + "}", {"a", "b.*.b.*.b", "b.b"});
            QCOMPARE(found.records.size(), std::size_t{fits ? 1U : 0U});
            if (!fits) {
                QVERIFY(found.defects[0].second.find("nested too deeply") != std::string::npos);
            }
        }
    }
}

void JsonLinesTest::readsManyColumnsInAnyOrder() {
    const std::string_view line =
        R"({"text_reviews_count": "1", "series": [], "popular_shelves": [{"count": "3", "name": )"
        R"("to-read"}, {"count": "1", "name": "p\u00f6etry"}], "similar_books": ["7", "8"], )"
        R"("authors": [{"author_id": "604031", "role": ""}, {"author_id": "9", "role": "Editor"}], )"
        R"("num_pages": 256, "is_ebook": false, "book_id": "5333265", "title": "W.C. Fields: A \"Life\""})";
    const Read found =
        read(line, {"title", "authors.0.author_id", "popular_shelves.*.name", "authors.*.author_id",
                    "similar_books", "book_id", "num_pages", "is_ebook", "book_id", "nothing"});
    QCOMPARE(found.records.size(), std::size_t{1});
    QCOMPARE(found.records[0],
             (std::vector<std::string>{"W.C. Fields: A \"Life\"", "604031", "to-read|p\u00f6etry",
                                       "604031|9", "[\"7\", \"8\"]", "5333265", "256", "false",
                                       "5333265", ""}));
}

void JsonLinesTest::countsLinesAndSkipsBadOnes() {
    const Read found = read("\xEF\xBB\xBF{\"a\": 1}\n\n{\"a\": 3}\nnothing\n{\"a\": 5}", {"a"});
    QCOMPARE(found.lines, (std::vector<std::int64_t>{1, 3, 5}));
    QCOMPARE(found.records, (std::vector<std::vector<std::string>>{{"1"}, {"3"}, {"5"}}));
    QCOMPARE(found.defects.size(), std::size_t{2});
    QCOMPARE(found.defects[0].first, std::int64_t{2});
    QCOMPARE(found.defects[1].first, std::int64_t{4});
}

void JsonLinesTest::doesNotDependOnBatchSize() {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += i % 17 == 3 ? "{\"a\": \n"
                            : "{\"b\": [" + std::to_string(i) + ", \"\\t\"], \"a\": \"" +
                                  std::string(static_cast<std::size_t>(i % 40), 'x') +
                                  (i % 5 == 0 ? "\\u00e9" : "") + "\"}\n";
    }
    const Read whole = read(text, {"a", "b.*"});
    QCOMPARE(whole.records.size() + whole.defects.size(), std::size_t{300});
    for (const std::size_t batchBytes : {1, 10, 100, 1000}) {
        const Read cut = read(text, {"a", "b.*"}, batchBytes);
        QCOMPARE(cut.records, whole.records);
        QCOMPARE(cut.lines, whole.lines);
        QCOMPARE(cut.defects, whole.defects);
    }
}

void JsonLinesTest::joinsListsByTheSeparator() {
    const Read found = read(R"({"a": ["x", "y"]})", {"a.*"}, 1000, ", ");
    QCOMPARE(found.records[0][0], std::string("x, y"));
}

void JsonLinesTest::putsListsInBracketsOnlyWhereNeeded_data() {
    QTest::addColumn<QByteArray>("items");
    QTest::addColumn<QByteArray>("asList"); // if the column is a list
    QTest::addColumn<QByteArray>("asText");
    const auto row = [](const char* name, std::string_view items, std::string_view asList,
                        std::string_view asText) {
        QTest::newRow(name) << bytes(items) << bytes(asList) << bytes(asText);
    };
    row("none", "[]", "", "");
    row("one", R"(["x"])", "x", "x");
    row("two", R"(["x", "y"])", "x|y", "x|y");
    row("one contains the separator", R"(["R&B|Soul", "a\"b"])", R"(["R&B|Soul", "a\"b"])",
        "R&B|Soul|a\"b");
    row("the only one contains the separator", R"(["R&B|Soul"])", R"(["R&B|Soul"])", "R&B|Soul");
    row("one looks like a list", R"(["[1]"])", R"(["[1]"])", "[1]");
    row("together they look like a list", R"(["[1", "2]"])", R"(["[1", "2]"])", "[1|2]");
}

void JsonLinesTest::putsListsInBracketsOnlyWhereNeeded() {
    QFETCH(QByteArray, items);
    QFETCH(QByteArray, asList);
    QFETCH(QByteArray, asText);
    const std::string line = "{\"b\": " + items.toStdString() + "}";
    QCOMPARE(bytes(read(line, {"b.*"}, 1000, "|", /*areLists=*/true).records[0][0]), asList);
    QCOMPARE(bytes(read(line, {"b.*"}, 1000, "|", /*areLists=*/false).records[0][0]), asText);
}

void JsonLinesTest::marksListsColumnByColumn() {
    JsonLines format(std::make_unique<fuzz::MemoryBytes>(R"({"a": ["x|y"], "b": ["x|y"]})", 1000),
                     {{"a.*"}, {"b.*", true}, {"b.0"}});
    RecordBatch batch;
    const auto found = format.read(batch, 1000);
    FLIP_VERIFY_OK(found);
    format.parse(batch);
    QCOMPARE(batch.cells.size(), std::size_t{3});
    QCOMPARE(batch.cell(batch.cells[0]), std::string_view("x|y"));
    QCOMPARE(batch.cell(batch.cells[1]), std::string_view(R"(["x|y"])"));
    QCOMPARE(batch.cell(batch.cells[2]), std::string_view("x|y"));
}

void JsonLinesTest::readsALargeRecord() {
    std::string list = "\"0\"";
    std::string joined = "0";
    for (int i = 1; i < 200'000; ++i) {
        list += ", \"" + std::to_string(i) + "\\n\"";
        joined += "|" + std::to_string(i) + "\n";
    }
    const Read found = read("{\"a\": [" + list + "]}\n{\"a\": [1]}\n", {"a.*"});
    QCOMPARE(found.records.size(), std::size_t{2});
    QVERIFY(found.records[0][0] == joined);
    QCOMPARE(found.records[1][0], std::string("1"));
}

QTEST_GUILESS_MAIN(JsonLinesTest)
#include "json_lines_test.moc"

#include "core/data/schema_file.h"

#include "core/data/import.h"
#include "tests/core/data/data_files.h"

#include <QtTest>

using namespace flip;

class SchemaFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEveryPart();
    void fillsWhatIsLeftOut();
    void readsFlags();
    void readsEveryPreset();
    void refuses_data();
    void refuses();
};

namespace {

constexpr std::string_view kBooks = R"([[table]]
name = "ratings"
file = "ratings.csv"
delimiter = ";"
quote = ''
header = false
columns = ["user", "isbn", "Book-Rating", "when"]
encoding = "latin-1"
[[table]]
name = "books"
file = "sub/books.csv"
[[join]]
left = "ratings.isbn"
right = "books.ISBN"
keep = "all"
[label]
column = "ratings.Book-Rating"
positive = ">= 6"
drop = "== 0"
[time]
column = "ratings.when"
[[field]]
name = "title"
column = "books.Book.Title"
kind = "category"
use = "text"
)";

/// The schema with one line, which stands in it once, changed.
std::string withChanged(const std::string& line, const std::string& text) {
    std::string schema(kBooks);
    const std::size_t at = schema.find(line + "\n");
    if (at == std::string::npos) {
        qFatal("the schema has no line %s", line.c_str());
    }
    return schema.replace(at, line.size(), text);
}

int lineOf(const std::string& line) {
    const auto at = static_cast<std::ptrdiff_t>(kBooks.find(line + "\n"));
    return 1 + static_cast<int>(std::count(kBooks.begin(), kBooks.begin() + at, '\n'));
}

} // namespace

void SchemaFileTest::readsEveryPart() {
    const auto schema = parseSchema(kBooks, "books.toml");
    FLIP_VERIFY_OK(schema);
    QCOMPARE(schema->tables.size(), std::size_t{2});
    const TableSchema& ratings = schema->tables[0];
    QCOMPARE(ratings.name, std::string("ratings"));
    QCOMPARE(ratings.file, std::string("ratings.csv"));
    QCOMPARE(ratings.format.delimiter, std::string(";"));
    QCOMPARE(ratings.format.quote, std::string());
    QVERIFY(ratings.format.encoding == TextEncoding::Latin1);
    QVERIFY(!ratings.header);
    QCOMPARE(ratings.columns, (std::vector<std::string>{"user", "isbn", "Book-Rating", "when"}));
    QCOMPARE(schema->joins.size(), std::size_t{1});
    QCOMPARE(schema->joins[0].right.column, std::string("ISBN"));
    QVERIFY(schema->joins[0].keepAll);
    QVERIFY(schema->label.positive.holds(6) && !schema->label.positive.holds(5));
    QVERIFY(schema->label.drop && schema->label.drop->holds(0));
    QCOMPARE(schema->time->column, std::string("when"));
    // Only the first dot ends the table's name.
    QCOMPARE(schema->fields[0].columns[0].table, std::string("books"));
    QCOMPARE(schema->fields[0].columns[0].column, std::string("Book.Title"));
    QVERIFY(schema->fields[0].use == FieldUse::Text);
    QCOMPARE(schema->fields[0].columns[0].where, std::string("books.toml:24"));
}

void SchemaFileTest::fillsWhatIsLeftOut() {
    const auto schema = parseSchema("[[table]]\nname='t'\nfile='t.csv'\n"
                                    "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                    "[[field]]\nname='a'\ncolumn='t.a'\n",
                                    "t.toml");
    FLIP_VERIFY_OK(schema);
    const CsvFormat& format = schema->tables[0].format;
    QCOMPARE(format.delimiter, std::string(","));
    QCOMPARE(format.quote, std::string("\""));
    QVERIFY(format.encoding == TextEncoding::Utf8);
    QVERIFY(schema->tables[0].header);
    QVERIFY(!schema->time && !schema->label.drop && schema->joins.empty());
    QVERIFY(schema->fields[0].use == FieldUse::Both && !schema->fields[0].flags);
}

void SchemaFileTest::readsFlags() {
    const auto schema = parseSchema(withChanged("column = \"books.Book.Title\"",
                                                "flags = [\"books.Drama\", \"books.Children's\"]"),
                                    "books.toml");
    FLIP_VERIFY_OK(schema);
    QVERIFY(schema->fields[0].flags);
    QCOMPARE(schema->fields[0].columns.size(), std::size_t{2});
    QCOMPARE(schema->fields[0].columns[1].column, std::string("Children's"));
}

void SchemaFileTest::readsEveryPreset() {
    const auto names = presetNames();
    QVERIFY(std::ranges::find(names, "movielens-100k") != names.end());
    QVERIFY(std::ranges::is_sorted(names));
    for (const std::string& name : names) {
        const auto text = presetSchema(name);
        FLIP_VERIFY_OK(text);
        FLIP_VERIFY_OK(parseSchema(*text, name));
    }
    const auto unknown = presetSchema("movielens");
    QVERIFY(!unknown.ok());
    QVERIFY(unknown.problem().what.find("movielens-100k") != std::string::npos);
}

void SchemaFileTest::refuses_data() {
    QTest::addColumn<QString>("line"); // changed to ...
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says"); // in the Problem
    QTest::addColumn<int>("where");    // the line it names; 0: the changed one
    const auto row = [](const char* name, const char* line, const char* text, const char* says,
                        int where = 0) { QTest::newRow(name) << line << text << says << where; };
    const char* const delimiter = "delimiter = \";\"";
    const char* const encoding = "encoding = \"latin-1\"";
    const char* const file = "file = \"ratings.csv\"";
    const char* const columns = "columns = [\"user\", \"isbn\", \"Book-Rating\", \"when\"]";
    const char* const kind = "kind = \"category\"";
    const char* const use = "use = \"text\"";
    const char* const title = "column = \"books.Book.Title\"";
    const char* const label = "column = \"ratings.Book-Rating\"";
    const char* const positive = "positive = \">= 6\"";
    const char* const right = "right = \"books.ISBN\"";
    const char* const name = "name = \"title\"";
    row("unknown key", delimiter, "delimeter = ';'", "did you mean \"delimiter\"?");
    row("unknown section", "[time]", "[tiem]", "did you mean \"time\"?");
    row("unknown key of a field", use, "usage = 'text'", "did you mean \"use\"?");
    row("wrong type", "header = false", "header = 'no'", "header must be true or false");
    row("number for text", file, "file = 3", "file must be text");
    row("list of numbers", columns, "columns = [1, 2]", "columns must be a list of texts");
    row("one table in place of a list", "[label]", "[[label]]", "write [label]");
    row("list in place of one table", "[[field]]", "[field]", "write [[field]]");
    row("broken TOML", delimiter, "delimiter = ", "");
    row("key twice", delimiter, "name = 'again'", "");
    row("column twice", columns, "columns = ['user', 'user']", "\"user\" stands twice");
    row("table twice", "name = \"books\"", "name = 'ratings'", "\"ratings\" stands twice", 9);
    row("field twice", use, "[[field]]\nname = 'title'\ncolumn = 'books.x'",
        "\"title\" stands twice", 26);
    row("unknown encoding", encoding, "encoding = 'utf-16'", "choose one of utf-8, latin-1");
    row("unknown keep", "keep = \"all\"", "keep = 'some'", "choose one of matched, all");
    row("unknown table of a join", right, "right = 'bucks.ISBN'", "did you mean \"books\"?");
    row("join of the first table", right, "right = 'ratings.isbn'", "never the first one");
    row("join onto a table not joined yet", "left = \"ratings.isbn\"", "left = 'books.isbn'",
        "is not joined yet");
    row("no left side", "left = \"ratings.isbn\"", "", "needs left", 12);
    row("table without a join", "[time]", "[[table]]\nname = 'users'\nfile = 'u'\n[time]",
        "the table \"users\" is not joined", 20);
    row("kind multi", kind, "kind = 'multi'", "kind = \"multi\" cannot be imported yet");
    row("kind number", kind, "kind = 'number'", "kind = \"number\" cannot be imported yet");
    row("unknown kind", kind, "kind = 'text'", "choose one of category, multi, number");
    row("buckets of a category", kind, "buckets = 3", "buckets does not belong to");
    row("unknown use", use, "use = 'none'", "choose one of both, id, text");
    row("jsonl", encoding, "format = 'jsonl'", "format = \"jsonl\" cannot be read yet");
    row("parquet", encoding, "format = 'parquet'", "format = \"parquet\" cannot be read yet");
    row("gz", file, "file = 'ratings.csv.GZ'", "unpack it");
    row("zip member", file, "file = 'all.zip/ratings.csv'", "unpack it");
    row("no rule", positive, "positive = '6'", "is no rule");
    row("no drop rule", "drop = \"== 0\"", "drop = 'none'", "is no rule");
    row("no dot", label, "column = 'Book-Rating'", "write \"table.column\"");
    row("unknown table of a field", title, "column = 'boks.title'", "did you mean \"books\"?");
    row("field without column", title, "", "needs column", 22);
    row("column and flags", use, "flags = ['books.a']", "needs column", 22);
    row("no flags", title, "flags = []", "needs column", 22);
    row("flag twice", title, "flags = ['books.a', 'books.a']", "\"books.a\" stands twice");
    row("flags of two tables", title, "flags = ['books.a', 'ratings.b']", "of one table");
    row("braces in a field's name", name, "name = '{title}'", "braces");
    row("field without name", name, "", "needs name", 22);
    row("table's name with a dot", "name = \"books\"", "name = 'b.ooks'", "cannot hold a dot");
    row("quote of two bytes", "quote = ''", "quote = '||'", "one byte", 1);
    row("columns with a header", "header = false", "header = true",
        "columns are for a file without header", 7);
    row("neither header nor columns", columns, "", "needs columns", 6);
}

void SchemaFileTest::refuses() {
    QFETCH(QString, line);
    QFETCH(QString, text);
    QFETCH(QString, says);
    QFETCH(int, where);
    const auto schema =
        parseSchema(withChanged(line.toStdString(), text.toStdString()), "books.toml");
    QVERIFY(!schema.ok());
    const std::string shown = schema.problem().text();
    const int expected = where == 0 ? lineOf(line.toStdString()) : where;
    QVERIFY2(shown.starts_with("books.toml:" + std::to_string(expected) + ": "), shown.c_str());
    QVERIFY2(shown.find(says.toStdString()) != std::string::npos, shown.c_str());
    QVERIFY2(shown.find('\n') == std::string::npos, shown.c_str());
}

QTEST_GUILESS_MAIN(SchemaFileTest)
#include "schema_file_test.moc"

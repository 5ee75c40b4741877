#include "core/data/import/schema_file.h"

#include "core/base/files.h"
#include "core/data/import/import.h"
#include "core/data/import/typed_columns.h"
#include "core/data/records/parquet_file.h"
#include "tests/core/data/data_files.h"

#include <QtTest>

using namespace flip;

class SchemaFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEveryPart();
    void fillsInDefaults();
    void readsFlags();
    void readsPackedAndOtherFormats();
    void readsKinds();
    void readsSharedVocabularies();
    void readsSpellings();
    void namesTheColumnsOfATable();
    void namesTheColumnsThatAreLists_data();
    void namesTheColumnsThatAreLists();
    void removesTheTypeFromAColumnName();
    void readsEveryPreset();
    void readsTheExampleOfTheDocumentation();
    void readsParquetIfBuiltIn();
    void refusesInvalidSchemas_data();
    void refusesInvalidSchemas();
};

namespace {

std::vector<std::string> namesOf(const std::vector<WantedColumn>& columns) {
    std::vector<std::string> names;
    for (const WantedColumn& column : columns) {
        names.push_back(column.name);
    }
    return names;
}

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

/// The schema with one line changed, which must occur in it.
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

void SchemaFileTest::fillsInDefaults() {
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

void SchemaFileTest::readsPackedAndOtherFormats() {
    const auto schema = parseSchema(R"([[table]]
name = "seen"
any_file = ["seen.json", "seen_*.json", "all.zip/seen.json"]
format = "jsonl"
list_separator = ", "
[[table]]
name = "books"
file = "books.csv.gz"
escape = "\\"
header = "typed"
[[table]]
name = "tags"
file = "tags.csv"
[[join]]
left = "seen.book"
right = "books.id"
[[join]]
left = "seen.book"
right = "tags.book"
keep = "all"
collect = ";"
[label]
column = "seen.stars"
positive = "> 3"
[[field]]
name = "writer"
column = "seen.authors.0.name"
)",
                                    "books.toml");
    FLIP_VERIFY_OK(schema);
    const TableSchema& seen = schema->tables[0];
    QVERIFY(seen.kind == FileFormat::Jsonl);
    QCOMPARE(seen.file, std::string("seen.json"));
    QVERIFY(seen.anyFile && !schema->tables[1].anyFile);
    QCOMPARE(seen.otherFiles, (std::vector<std::string>{"seen_*.json", "all.zip/seen.json"}));
    QCOMPARE(seen.listSeparator, std::string(", "));
    const TableSchema& books = schema->tables[1];
    QVERIFY(books.kind == FileFormat::Csv);
    QCOMPARE(books.file, std::string("books.csv.gz"));
    QCOMPARE(books.format.escape, std::string("\\"));
    QVERIFY(books.header && books.typedHeader && !seen.typedHeader);
    QVERIFY(schema->joins[0].collect.empty());
    QCOMPARE(schema->joins[1].collect, std::string(";"));
    QCOMPARE(schema->fields[0].columns[0].column, std::string("authors.0.name"));
}

void SchemaFileTest::readsKinds() {
    const auto multi = parseSchema(
        withChanged("kind = \"category\"", "kind = 'multi'\nsplit = ' '"), "books.toml");
    FLIP_VERIFY_OK(multi);
    QVERIFY(multi->fields[0].kind == FieldKind::Multi);
    QCOMPARE(multi->fields[0].separator, std::string(" "));
    const auto number = parseSchema(
        withChanged("kind = \"category\"", "kind = 'number'\nbuckets = 7"), "books.toml");
    FLIP_VERIFY_OK(number);
    QVERIFY(number->fields[0].kind == FieldKind::Number);
    QCOMPARE(number->fields[0].buckets, std::int64_t{7});
    const auto plain = parseSchema(kBooks, "books.toml");
    FLIP_VERIFY_OK(plain);
    QVERIFY(plain->fields[0].kind == FieldKind::Category);
    QCOMPARE(plain->fields[0].separator, std::string("|"));
    QCOMPARE(plain->fields[0].buckets, std::int64_t{32});
}

void SchemaFileTest::readsSharedVocabularies() {
    // The leading field may come later and be of another kind.
    const auto schema = parseSchema(
        withChanged("use = \"text\"",
                    "shares = 'b'\n[[field]]\nname = 'b'\ncolumn = 'books.b'\nkind = 'multi'\n"),
        "books.toml");
    FLIP_VERIFY_OK(schema);
    QCOMPARE(schema->fields[0].shares, std::string("b"));
    QCOMPARE(schema->fields[0].sharesWhere, std::string("books.toml:26"));
    QVERIFY(schema->fields[1].shares.empty());
}

void SchemaFileTest::readsSpellings() {
    const auto schema =
        parseSchema(withChanged("column = \"ratings.Book-Rating\"",
                                "column = ['ratings.Book-Rating', 'ratings.Rating', "
                                "'ratings.rating']"),
                    "books.toml");
    FLIP_VERIFY_OK(schema);
    QCOMPARE(schema->label.column.column, std::string("Book-Rating"));
    QCOMPARE(schema->label.column.otherSpellings, (std::vector<std::string>{"Rating", "rating"}));
    QVERIFY(schema->time->otherSpellings.empty());
}

void SchemaFileTest::namesTheColumnsOfATable() {
    const auto schema = parseSchema(
        withChanged("left = \"ratings.isbn\"", "left = ['ratings.isbn', 'ratings.ISBN']"),
        "books.toml");
    FLIP_VERIFY_OK(schema);
    QCOMPARE(namesOf(schema->columnsOf("ratings")),
             (std::vector<std::string>{"Book-Rating", "when", "isbn", "ISBN"}));
    QCOMPARE(namesOf(schema->columnsOf("books")), (std::vector<std::string>{"ISBN", "Book.Title"}));
}

void SchemaFileTest::namesTheColumnsThatAreLists_data() {
    QTest::addColumn<QString>("join");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QStringList>("lists");
    const QString join = "keep = 'all'\n";
    const QString column = "column = 'books.Book.Title'\n";
    QTest::newRow("category") << join << column << QStringList{};
    QTest::newRow("number") << join << column + "kind = 'number'\n" << QStringList{};
    QTest::newRow("multi") << join << column + "kind = 'multi'\n" << QStringList{"Book.Title"};
    QTest::newRow("of several spellings")
        << join << "column = ['books.Book.Title', 'books.Title']\nkind = 'multi'\n"
        << QStringList{"Book.Title", "Title"};
    QTest::newRow("flags") << join << "flags = ['books.a', 'books.b']\nkind = 'multi'\n"
                           << QStringList{};
    QTest::newRow("collected") << "collect = '|'\n" << column + "kind = 'multi'\n" << QStringList{};
}

void SchemaFileTest::namesTheColumnsThatAreLists() {
    QFETCH(QString, join);
    QFETCH(QString, field);
    QFETCH(QStringList, lists);
    const auto schema = parseSchema("[[table]]\nname = 'ratings'\nfile = 'ratings.csv'\n"
                                    "[[table]]\nname = 'books'\nfile = 'books.csv'\n"
                                    "[[join]]\nleft = 'ratings.isbn'\nright = 'books.ISBN'\n" +
                                        join.toStdString() +
                                        "[label]\ncolumn = 'ratings.y'\npositive = '> 0'\n"
                                        "[[field]]\nname = 'f'\n" +
                                        field.toStdString(),
                                    "books.toml");
    FLIP_VERIFY_OK(schema);
    QStringList found;
    for (const char* table : {"ratings", "books"}) {
        for (const WantedColumn& column : schema->columnsOf(table)) {
            found +=
                column.isList ? QStringList{QString::fromStdString(column.name)} : QStringList{};
        }
    }
    QCOMPARE(found, lists);
}

void SchemaFileTest::removesTheTypeFromAColumnName() {
    QCOMPARE(withoutType("rating:float"), std::string_view("rating"));
    QCOMPARE(withoutType("a:b:token_seq"), std::string_view("a:b"));
    QCOMPARE(withoutType("rating"), std::string_view("rating"));
    QCOMPARE(withoutType(":float"), std::string_view(":float"));
}

void SchemaFileTest::readsEveryPreset() {
    const auto names = presetNames();
    QVERIFY(std::ranges::find(names, "movielens-100k") != names.end());
    QVERIFY(std::ranges::is_sorted(names));
    for (const std::string& name : names) {
        if (name == kTypedColumnsPreset) {
            continue; // made from the files
        }
        const auto text = presetSchema(name);
        FLIP_VERIFY_OK(text);
        FLIP_VERIFY_OK(parseSchema(*text, name));
    }
    const auto unknown = presetSchema("movielens");
    QVERIFY(!unknown.ok());
    QVERIFY(unknown.problem().what.find("movielens-100k") != std::string::npos);
}

void SchemaFileTest::readsTheExampleOfTheDocumentation() {
    const auto page = readFile(FLIP_SOURCE_DIR "/resources/schemas/README.md");
    FLIP_VERIFY_OK(page);
    const std::string open = "```toml\n";
    const std::size_t begin = page->find(open) + open.size();
    const std::size_t end = page->find("```", begin);
    QVERIFY(begin > open.size() && end != std::string::npos);
    const auto schema = parseSchema(page->substr(begin, end - begin), "README.md");
    FLIP_VERIFY_OK(schema);
    QCOMPARE(schema->fields.size(), std::size_t{4});
    for (const std::string& preset : presetNames()) {
        QVERIFY2(page->find("| `" + preset + "` |") != std::string::npos, preset.c_str());
    }
}

void SchemaFileTest::readsParquetIfBuiltIn() {
    const auto schema =
        parseSchema("[[table]]\nname='t'\nfile='t.parquet'\nformat='parquet'\n"
                    "[label]\ncolumn='t.y'\npositive='> 0'\n[[field]]\nname='a'\ncolumn='t.a'\n",
                    "t.toml");
    QCOMPARE(schema.ok(), parquetIsBuiltIn());
    if (!schema.ok()) {
        const std::string shown = schema.problem().text();
        QVERIFY2(shown.starts_with("t.toml:4: ") && shown.find("installer/run.sh") != shown.npos,
                 shown.c_str());
    }
}

void SchemaFileTest::refusesInvalidSchemas_data() {
    QTest::addColumn<QString>("line"); // changed to ...
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("message"); // part of the Problem
    QTest::addColumn<int>("where");       // the line it names; 0: the changed one
    const auto row = [](const char* name, const char* line, const char* text, const char* message,
                        int where = 0) { QTest::newRow(name) << line << text << message << where; };
    const char* const delimiter = "delimiter = \";\"";
    const char* const encoding = "encoding = \"latin-1\"";
    const char* const file = "file = \"ratings.csv\"";
    const char* const columns = "columns = [\"user\", \"isbn\", \"Book-Rating\", \"when\"]";
    const char* const kind = "kind = \"category\"";
    const char* const use = "use = \"text\"";
    const char* const title = "column = \"books.Book.Title\"";
    const char* const titleAndKind = "column = \"books.Book.Title\"\nkind = \"category\"";
    const char* const label = "column = \"ratings.Book-Rating\"";
    const char* const positive = "positive = \">= 6\"";
    const char* const right = "right = \"books.ISBN\"";
    const char* const name = "name = \"title\"";
    row("unknown key", delimiter, "delimeter = ';'", "did you mean \"delimiter\"?");
    row("unknown section", "[time]", "[tiem]", "did you mean \"time\"?");
    row("unknown key of a field", use, "usage = 'text'", "did you mean \"use\"?");
    row("wrong type", "header = false", "header = 'no'", "header must be true or false");
    row("number instead of text", file, "file = 3", "file must be text");
    row("list of numbers", columns, "columns = [1, 2]", "columns must be a list of texts");
    row("a list instead of one table", "[label]", "[[label]]", "write [label]");
    row("one table instead of a list", "[[field]]", "[field]", "write [[field]]");
    row("broken TOML", delimiter, "delimiter = ", "");
    row("key twice", delimiter, "name = 'again'", "");
    row("column twice", columns, "columns = ['user', 'user']", "\"user\" appears twice");
    row("table twice", "name = \"books\"", "name = 'ratings'", "\"ratings\" appears twice", 9);
    row("field twice", use, "[[field]]\nname = 'title'\ncolumn = 'books.x'",
        "\"title\" appears twice", 26);
    row("unknown encoding", encoding, "encoding = 'utf-16'", "choose one of utf-8, latin-1");
    row("unknown keep", "keep = \"all\"", "keep = 'some'", "choose one of matched, all");
    row("unknown table of a join", right, "right = 'bucks.ISBN'", "did you mean \"books\"?");
    row("join of the first table", right, "right = 'ratings.isbn'", "never the first");
    row("join onto a table not joined yet", "left = \"ratings.isbn\"", "left = 'books.isbn'",
        "is not joined yet");
    row("no left side", "left = \"ratings.isbn\"", "", "needs left", 12);
    row("table without a join", "[time]", "[[table]]\nname = 'users'\nfile = 'u'\n[time]",
        "the table \"users\" is not joined", 20);
    row("unknown kind", kind, "kind = 'text'", "choose one of category, multi, number");
    row("buckets of a category", kind, "buckets = 3", "buckets does not belong to");
    row("unknown use", use, "use = 'none'", "choose one of both, id, text");
    const auto shares = [&](const char* named, const char* text, const char* message, int where) {
        row(named, use, text, message, where);
    };
    shares("shares an unknown field", "shares = 'titel'", "did you mean \"title\"?", 26);
    shares("shares with itself", "shares = 'title'", "names itself", 26);
    shares("shares with a text field",
           "use = 'text'\n[[field]]\nname = 'a'\ncolumn = 'books.a'\nshares = 'title'",
           "\"title\" is used as text only", 30);
    shares("text field that shares",
           "use = 'text'\nshares = 'a'\n[[field]]\nname = 'a'\ncolumn = 'books.a'",
           "\"title\" is used as text only", 27);
    shares("number that shares",
           "[[field]]\nname = 'a'\ncolumn = 'books.a'\nkind = 'number'\nshares = 'title'",
           "\"a\" is a number", 30);
    shares("shares with a number",
           "shares = 'a'\n[[field]]\nname = 'a'\ncolumn = 'books.a'\nkind = 'number'",
           "\"a\" is a number", 26);
    shares("shares with a field that shares",
           "[[field]]\nname = 'a'\ncolumn = 'books.a'\nshares = 'title'\n"
           "[[field]]\nname = 'b'\ncolumn = 'books.b'\nshares = 'a'",
           "names \"a\", which itself shares the vocabulary of \"title\"; write \"title\"", 33);
    shares("fields that share with each other",
           "shares = 'a'\n[[field]]\nname = 'a'\ncolumn = 'books.a'\nshares = 'title'",
           "name each other", 26);
    shares("shares is empty", "shares = ''", "needs shares", 26);
    shares("shares is not text", "shares = true", "shares must be text", 26);
    row("split of a category", kind, "split = '|'", "split does not belong to");
    row("empty split", kind, "kind = 'multi'\nsplit = ''", "needs split", 26);
    row("buckets of a list", kind, "kind = 'multi'\nbuckets = 3", "buckets does not belong to", 26);
    row("split of a number", kind, "kind = 'number'\nsplit = ' '", "split does not belong to", 26);
    row("zero buckets", kind, "kind = 'number'\nbuckets = 0", "whole number from 2 to 100000", 26);
    row("fractional buckets", kind, "kind = 'number'\nbuckets = 2.5", "whole number from 2", 26);
    row("buckets in quotes", kind, "kind = 'number'\nbuckets = '9'", "whole number from 2", 26);
    row("flags as a number", titleAndKind, "flags = ['books.a']\nkind = 'number'",
        "flags are not a number", 25);
    row("split of flags", titleAndKind, "flags = ['books.a']\nkind = 'multi'\nsplit = ','",
        "split does not belong to flags", 26);
    row("unknown format", encoding, "format = 'json'", "choose one of csv, jsonl, parquet");
    row("delimiter of JSON lines", encoding, "format = 'jsonl'",
        "delimiter does not belong to format = \"jsonl\"", 4);
    row("list separator of csv", encoding, "list_separator = '|'",
        "list_separator does not belong to format = \"csv\"");
    row("unknown text for header", "header = false", "header = 'Typed'", "or \"typed\"");
    row("header that is a number", "header = false", "header = 1", "must be true or false");
    row("columns with typed header", "header = false", "header = 'typed'",
        "columns are for a file without header", 7);
    row("escape of two bytes", encoding, "escape = 'ab'", "the escape must be one byte", 1);
    row("escape without quote", encoding, "escape = '/'", "the escape needs a quote", 1);
    row("file twice", file, "file = ['a.csv', 'a.csv']", "the file \"a.csv\" appears twice");
    row("both ways to name files", file, "file = 'a.csv'\nany_file = 'b.csv'",
        "has both file and any_file; keep one of them", 4);
    row("empty list of files", file, "file = []", "file is an empty list");
    row("file of a wrong type", file, "file = [1]", "file must be a list of texts");
    row("star in a folder", file, "file = 'a*/b.csv'", "contains a * in the name of a folder");
    row("spellings of two tables", label, "column = ['ratings.a', 'books.a']",
        "be in the same table");
    row("spelling twice", label, "column = ['ratings.a', 'ratings.a']", "appears twice");
    row("spelling without a dot", label, "column = ['ratings.a', 'b']", "write \"table.column\"");
    row("empty list of spellings", label, "column = []", "column is an empty list");
    row("empty collect", "keep = \"all\"", "collect = ''", "needs collect");
    row("label of a collected table", "keep = \"all\"\n[label]\ncolumn = \"ratings.Book-Rating\"",
        "collect = '|'\n[label]\ncolumn = 'books.stars'", "so its values are lists", 17);
    row("time of a collected table",
        "keep = \"all\"\n[label]\ncolumn = \"ratings.Book-Rating\"\npositive = \">= 6\"\n"
        "drop = \"== 0\"\n[time]\ncolumn = \"ratings.when\"",
        "collect = '|'\n[label]\ncolumn = 'ratings.stars'\npositive = '> 3'\n"
        "[time]\ncolumn = 'books.when'",
        "take the time from another table", 20);
    row("join onto a collected table", "keep = \"all\"",
        "collect = '|'\n[[join]]\nleft = 'books.x'\nright = 'ratings.y'",
        "nothing can be joined to its lists", 17);
    row("spellings in JSON lines",
        "file = \"sub/books.csv\"\n[[join]]\nleft = \"ratings.isbn\"\nright = \"books.ISBN\"",
        "file = 'books.json'\nformat = 'jsonl'\n[[join]]\nleft = 'ratings.isbn'\n"
        "right = ['books.ISBN', 'books.isbn']",
        "do not name their columns", 15);
    row("rule without an operator", positive, "positive = '6'", "is not a rule");
    row("invalid drop rule", "drop = \"== 0\"", "drop = 'none'", "is not a rule");
    row("column without a dot", label, "column = 'Book-Rating'", "write \"table.column\"");
    row("unknown table of a field", title, "column = 'boks.title'", "did you mean \"books\"?");
    row("field without column", title, "", "needs column", 22);
    row("column and flags", use, "flags = ['books.a']", "needs column", 22);
    row("empty list of flags", title, "flags = []", "needs column", 22);
    row("flag twice", title, "flags = ['books.a', 'books.a']", "\"books.a\" appears twice");
    row("flags of two tables", title, "flags = ['books.a', 'ratings.b']", "of one table");
    row("braces in a field's name", name, "name = '{title}'", "braces");
    row("field without name", name, "", "needs name", 22);
    row("table's name with a dot", "name = \"books\"", "name = 'b.ooks'", "cannot contain a dot");
    row("quote of two bytes", "quote = ''", "quote = '||'", "one byte", 1);
    row("columns with a header", "header = false", "header = true",
        "columns are for a file without header", 7);
    row("neither header nor columns", columns, "", "needs columns", 6);
}

void SchemaFileTest::refusesInvalidSchemas() {
    QFETCH(QString, line);
    QFETCH(QString, text);
    QFETCH(QString, message);
    QFETCH(int, where);
    const auto schema =
        parseSchema(withChanged(line.toStdString(), text.toStdString()), "books.toml");
    QVERIFY(!schema.ok());
    const std::string shown = schema.problem().text();
    const int expected = where == 0 ? lineOf(line.toStdString()) : where;
    QVERIFY2(shown.starts_with("books.toml:" + std::to_string(expected) + ": "), shown.c_str());
    QVERIFY2(shown.find(message.toStdString()) != std::string::npos, shown.c_str());
    QVERIFY2(shown.find('\n') == std::string::npos, shown.c_str());
}

QTEST_GUILESS_MAIN(SchemaFileTest)
#include "schema_file_test.moc"

#include "core/data/import/table_files.h"

#include "core/data/import/table_source.h"
#include "tests/core/data/records/packed_files.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace flip;

namespace {

/// A schema with a table for each list of file names; a table reads any or all of its files.
Schema schemaOf(const std::vector<std::vector<std::string>>& tables, bool any = true) {
    Schema schema;
    for (const auto& names : tables) {
        TableSchema table;
        table.name = "t" + std::to_string(schema.tables.size());
        table.file = names.front();
        table.otherFiles.assign(names.begin() + 1, names.end());
        table.anyFile = any;
        table.where = "schema.toml:" + std::to_string(1 + schema.tables.size());
        schema.tables.push_back(std::move(table));
    }
    return schema;
}

std::string contentOf(const TableFile& file) {
    auto source = openBytes(file.file, file.member, file.shownName);
    if (!source) {
        return source.problem().text();
    }
    std::string text(1000, '\0');
    std::size_t size = 0;
    for (;;) {
        const auto count = (*source)->read(text.data() + size, text.size() - size);
        if (!count || *count == 0) {
            text.resize(size);
            return count ? text : count.problem().text();
        }
        size += *count;
    }
}

} // namespace

class TableFilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void findsTheFile_data();
    void findsTheFile();
    void readsSeveralFilesAsOneTable_data();
    void readsSeveralFilesAsOneTable();
    void refusesInvalidFiles_data();
    void refusesInvalidFiles();
    void refusesAFileNamedTwice_data();
    void refusesAFileNamedTwice();
    void namesTheKeyAsTheSchemaWritesIt_data();
    void namesTheKeyAsTheSchemaWritesIt();
    void acceptsAnyFileNameForTheOnlyTable();
    void refusesOneFileForTwoTables();
    void followsLinksInsideTheSourceOnly();
    void readsAnArchiveAsTheSource_data();
    void readsAnArchiveAsTheSource();
    void usesTheOnlyMemberForTheOnlyTable();
    void estimatesTheBytesOfEachFile();
    void asksToUnpackParquet();

private:
    void put(const std::string& name, std::string_view bytes) const {
        test::write(root() / name, bytes);
    }
    std::filesystem::path root() const {
        return std::filesystem::path(folder_->path().toStdString()) / "raw";
    }
    void putAll(const QStringList& names) const {
        for (const QString& shown : names) {
            const std::string name = shown.toStdString();
            const std::string text = "in " + name + "\n";
            if (name.ends_with(".gz") || name.ends_with(".zst")) {
                put(name, test::packed(text, name.ends_with(".gz") ? "gzip" : "zstd"));
            } else if (const auto zip = name.find(".zip:"); zip != std::string::npos) {
                test::Members members;
                for (const QString& member : shown.mid(static_cast<int>(zip) + 5).split(',')) {
                    members.emplace_back(member.toStdString(), "in " + member.toStdString() + "\n");
                }
                put(name.substr(0, zip + 4), test::zipped(members));
            } else {
                put(name, text);
            }
        }
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

void TableFilesTest::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    QVERIFY(folder_->isValid());
    std::filesystem::create_directory(root());
}

void TableFilesTest::findsTheFile_data() {
    QTest::addColumn<QStringList>("there");
    QTest::addColumn<QStringList>("wanted"); // alternatives
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QString>("content");
    const auto row = [](const char* name, QStringList there, QStringList wanted, const char* shown,
                        const char* content) {
        QTest::newRow(name) << there << wanted << shown << content;
    };
    row("as named", {"a.csv"}, {"a.csv"}, "a.csv", "in a.csv");
    row("in a folder below", {"sub/a.csv"}, {"sub/a.csv"}, "sub/a.csv", "in sub/a.csv");
    row("gzip", {"a.csv.gz"}, {"a.csv"}, "a.csv.gz", "in a.csv.gz");
    row("zstd", {"a.csv.zst"}, {"a.csv"}, "a.csv.zst", "in a.csv.zst");
    row("named with its ending", {"a.csv.gz"}, {"a.csv.gz"}, "a.csv.gz", "in a.csv.gz");
    row("plain before packed", {"a.csv.gz", "a.csv"}, {"a.csv"}, "a.csv", "in a.csv");
    row("zip of one", {"a.csv.zip:a.csv"}, {"a.csv"}, "a.csv.zip/a.csv", "in a.csv");
    row("zip of one with another name", {"a.csv.zip:export.csv"}, {"a.csv"}, "a.csv.zip/export.csv",
        "in export.csv");
    row("first alternative", {"a.csv", "b.csv"}, {"a.csv", "b.csv"}, "a.csv", "in a.csv");
    row("second alternative", {"b.csv", "c.csv"}, {"a.csv", "b.csv"}, "b.csv", "in b.csv");
    row("first alternative, packed", {"a.csv.gz", "b.csv"}, {"a.csv", "b.csv"}, "a.csv.gz",
        "in a.csv.gz");
    row("star", {"ml.inter", "ml.user"}, {"*.inter"}, "ml.inter", "in ml.inter");
    row("star in the middle", {"seen_poetry.json", "seen.txt"}, {"seen*.json"}, "seen_poetry.json",
        "in seen_poetry.json");
    row("star for no characters", {"seen.json"}, {"seen*.json"}, "seen.json", "in seen.json");
    row("star, packed", {"seen_poetry.json.gz"}, {"seen_*.json"}, "seen_poetry.json.gz",
        "in seen_poetry.json.gz");
    row("star in a folder below", {"sub/ml.inter"}, {"sub/*.inter"}, "sub/ml.inter",
        "in sub/ml.inter");
    row("star and a hidden file", {".ml.inter", "ml.inter"}, {"*.inter"}, "ml.inter",
        "in ml.inter");
    row("two stars", {"aXbXc"}, {"a*b*c"}, "aXbXc", "in aXbXc");
    row("the only archive", {"ml.zip:ml-1m/README,ml-1m/a.csv"}, {"a.csv"}, "ml.zip/ml-1m/a.csv",
        "in ml-1m/a.csv");
    row("file before archive", {"ml.zip:a.csv", "b.csv"}, {"a.csv", "b.csv"}, "b.csv", "in b.csv");
    row("archive with its name", {"x.zip:a.csv", "y.zip:a.csv"}, {"y.zip/a.csv"}, "y.zip/a.csv",
        "in a.csv");
    row("archive with its name, at depth", {"x.zip:b.csv", "y.zip:in/a.csv"}, {"y.zip/a.csv"},
        "y.zip/in/a.csv", "in in/a.csv");
    row("exact name before the end of a path", {"ml.zip:old/a.csv,a.csv"}, {"a.csv"},
        "ml.zip/a.csv", "in a.csv");
    row("name with a folder in an archive", {"ml.zip:old/in/a.csv,old/a.csv"}, {"in/a.csv"},
        "ml.zip/old/in/a.csv", "in old/in/a.csv");
    row("not a part of a name", {"ml.zip:in/ba.csv,in/a.csv"}, {"a.csv"}, "ml.zip/in/a.csv",
        "in in/a.csv");
    row("star in an archive", {"ml.zip:in/ml.inter,in/ml.user"}, {"*.inter"}, "ml.zip/in/ml.inter",
        "in in/ml.inter");
    row("members added by macOS", {"ml.zip:ml.inter,__MACOSX/ml.inter"}, {"*.inter"},
        "ml.zip/ml.inter", "in ml.inter");
}

void TableFilesTest::findsTheFile() {
    QFETCH(QStringList, there);
    QFETCH(QStringList, wanted);
    QFETCH(QString, shown);
    QFETCH(QString, content);
    putAll(there);
    std::vector<std::string> names;
    for (const QString& name : wanted) {
        names.push_back(name.toStdString());
    }
    const auto files = findTableFiles(schemaOf({names}), root());
    FLIP_VERIFY_OK(files);
    QCOMPARE(files->size(), std::size_t{1});
    QCOMPARE(files->front().shownName, shown.toStdString());
    QCOMPARE(contentOf(files->front()), content.toStdString() + "\n");
    QVERIFY(files->front().bytes > 0);
}

void TableFilesTest::readsSeveralFilesAsOneTable_data() {
    QTest::addColumn<QStringList>("there");
    QTest::addColumn<QStringList>("wanted");
    QTest::addColumn<QString>("shown"); // all files, or what is wrong
    const auto row = [](const char* name, QStringList there, QStringList wanted,
                        const char* shown) { QTest::newRow(name) << there << wanted << shown; };
    row("as they are named", {"b.csv", "a.csv", "c.csv"}, {"b.csv", "a.csv"}, "b.csv a.csv");
    row("one is packed", {"b.csv.gz", "a.csv"}, {"a.csv", "b.csv"}, "a.csv b.csv.gz");
    row("parts", {"t.test.inter", "t.train.inter", "t.valid.inter"}, {"*.inter"},
        "t.train.inter t.valid.inter t.test.inter");
    row("parts, packed", {"t.test.inter.gz", "t.train.inter.gz"}, {"*.inter"},
        "t.train.inter.gz t.test.inter.gz");
    row("parts in an archive", {"x.zip:in/test.csv,in/train.csv,README"}, {"*.csv"},
        "x.zip/in/train.csv x.zip/in/test.csv");
    row("numbered parts", {"p-10.csv", "p-9.csv"}, {"p-*.csv"}, "p-9.csv p-10.csv");
    row("parts and another file", {"p-1.csv", "p-2.csv", "a.csv"}, {"a.csv", "p-*.csv"},
        "a.csv p-1.csv p-2.csv");
    row("parts, partly packed", {"a_1.csv", "a_2.csv.gz", "a_3.csv.zst"}, {"a_*.csv"},
        "a_1.csv a_2.csv.gz a_3.csv.zst");
    row("parts, one of them packed too", {"a_1.csv", "a_1.csv.gz", "a_2.csv.gz"}, {"a_*.csv"},
        "a_1.csv a_2.csv.gz");
    row("parts, packed in two ways", {"a_1.csv.zst", "a_1.csv.gz", "a_2.csv.zst"}, {"a_*.csv"},
        "a_1.csv.gz a_2.csv.zst");
    row("parts, one in a zip", {"a_1.csv", "a_2.csv.zip:b.csv"}, {"a_*.csv"},
        "a_1.csv a_2.csv.zip/b.csv");
    row("parts of any ending", {"a_1.csv", "a_1.csv.gz", "a_2.csv"}, {"a_*"}, "a_1.csv a_2.csv");
    row("parts that are archives", {"p-1.zip:x.csv", "p-2.zip:y.csv"}, {"p-*.zip"},
        "p-1.zip/x.csv p-2.zip/y.csv");
    row("parts in an archive, exact names first", {"x.zip:old/p1.csv,p1.csv,p2.csv"}, {"p*.csv"},
        "x.zip/p1.csv x.zip/p2.csv");
    row("parts in a folder of an archive", {"x.zip:new/p2.csv,new/p1.csv,old/p1.csv"},
        {"new/p*.csv"}, "x.zip/new/p1.csv x.zip/new/p2.csv");
    row("parts in an archive and another file", {"x.zip:in/p1.csv,in/p2.csv", "a.csv"},
        {"x.zip/p*.csv", "a.csv"}, "x.zip/in/p1.csv x.zip/in/p2.csv a.csv");
    row("one is missing", {"a.csv"}, {"a.csv", "b.csv"},
        "the file \"b.csv\" of the table \"t0\" is missing, packed or not; add it, or write "
        "any_file");
    row("two are missing", {"b.csv.gz"}, {"a.csv", "b.csv", "c*.csv"},
        "the files \"a.csv\" and \"c*.csv\" of the table \"t0\" are missing, packed or not; add "
        "them");
}

void TableFilesTest::readsSeveralFilesAsOneTable() {
    QFETCH(QStringList, there);
    QFETCH(QStringList, wanted);
    QFETCH(QString, shown);
    putAll(there);
    std::vector<std::string> names;
    for (const QString& name : wanted) {
        names.push_back(name.toStdString());
    }
    const auto files = findTableFiles(schemaOf({names}, /*any=*/false), root());
    if (!files) {
        const QString problem = QString::fromStdString(files.problem().text());
        QVERIFY2(problem.contains(shown) && problem.contains("any_file = [...]"),
                 qPrintable(problem));
        return;
    }
    QString found = QString::fromStdString(files->front().shownName);
    std::int64_t bytes = files->front().bytes;
    for (const TableFile& next : files->front().more) {
        QVERIFY(next.more.empty());
        found += " " + QString::fromStdString(next.shownName);
        bytes += next.bytes;
    }
    QCOMPARE(found, shown);
    QCOMPARE(files->front().allBytes(), bytes);
}

void TableFilesTest::refusesInvalidFiles_data() {
    QTest::addColumn<QStringList>("there");
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* name, QStringList there, const char* wanted, const char* where,
                        const char* message) {
        QTest::newRow(name) << there << wanted << where << message;
    };
    row("no file", {}, "a.csv", "ROOT", "the table \"t0\" needs the file \"a.csv\"");
    row("file instead of a folder", {"sub"}, "sub/a.csv", "ROOT", "needs the file \"sub/a.csv\"");
    row("folder instead of a file", {"a.csv/b"}, "a.csv", "ROOT/a.csv", "is not a regular file");
    row("out of the source", {"a.csv"}, "../raw/a.csv", "schema.toml:1", "lies outside the source");
    row("absolute", {"a.csv"}, "/etc/passwd", "schema.toml:1", "lies outside the source");
    row("star out of the source", {"a.csv"}, "../*.csv", "schema.toml:1",
        "lies outside the source");
    row("star matches two", {"b.inter", "a.inter"}, "*.inter", "schema.toml:1", "a.inter, b.inter");
    row("star matches none", {"a.csv"}, "*.inter", "ROOT", "needs the file \"*.inter\"");
    row("star matches two, one of them packed", {"a.inter", "b.inter.gz"}, "*.inter",
        "schema.toml:1", "a.inter, b.inter.gz");
    row("two members of the name", {"ml.zip:y/a.csv,x/a.csv"}, "a.csv", "ROOT/ml.zip",
        "x/a.csv, y/a.csv; name one of them");
    row("two members of the name in numbered folders", {"ml.zip:u2/a.csv,u1/a.csv"}, "a.csv",
        "ROOT/ml.zip", "u1/a.csv, u2/a.csv; name one of them");
    row("parts in two folders of an archive", {"ml.zip:u1/a_1.csv,u2/a_2.csv"}, "a_*.csv",
        "ROOT/ml.zip", "u1/a_1.csv, u2/a_2.csv; name one of them");
    row("member twice", {"ml.zip:a.csv,a.csv"}, "a.csv", "ROOT/ml.zip", "holds a.csv twice");
    row("member twice, written in two ways", {"ml.zip:a.csv,./a.csv"}, "a.csv", "ROOT/ml.zip",
        "holds a.csv twice");
    row("one of the parts twice", {"ml.zip:p1.csv,p2.csv,p2.csv"}, "p*.csv", "ROOT/ml.zip",
        "holds p2.csv twice");
    row("star in the name of an archive", {"a*.csv.zip:a1.csv,a2.csv"}, "a*.csv", "ROOT/a*.csv.zip",
        "holds several files: a1.csv, a2.csv");
    row("two archives", {"x.zip:a.csv", "y.zip:a.csv"}, "a.csv", "ROOT",
        "needs the file \"a.csv\"");
    row("no such member", {"x.zip:a.csv,c.csv"}, "x.zip/b.csv", "ROOT", "needs the file");
    row("archive of several files for one", {"x.zip:a.csv,b.csv"}, "x.zip", "ROOT/x.zip",
        "holds several files: a.csv, b.csv");
    row("not a zip", {"x.zip"}, "x.zip/a.csv", "x.zip", "is damaged or cut short");
    row("member whose name leads outside", {"x.zip:../a.csv"}, "x.zip/../../a.csv", "schema.toml:1",
        "lies outside the source");
}

void TableFilesTest::refusesInvalidFiles() {
    QFETCH(QStringList, there);
    QFETCH(QString, wanted);
    QFETCH(QString, where);
    QFETCH(QString, message);
    putAll(there);
    const auto files = findTableFiles(schemaOf({{wanted.toStdString()}}), root());
    QVERIFY(!files.ok());
    const QString shown = QString::fromStdString(files.problem().text());
    const QString place =
        where.replace("ROOT", QString::fromStdString(std::filesystem::canonical(root()).string()));
    QVERIFY2(shown.startsWith(place + ": "), qPrintable(shown));
    QVERIFY2(shown.contains(message), qPrintable(shown));
    QVERIFY2(!shown.contains('\n'), qPrintable(shown));
}

void TableFilesTest::refusesAFileNamedTwice_data() {
    QTest::addColumn<QStringList>("wanted");
    QTest::addColumn<QString>("twice");
    QTest::newRow("name and pattern") << QStringList{"a.csv", "*.csv"} << "a.csv";
    QTest::newRow("two spellings") << QStringList{"a.csv", "./a.csv"} << "./a.csv";
    QTest::newRow("a link") << QStringList{"link.txt", "a.csv"} << "a.csv";
    QTest::newRow("a pattern of links") << QStringList{"l*_*.dat"} << "l_2.dat";
    QTest::newRow("a member") << QStringList{"x.zip/b.csv", "b.csv"} << "x.zip/in/b.csv";
}

void TableFilesTest::refusesAFileNamedTwice() {
    QFETCH(QStringList, wanted);
    QFETCH(QString, twice);
    putAll({"a.csv", "x.zip:in/b.csv"});
    for (const char* const link : {"link.txt", "l_1.dat", "l_2.dat"}) {
        std::filesystem::create_symlink("a.csv", root() / link);
    }
    std::vector<std::string> names;
    for (const QString& name : wanted) {
        names.push_back(name.toStdString());
    }
    const auto files = findTableFiles(schemaOf({names}, /*any=*/false), root());
    QVERIFY(!files.ok());
    QCOMPARE(files.problem().text(), "schema.toml:1: the table \"t0\" would read " +
                                         twice.toStdString() + " twice; name each file once");
}

void TableFilesTest::namesTheKeyAsTheSchemaWritesIt_data() {
    QTest::addColumn<QStringList>("wanted");
    QTest::addColumn<bool>("any");
    QTest::addColumn<QString>("message");
    QTest::newRow("file") << QStringList{"*.csv"} << false
                          << "file = \"*.csv\" matches several files: a.csv, b.csv; name one";
    QTest::newRow("file, a list") << QStringList{"a.csv", "*.csv"} << false
                                  << "\"*.csv\" in file matches several files: a.csv, b.csv";
    QTest::newRow("any_file") << QStringList{"*.csv"} << true
                              << "any_file = \"*.csv\" matches several files: a.csv, b.csv";
    QTest::newRow("any_file, a list")
        << QStringList{"c.csv", "*.csv"} << true
        << "\"*.csv\" in any_file matches several files: a.csv, b.csv";
    QTest::newRow("outside, file")
        << QStringList{"../a.csv"} << false << "file = \"../a.csv\" lies outside the source";
    QTest::newRow("outside, any_file, a list")
        << QStringList{"c.csv", "../a.csv"} << true << "\"../a.csv\" in any_file lies outside";
}

void TableFilesTest::namesTheKeyAsTheSchemaWritesIt() {
    QFETCH(QStringList, wanted);
    QFETCH(bool, any);
    QFETCH(QString, message);
    putAll({"a.csv", "b.csv"});
    std::vector<std::string> names;
    for (const QString& name : wanted) {
        names.push_back(name.toStdString());
    }
    const auto files = findTableFiles(schemaOf({names}, any), root());
    QVERIFY(!files.ok());
    const QString problem = QString::fromStdString(files.problem().text());
    QVERIFY2(problem.startsWith("schema.toml:1: " + message), qPrintable(problem));
}

void TableFilesTest::acceptsAnyFileNameForTheOnlyTable() {
    put("other.txt", "x\n");
    const auto files = findTableFiles(schemaOf({{"a.csv"}}), root() / "other.txt");
    FLIP_VERIFY_OK(files);
    QCOMPARE(files->front().shownName, std::string("other.txt"));
    QCOMPARE(contentOf(files->front()), std::string("x\n"));
}

void TableFilesTest::refusesOneFileForTwoTables() {
    put("other.txt", "x\n");
    const auto files = findTableFiles(schemaOf({{"a.csv"}, {"b.csv"}}), root() / "other.txt");
    QVERIFY(!files.ok());
    QVERIFY(files.problem().what.find("reads 2 tables") != std::string::npos);
}

void TableFilesTest::followsLinksInsideTheSourceOnly() {
    put("deep/real.csv", "x\n");
    put("../outside.csv", "secret\n");
    put("../outside.csv.gz", test::packed("secret\n", "gzip"));
    std::filesystem::create_symlink("deep/real.csv", root() / "a.csv");
    std::filesystem::create_symlink("../outside.csv", root() / "b.csv");
    std::filesystem::create_symlink("../outside.csv.gz", root() / "c.csv.gz");
    std::filesystem::create_symlink("nowhere", root() / "d.csv");
    std::filesystem::create_directory_symlink("..", root() / "up");
    const auto inside = findTableFiles(schemaOf({{"a.csv"}}), root());
    FLIP_VERIFY_OK(inside);
    QCOMPARE(contentOf(inside->front()), std::string("x\n"));
    for (const char* const name : {"b.csv", "c.csv", "up/outside.csv", "up/*.csv"}) {
        const auto files = findTableFiles(schemaOf({{name}}), root());
        QVERIFY2(!files.ok(), name);
        QVERIFY2(files.problem().text().starts_with("schema.toml:1: any_file = "), name);
    }
    QVERIFY(!findTableFiles(schemaOf({{"d.csv"}}), root()).ok());
}

void TableFilesTest::readsAnArchiveAsTheSource_data() {
    QTest::addColumn<QByteArray>("bytes");
    const test::Members members = {{"ml-1m/", ""},
                                   {"ml-1m/README", "read me"},
                                   {"ml-1m/ratings.dat", "ratings\n"},
                                   {"ml-1m/users.dat", "users\n"}};
    QTest::newRow("ml-1m.zip") << QByteArray::fromStdString(test::zipped(members));
    QTest::newRow("ml-1m.tar.gz") << QByteArray::fromStdString(test::tarred(members));
    QTest::newRow("ml-1m.tgz") << QByteArray::fromStdString(test::tarred(members));
    QTest::newRow("ml-1m.tar.bz2") << QByteArray::fromStdString(test::tarred(members, "bzip2"));
}

void TableFilesTest::readsAnArchiveAsTheSource() {
    QFETCH(QByteArray, bytes);
    const std::string name = QTest::currentDataTag();
    put(name, bytes.toStdString());
    const auto files =
        findTableFiles(schemaOf({{"ratings.csv", "ratings.dat"}, {"users.dat"}}), root() / name);
    FLIP_VERIFY_OK(files);
    QCOMPARE(files->size(), std::size_t{2});
    QCOMPARE((*files)[0].shownName, name + "/ml-1m/ratings.dat");
    QCOMPARE(contentOf((*files)[0]), std::string("ratings\n"));
    QCOMPARE(contentOf((*files)[1]), std::string("users\n"));
    const auto missing = findTableFiles(schemaOf({{"ratings.dat"}, {"movies.dat"}}), root() / name);
    QVERIFY(!missing.ok());
    QVERIFY(missing.problem().what.find("needs the file \"movies.dat\"") != std::string::npos);
}

void TableFilesTest::usesTheOnlyMemberForTheOnlyTable() {
    put("export.zip", test::zipped({{"in/", ""}, {"in/export.csv", "x\n"}}));
    const auto files = findTableFiles(schemaOf({{"a.csv"}}), root() / "export.zip");
    FLIP_VERIFY_OK(files);
    QCOMPARE(files->front().shownName, std::string("export.zip/in/export.csv"));
}

void TableFilesTest::estimatesTheBytesOfEachFile() {
    const std::string small(1000, 'x');
    std::string large;
    for (int i = 0; i < 20000; ++i) {
        large += std::to_string(i * 7919 % 10007) + "\n";
    }
    const std::string zip = test::zipped({{"small.csv", small}, {"large.csv", large}});
    const std::string tar = test::tarred({{"small.csv", small}, {"large.csv", large}});
    put("z/all.zip", zip);
    put("t/all.tar.gz", tar);
    const auto near = [](std::int64_t bytes, std::size_t whole) {
        return bytes > static_cast<std::int64_t>(whole) / 2 &&
               bytes <= static_cast<std::int64_t>(whole);
    };
    const auto zipped = findTableFiles(schemaOf({{"small.csv"}, {"large.csv"}}), root() / "z");
    FLIP_VERIFY_OK(zipped);
    QVERIFY((*zipped)[0].bytes < static_cast<std::int64_t>(zip.size()) / 10);
    QVERIFY(near((*zipped)[1].bytes, zip.size()));
    const auto tarred = findTableFiles(schemaOf({{"small.csv"}, {"large.csv"}}), root() / "t");
    FLIP_VERIFY_OK(tarred);
    QVERIFY(near((*tarred)[1].bytes, tar.size()));
}

void TableFilesTest::asksToUnpackParquet() {
    put("all.zip", test::zipped({{"rows.parquet", "PAR1"}}));
    Schema schema = schemaOf({{"rows.parquet"}});
    schema.tables[0].kind = FileFormat::Parquet;
    const auto files = findTableFiles(schema, root());
    FLIP_VERIFY_OK(files);
    const auto table = TableSource::open(schema.tables[0], files->front(), {});
    QVERIFY(!table.ok());
    QCOMPARE(
        table.problem().text(),
        std::string("all.zip/rows.parquet: is in an archive, but Parquet needs random access to "
                    "its file; unpack it first"));
}

QTEST_GUILESS_MAIN(TableFilesTest)
#include "table_files_test.moc"

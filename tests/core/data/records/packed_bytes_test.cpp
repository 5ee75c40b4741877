#include "core/data/records/packed_bytes.h"

#include "tests/core/data/records/packed_files.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace flip;

namespace {

/// Lines that pack to about a third.
std::string someText(int lines = 20000) {
    std::string text;
    unsigned state = 1;
    for (int i = 0; i < lines; ++i) {
        state = state * 1664525 + 1013904223;
        text += std::to_string(i) + "," + std::to_string(state >> 12) + "\n";
    }
    return text;
}

Result<std::string> readAll(Result<std::unique_ptr<ByteSource>> source, std::size_t step = 5000,
                            std::int64_t* bytesRead = nullptr) {
    if (!source) {
        return source.problem();
    }
    std::string text;
    std::string block(step, '\0');
    for (;;) {
        const auto count = (*source)->read(block.data(), block.size());
        if (!count) {
            return count.problem();
        }
        if (*count == 0) {
            if (bytesRead != nullptr) {
                *bytesRead = (*source)->bytesRead();
            }
            return text;
        }
        text.append(block, 0, *count);
    }
}

} // namespace

class PackedBytesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void detectsPackingByTheFirstBytes_data();
    void detectsPackingByTheFirstBytes();
    void refusesDamage_data();
    void refusesDamage();
    void refusesGzipDataWithAnyByteChanged();
    void readsAnEmptyPackedFile_data();
    void readsAnEmptyPackedFile();
    void readsAMember_data();
    void readsAMember();
    void listsFilesOnly_data();
    void listsFilesOnly();
    void verifiesTheChecksumOfATarArchive();
    void verifiesTheChecksumOfAZipMember();
    void refusesAnEncryptedMember();
    void refusesADecompressionBomb_data();
    void refusesADecompressionBomb();
    void writesNothing();
    void recognisesArchivesByName_data();
    void recognisesArchivesByName();

private:
    std::filesystem::path file(const std::string& name, std::string_view bytes) const {
        const std::filesystem::path path =
            std::filesystem::path(folder_->path().toStdString()) / name;
        test::write(path, bytes);
        return path;
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

void PackedBytesTest::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    QVERIFY(folder_->isValid());
}

void PackedBytesTest::detectsPackingByTheFirstBytes_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");
    const std::string text = someText();
    const auto row = [](const char* title, const char* name, const std::string& bytes,
                        const std::string& expected) {
        QTest::newRow(title) << name << QByteArray::fromStdString(bytes)
                             << QByteArray::fromStdString(expected);
    };
    row("plain", "a.csv", text, text);
    row("gzip", "a.csv.gz", test::packed(text, "gzip"), text);
    row("zstd", "a.csv.zst", test::packed(text, "zstd"), text);
    row("bzip2", "a.csv.bz2", test::packed(text, "bzip2"), text);
    row("xz", "a.csv.xz", test::packed(text, "xz"), text);
    row("gzip without the ending", "a.csv", test::packed(text, "gzip"), text);
    row("two gzip members", "a.csv.gz", test::packed(text, "gzip") + test::packed("more\n", "gzip"),
        text + "more\n");
    row("gzip with an empty member between", "a.csv.gz",
        test::packed(text, "gzip") + test::packed("", "gzip") + test::packed("more\n", "gzip"),
        text + "more\n");
    row("gzip with padding", "a.csv.gz", test::packed(text, "gzip") + std::string(700, '\0'), text);
    row("two zstd frames", "a.csv.zst", test::packed(text, "zstd") + test::packed("more\n", "zstd"),
        text + "more\n");
    row("two bzip2 streams", "a.csv.bz2",
        test::packed(text, "bzip2") + test::packed("more\n", "bzip2"), text + "more\n");
    row("two xz streams", "a.csv.xz", test::packed(text, "xz") + test::packed("more\n", "xz"),
        text + "more\n");
    row("text that begins like bzip2", "a.csv", "BZh,9\n1,2\n", "BZh,9\n1,2\n");
    row("short text", "a.csv", "a", "a");
    row("empty", "a.csv", "", "");
}

void PackedBytesTest::detectsPackingByTheFirstBytes() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    const auto path = file(name.toStdString(), bytes.toStdString());
    for (const std::size_t step : {7, 100, 1 << 16}) {
        std::int64_t bytesRead = 0;
        const auto text = readAll(openBytes(path, "", "a.csv"), step, &bytesRead);
        FLIP_VERIFY_OK(text);
        QVERIFY(*text == expected.toStdString());
        QCOMPARE(bytesRead, static_cast<std::int64_t>(bytes.size()));
    }
}

void PackedBytesTest::refusesDamage_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const std::string text = someText();
    const auto row = [](const std::string& title, const std::string& name, const std::string& bytes,
                        const char* says) {
        QTest::newRow(title.c_str())
            << QString::fromStdString(name) << QByteArray::fromStdString(bytes) << says;
    };
    const std::string gzip = test::packed(text, "gzip");
    row("gzip cut in its data", "a.gz", gzip.substr(0, gzip.size() / 2), "is cut short");
    row("gzip cut before its checksum", "a.gz", gzip.substr(0, gzip.size() - 8), "is cut short");
    row("gzip cut in its checksum", "a.gz", gzip.substr(0, gzip.size() - 1), "is cut short");
    row("gzip cut in its header", "a.gz", gzip.substr(0, 5), "is cut short");
    row("second gzip member cut", "a.gz", gzip + gzip.substr(0, 30), "is cut short");
    row("gzip with something after it", "a.gz", gzip + "<html>", "is damaged");
    row("not gzip at all", "a.gz", "<html>not found</html>",
        "is named .gz but contains no gzip data");
    row("gzip in name only, empty", "a.csv.GZ", "", "is named .gz but contains no gzip data");
    for (const std::string filter : {"zstd", "bzip2", "xz"}) {
        const std::string packed = test::packed(text, filter);
        row(filter + " cut", "a.packed", packed.substr(0, packed.size() / 2),
            "damaged or cut short");
        row(filter + " cut at its end", "a.packed", packed.substr(0, packed.size() - 3),
            "damaged or cut short");
        std::string hit = packed;
        for (std::size_t i = hit.size() / 2; i < hit.size() / 2 + 40; ++i) {
            hit[i] = static_cast<char>(~hit[i]);
        }
        row(filter + " damaged", "a.packed", hit, "damaged or cut short");
    }
}

void PackedBytesTest::refusesDamage() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    const auto path = file(name.toStdString(), bytes.toStdString());
    const auto text = readAll(openBytes(path, "", "data/" + name.toStdString()));
    QVERIFY(!text.ok());
    const std::string shown = text.problem().text();
    QVERIFY2(shown.starts_with("data/" + name.toStdString() + ": "), shown.c_str());
    QVERIFY2(shown.find(says.toStdString()) != std::string::npos, shown.c_str());
    QVERIFY2(shown.find('\n') == std::string::npos, shown.c_str());
}

void PackedBytesTest::refusesGzipDataWithAnyByteChanged() {
    const std::string text = someText(200);
    const std::string gzip = test::packed(text, "gzip");
    for (std::size_t at = 10; at < gzip.size(); ++at) {
        std::string hit = gzip;
        hit[at] = static_cast<char>(hit[at] ^ 4);
        const auto read = readAll(openBytes(file("a.gz", hit), "", "a.gz"));
        QVERIFY2(!read.ok(), std::to_string(at).c_str());
    }
}

void PackedBytesTest::readsAnEmptyPackedFile_data() {
    QTest::addColumn<QString>("filter");
    for (const char* const filter : {"gzip", "zstd", "bzip2", "xz"}) {
        QTest::newRow(filter) << filter;
    }
}

void PackedBytesTest::readsAnEmptyPackedFile() {
    QFETCH(QString, filter);
    const auto path = file("a", test::packed("", filter.toStdString()));
    const auto text = readAll(openBytes(path, "", "a"));
    FLIP_VERIFY_OK(text);
    QVERIFY(text->empty());
}

void PackedBytesTest::readsAMember_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    const std::string text = someText();
    const test::Members members = {
        {"set/", ""},          {"set/README", "read me"},       {"set/a.csv", text},
        {"set/empty.csv", ""}, {"../outside.csv", "outside\n"}, {"caf\u00e9.csv", "accent\n"}};
    const auto row = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << name << QByteArray::fromStdString(bytes);
    };
    row("all.zip", test::zipped(members));
    row("all.tar", test::tarred(members, ""));
    row("all.tar.gz", test::tarred(members));
    row("all.tgz", test::tarred(members));
    row("all.tar.zst", test::tarred(members, "zstd"));
    row("all.tar.xz", test::tarred(members, "xz"));
}

void PackedBytesTest::readsAMember() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    const auto path = file(name.toStdString(), bytes.toStdString());
    const auto read = [&](const char* member, std::int64_t* bytesRead = nullptr) {
        return readAll(openBytes(path, member, "all/" + std::string(member)), 5000, bytesRead);
    };
    std::int64_t bytesRead = 0;
    const auto text = read("set/a.csv", &bytesRead);
    FLIP_VERIFY_OK(text);
    QVERIFY(*text == someText());
    QVERIFY2(bytesRead > 0 && bytesRead <= bytes.size(), std::to_string(bytesRead).c_str());
    QCOMPARE(*read("set/empty.csv"), std::string());
    QCOMPARE(*read("set/README"), std::string("read me"));
    QCOMPARE(*read("../outside.csv"), std::string("outside\n")); // only a name
    QCOMPARE(*read("caf\u00e9.csv"), std::string("accent\n"));
    const auto missing = read("a.csv");
    QVERIFY(!missing.ok());
    QVERIFY(missing.problem().text().starts_with("all/a.csv: "));
}

void PackedBytesTest::listsFilesOnly_data() {
    readsAMember_data();
}

void PackedBytesTest::listsFilesOnly() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    const auto members = listArchive(file(name.toStdString(), bytes.toStdString()), "all");
    FLIP_VERIFY_OK(members);
    QStringList names;
    for (const ArchiveMember& member : *members) {
        names << QString::fromStdString(member.name);
    }
    QCOMPARE(names, (QStringList{"set/README", "set/a.csv", "set/empty.csv", "../outside.csv",
                                 QString::fromUtf8("caf\u00e9.csv")}));
    QCOMPARE((*members)[1].bytes, static_cast<std::int64_t>(someText().size()));
}

void PackedBytesTest::verifiesTheChecksumOfATarArchive() {
    std::string tar = test::tarred({{"a.csv", someText()}});
    tar[tar.size() - 6] = static_cast<char>(tar[tar.size() - 6] ^ 1);
    const auto members = listArchive(file("all.tar.gz", tar), "all.tar.gz");
    QVERIFY(!members.ok());
    const std::string shown = members.problem().text();
    QVERIFY2(shown.starts_with("all.tar.gz: is damaged"), shown.c_str());
}

void PackedBytesTest::verifiesTheChecksumOfAZipMember() {
    std::string zip = test::zipped({{"a.csv", someText()}, {"b.csv", "b\n"}});
    char& byte = zip[zip.size() / 2];
    byte = static_cast<char>(byte ^ 1);
    const auto path = file("all.zip", zip);
    const auto text = readAll(openBytes(path, "a.csv", "all.zip/a.csv"));
    QVERIFY(!text.ok());
    const std::string shown = text.problem().text();
    QVERIFY2(shown.starts_with("all.zip/a.csv: is damaged or cut short"), shown.c_str());
    QCOMPARE(*readAll(openBytes(path, "b.csv", "all.zip/b.csv")), std::string("b\n"));
}

void PackedBytesTest::refusesAnEncryptedMember() {
    std::string zip = test::zipped({{"a.csv", "secret\n"}});
    for (const auto& [mark, flags] : {std::pair{"PK\1\2", 8}, std::pair{"PK\3\4", 6}}) {
        char& byte = zip[zip.find(mark) + static_cast<std::size_t>(flags)];
        byte = static_cast<char>(byte | 1);
    }
    const auto text = readAll(openBytes(file("all.zip", zip), "a.csv", "all.zip/a.csv"));
    QVERIFY(!text.ok());
    QCOMPARE(text.problem().text(),
             std::string("all.zip/a.csv: is encrypted; unpack the archive with its password"));
}

void PackedBytesTest::refusesADecompressionBomb_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("member");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("whileListing");
    const std::string zeros(std::size_t{8} << 20, '0');
    const auto row = [](const char* name, const char* member, const std::string& bytes,
                        bool whileListing) {
        QTest::newRow(name) << name << member << QByteArray::fromStdString(bytes) << whileListing;
    };
    row("a.gz", "", test::packed(zeros, "gzip"), false);
    row("a.zst", "", test::packed(zeros, "zstd"), false);
    row("a.bz2", "", test::packed(zeros, "bzip2"), false);
    row("a.xz", "", test::packed(zeros, "xz"), false);
    row("a.zip", "a.csv", test::zipped({{"a.csv", zeros}}), false);
    row("a.tar.gz", "a.csv", test::tarred({{"a.csv", zeros}}), true);
}

void PackedBytesTest::refusesADecompressionBomb() {
    QFETCH(QString, name);
    QFETCH(QString, member);
    QFETCH(QByteArray, bytes);
    QFETCH(bool, whileListing);
    const auto path = file(name.toStdString(), bytes.toStdString());
    const ExpansionLimit limit{.free = 1 << 20, .ratio = 50};
    const auto text = readAll(openBytes(path, member.toStdString(), "a", limit), 1 << 16);
    QVERIFY(!text.ok());
    QCOMPARE(
        text.problem().text(),
        std::string("a: unpacks to more than 50 times its size; if that is intended, unpack it "
                    "yourself"));
    FLIP_VERIFY_OK(readAll(openBytes(path, member.toStdString(), "a"), 1 << 16)); // 1 GiB is free
    if (!member.isEmpty()) {
        QCOMPARE(listArchive(path, "a", limit).ok(), !whileListing);
    }
}

void PackedBytesTest::writesNothing() {
    const auto path =
        file("all.zip", test::zipped({{"../outside.csv", "x\n"}, {"in/a.csv", "y\n"}}));
    FLIP_VERIFY_OK(readAll(openBytes(path, "../outside.csv", "x")));
    FLIP_VERIFY_OK(readAll(openBytes(path, "in/a.csv", "y")));
    QCOMPARE(test::filesBelow(path.parent_path()), std::vector<std::string>{"all.zip"});
    QVERIFY(!std::filesystem::exists(path.parent_path().parent_path() / "outside.csv"));
}

void PackedBytesTest::recognisesArchivesByName_data() {
    QTest::addColumn<bool>("isArchive");
    for (const char* const name : {"a.zip", "a.ZIP", "a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2",
                                   "a.tar.xz", "a.tar.zst", "a.csv.zip"}) {
        QTest::newRow(name) << true;
    }
    for (const char* const name : {"a.csv", "a.gz", "a.csv.gz", "zip", "tar.gz.csv", ""}) {
        QTest::newRow(name) << false;
    }
}

void PackedBytesTest::recognisesArchivesByName() {
    QFETCH(bool, isArchive);
    QCOMPARE(isArchiveName(QTest::currentDataTag()), isArchive);
}

QTEST_GUILESS_MAIN(PackedBytesTest)
#include "packed_bytes_test.moc"

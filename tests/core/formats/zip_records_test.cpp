#include "core/formats/zip_records.h"

#include "core/base/random_stream.h"

#include <QtTest>

using namespace flip;

namespace {

/// A little-endian number.
std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (; bytes > 0; --bytes, value >>= 8) {
        text += static_cast<char>(value);
    }
    return text;
}

/// One record to put into an archive.
struct Packed {
    std::string name;
    std::string content;
    std::uint32_t checksum = 0; // 0: none
    int method = 0;
};

/// Builds an archive; `longSizes` stores every size and position in 64 bits.
std::string archive(const std::vector<Packed>& records, bool longSizes = false,
                    const std::string& comment = "") {
    constexpr std::uint64_t kElsewhere = 0xFFFFFFFF;
    std::string file;
    std::string directory;
    for (const Packed& one : records) {
        const std::uint64_t size = one.content.size();
        const std::uint64_t begin = file.size();
        file += std::string("PK\x03\x04") + number(20, 2) + number(8, 2) + number(one.method, 2) +
                number(0, 16) + number(one.name.size(), 2) + number(3, 2) + one.name + "pad" +
                one.content;
        const std::string extra = longSizes ? number(7, 2) + number(2, 2) + "xx" + number(1, 2) +
                                                  number(24, 2) + number(size, 8) +
                                                  number(size, 8) + number(begin, 8)
                                            : "";
        directory += std::string("PK\x01\x02") + number(20, 2) + number(20, 2) + number(8, 2) +
                     number(one.method, 2) + number(0, 4) + number(one.checksum, 4) +
                     number(longSizes ? kElsewhere : size, 4) +
                     number(longSizes ? kElsewhere : size, 4) + number(one.name.size(), 2) +
                     number(extra.size(), 2) + number(0, 2) + number(0, 8) +
                     number(longSizes ? kElsewhere : begin, 4) + one.name + extra;
    }
    const std::uint64_t begin = file.size();
    file += directory;
    if (longSizes) {
        const std::uint64_t end = file.size();
        file += std::string("PK\x06\x06") + number(44, 8) + number(20, 4) + number(0, 8) +
                number(records.size(), 8) + number(records.size(), 8) +
                number(directory.size(), 8) + number(begin, 8);
        file += std::string("PK\x06\x07") + number(0, 4) + number(end, 8) + number(1, 4);
    }
    return file + std::string("PK\x05\x06") + number(0, 4) + number(records.size(), 2) +
           number(records.size(), 2) + number(longSizes ? kElsewhere : directory.size(), 4) +
           number(longSizes ? kElsewhere : begin, 4) + number(comment.size(), 2) + comment;
}

constexpr std::uint32_t kSumOfDigits = 0xCBF43926; // of "123456789", the check value of CRC-32

std::vector<Packed> twoRecords() {
    return {{"m/data.pkl", "123456789", kSumOfDigits}, {"m/data/0", "numbers"}};
}

} // namespace

/// The records of a zip archive and their checksums.
class ZipRecordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsRecords_data();
    void readsRecords();
    void comparesTheChecksum();
    void recognisesCompressedFiles();
    void noticesEveryTruncation();
    void refusesADuplicateName();
    void staysWithinTheFile();
};

void ZipRecordsTest::readsRecords_data() {
    QTest::addColumn<bool>("longSizes");
    QTest::addColumn<QByteArray>("comment");
    QTest::newRow("plain") << false << QByteArray();
    QTest::newRow("sizes of 64 bits") << true << QByteArray();
    QTest::newRow("with a comment") << false << QByteArray("made by hand");
    QTest::newRow("with the longest comment") << true << QByteArray(0xFFFF, 'x');
}

void ZipRecordsTest::readsRecords() {
    QFETCH(bool, longSizes);
    QFETCH(QByteArray, comment);
    const std::string file = archive(twoRecords(), longSizes, comment.toStdString());
    const auto records = readZipRecords(file, "model.bin");
    QVERIFY2(records.ok(), records ? "" : records.problem().text().c_str());
    QCOMPARE(records->size(), std::size_t(2));
    QCOMPARE(records->at("m/data/0").bytes, std::string_view("numbers"));
    QCOMPARE(records->at("m/data.pkl").bytes, std::string_view("123456789"));
    QCOMPARE(records->at("m/data.pkl").size, std::uint64_t(9));
    QVERIFY(records->at("m/data.pkl").isSound());
}

void ZipRecordsTest::comparesTheChecksum() {
    for (std::size_t bit = 0; bit < 9 * 8; ++bit) {
        auto packed = twoRecords();
        packed[0].content[bit / 8] = static_cast<char>(packed[0].content[bit / 8] ^ (1 << bit % 8));
        const std::string file = archive(packed);
        QVERIFY(!readZipRecords(file, "")->at("m/data.pkl").isSound());
        packed[0].checksum = 0;
        const std::string without = archive(packed);
        QVERIFY(readZipRecords(without, "")->at("m/data.pkl").isSound());
    }
}

void ZipRecordsTest::recognisesCompressedFiles() {
    auto packed = twoRecords();
    packed[1].method = 8;
    const std::string file = archive(packed);
    const auto records = readZipRecords(file, "");
    QVERIFY(records->at("m/data/0").isCompressed);
    QVERIFY(!records->at("m/data.pkl").isCompressed);
}

void ZipRecordsTest::noticesEveryTruncation() {
    for (const bool longSizes : {false, true}) {
        const std::string file = archive(twoRecords(), longSizes);
        for (std::size_t size = 0; size < file.size(); ++size) {
            const auto cut = readZipRecords(std::string_view(file).substr(0, size), "model.bin");
            QVERIFY2(!cut.ok(), qPrintable(QString::number(size)));
            QCOMPARE(cut.problem().where, std::string("model.bin"));
            QVERIFY(cut.problem().what.starts_with("is cut off or damaged"));
        }
    }
}

void ZipRecordsTest::refusesADuplicateName() {
    auto packed = twoRecords();
    packed[1].name = packed[0].name;
    QVERIFY(!readZipRecords(archive(packed), "").ok());
}

void ZipRecordsTest::staysWithinTheFile() {
    // Property: with any changed bytes, the records lie within the file.
    RandomStream random(1, "damage");
    for (int round = 0; round < 20000; ++round) {
        std::string file = archive(twoRecords(), round % 2 == 0);
        for (int change = 0; change < 3; ++change) {
            file[random.below(file.size())] =
                round % 3 == 0 ? '\xFF' : static_cast<char>(random.next());
        }
        const auto records = readZipRecords(file, "");
        for (const auto& [name, record] : records ? *records : ZipRecords()) {
            QVERIFY(record.bytes.data() >= file.data() &&
                    record.bytes.data() + record.bytes.size() <= file.data() + file.size());
        }
    }
}

QTEST_GUILESS_MAIN(ZipRecordsTest)
#include "zip_records_test.moc"

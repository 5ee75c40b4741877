#include "core/base/files.h"
#include "core/base/random_stream.h"
#include "core/formats/safetensors.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <cstring>
#include <fstream>

using namespace flip;

namespace {

void writeRaw(const std::filesystem::path& file, const std::string& header,
              const std::string& data) {
    std::ofstream out(file, std::ios::binary);
    const std::uint64_t size = header.size();
    out.write(reinterpret_cast<const char*>(&size), sizeof size);
    out << header << data;
}

} // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsBackWhatItWrote();
    void noticesAnyChangedByte();
    void acceptsAFileWithoutAHash();
    void refusesDamagedFiles_data();
    void refusesDamagedFiles();
    void neverCrashesOnRandomDamage();

private:
    std::filesystem::path file(const char* name) const {
        return std::filesystem::path(folder_.path().toStdString()) / name;
    }
    QTemporaryDir folder_;
};

void SafetensorsTest::noticesAnyChangedByte() {
    const std::string numbers(64, 'x');
    QVERIFY(writeSafetensors(file("h"), {{"weights", {NumberType::F32, {4, 4}, numbers}}},
                             {{"step", "17"}})
                .ok());
    std::string bytes = *readFile(file("h"));
    {
        const auto sound = SafetensorsFile::open(file("h"));
        QVERIFY(sound.ok() && sound->verify().ok());
        QCOMPARE(sound->metadata().size(), std::size_t(1)); // the hash is not part of it
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        bytes[at] = static_cast<char>(bytes[at] ^ 0x01);
        std::ofstream(file("damaged"), std::ios::binary) << bytes;
        const auto opened = SafetensorsFile::open(file("damaged"));
        const bool noticed = !opened || !opened->verify();
        QVERIFY2(noticed, qPrintable(QString::number(at)));
        if (opened && !opened->verify()) {
            QCOMPARE(opened->verify().problem().where, file("damaged").string());
        }
        bytes[at] = static_cast<char>(bytes[at] ^ 0x01);
    }
}

void SafetensorsTest::acceptsAFileWithoutAHash() {
    writeRaw(file("foreign"), R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "ab");
    const auto opened = SafetensorsFile::open(file("foreign"));
    QVERIFY(opened.ok());
    QVERIFY(opened->verify().ok());
    QVERIFY(!opened->hasHash());
}

void SafetensorsTest::readsBackWhatItWrote() {
    const std::vector<float> floats{1.5F, -2.0F, 0.0F, 3.25F, 1e-30F, 7.0F};
    const std::vector<std::int64_t> ids{1, -5, 1LL << 40};
    const auto bytes = [](const auto& values) {
        return std::string_view(reinterpret_cast<const char*>(values.data()),
                                values.size() * sizeof values[0]);
    };
    QVERIFY(writeSafetensors(file("a"),
                             {{"weights", {NumberType::F32, {2, 3}, bytes(floats)}},
                              {"ids", {NumberType::I64, {3}, bytes(ids)}},
                              {"none", {NumberType::U8, {0, 4}, {}}}},
                             {{"key", "value \"quoted\""}})
                .ok());
    const auto read = SafetensorsFile::open(file("a"));
    QVERIFY(read.ok());
    QCOMPARE(read->tensors().size(), std::size_t(3));
    QCOMPARE(read->find("weights")->shape, (std::vector<std::int64_t>{2, 3}));
    QVERIFY(read->find("weights")->bytes == bytes(floats));
    QVERIFY(read->find("ids")->bytes == bytes(ids));
    QCOMPARE(read->find("none")->count(), std::int64_t(0));
    QCOMPARE(read->metadata().at("key"), std::string("value \"quoted\""));
    QVERIFY(read->find("absent") == nullptr);
}

void SafetensorsTest::refusesDamagedFiles_data() {
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<int>("dataBytes");
    QTest::addColumn<QString>("expected");
    QTest::newRow("not JSON") << QByteArray("{oops") << 8 << "not a JSON object";
    QTest::newRow("beyond the end")
        << QByteArray(R"({"t":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}})") << 8
        << "beyond the end";
    QTest::newRow("size and shape differ")
        << QByteArray(R"({"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})") << 8
        << "does not fit its shape";
    QTest::newRow("negative extent")
        << QByteArray(R"({"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})") << 8
        << "negative";
    QTest::newRow("overflowing shape")
        << QByteArray(
               R"({"t":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}})")
        << 8 << "too large";
    QTest::newRow("overlap") << QByteArray(
                                    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                                    R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})")
                             << 8 << "overlap";
    QTest::newRow("unknown number type")
        << QByteArray(R"({"t":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}})") << 8 << "F4";
    QTest::newRow("missing offsets")
        << QByteArray(R"({"t":{"dtype":"F32","shape":[2]}})") << 8 << "lacks";
}

void SafetensorsTest::refusesDamagedFiles() {
    QFETCH(QByteArray, header);
    QFETCH(int, dataBytes);
    QFETCH(QString, expected);
    writeRaw(file("b"), header.toStdString(),
             std::string(static_cast<std::size_t>(dataBytes), 'x'));
    const auto read = SafetensorsFile::open(file("b"));
    QVERIFY(!read.ok());
    const QString text = QString::fromStdString(read.problem().text());
    QVERIFY2(text.contains(expected), qPrintable(text));
    QVERIFY(text.contains(QString::fromStdString(file("b").string())));
}

void SafetensorsTest::neverCrashesOnRandomDamage() {
    // Property: with any changed bytes, reading ends in a value or a Problem, and every view lies
    // within the file.
    const std::vector<float> floats(64, 1.0F);
    const std::string_view bytes(reinterpret_cast<const char*>(floats.data()), 256);
    QVERIFY(writeSafetensors(file("c"), {{"x", {NumberType::F32, {8, 8}, bytes}},
                                         {"y", {NumberType::F32, {64}, bytes}}})
                .ok());
    const auto whole = readFile(file("c"));
    QVERIFY(whole.ok());
    RandomStream random(1, "damage");
    int refused = 0;
    for (int round = 0; round < 2000; ++round) {
        std::string damaged = *whole;
        for (int change = 0; change < 3; ++change) {
            damaged[random.below(damaged.size())] = static_cast<char>(random.next());
        }
        damaged.resize(random.below(damaged.size() + 1));
        std::ofstream(file("d"), std::ios::binary) << damaged;
        const auto read = SafetensorsFile::open(file("d"));
        if (!read) {
            ++refused;
            QVERIFY(!read.problem().what.empty());
            continue;
        }
        for (const auto& [name, view] : read->tensors()) {
            QVERIFY(view.bytes.size() <= damaged.size());
        }
    }
    QVERIFY(refused > 1000); // most damage must be noticed
}

QTEST_GUILESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"

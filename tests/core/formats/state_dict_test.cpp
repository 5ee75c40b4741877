#include "core/base/random_stream.h"
#include "core/formats/state_dict.h"
#include "tests/core/formats/pickle_bytes.h"

#include <QtTest/QtTest>

#include <cstring>
#include <numeric>

using namespace flip;
using namespace flip::test;

namespace {

std::string floats(std::size_t count) {
    std::vector<float> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0.0F);
    return {reinterpret_cast<const char*>(numbers.data()), count * sizeof(float)};
}

/// The numbers of a tensor in a storage that counts 0, 1, 2, ...
std::vector<float> copied(const PickledTensor& tensor, std::size_t storageCount) {
    std::vector<float> numbers(static_cast<std::size_t>(tensor.count()), -1.0F);
    copyTensor(tensor, floats(storageCount), reinterpret_cast<char*>(numbers.data()));
    return numbers;
}

/// A whole file as torch.save wrote it before 1.6, with one storage of 6 floats.
std::string legacyFile(const std::string& stateDict, const std::string& keys = "") {
    return std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15) + begin() +
           "M" + little(1001, 2) + "." + begin() +
           dict(text("protocol_version") + "M" + little(1001, 2) + text("little_endian") + "\x88") +
           "." + begin() + stateDict + "." + begin() + "](" + (keys.empty() ? text("0") : keys) +
           "e." + little(6, 8) + floats(6);
}

const std::string kSix = storage("FloatStorage", "0", 6);
const std::string kTensor = tensor(kSix, 0, "K\x02K\x03", "K\x03K\x01"); // [2, 3]

} // namespace

/// State dicts as torch.save pickles them: which tensors there are, and where their numbers lie.
class StateDictTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheTensors_data();
    void findsTheTensors();
    void knowsEveryStorageType_data();
    void knowsEveryStorageType();
    void readsUntypedStorages();
    void copiesViews_data();
    void copiesViews();
    void refusesInvalidTensors_data();
    void refusesInvalidTensors();
    void readsLegacyFiles();
    void readsPartsOfStorages();
    void refusesDamagedLegacyFiles_data();
    void refusesDamagedLegacyFiles();
    void neverCrashesOnRandomDamage();
};

void StateDictTest::findsTheTensors_data() {
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<QStringList>("names");
    const auto row = [](const char* name, const std::string& pickle, const QStringList& names) {
        QTest::newRow(name) << QByteArray::fromStdString(begin() + pickle + ".") << names;
    };
    const std::string parameter =
        call(global("torch._utils", "_rebuild_parameter"),
             kTensor + "\x88" + call(global("collections", "OrderedDict"), ""));
    const std::string attributed =
        call(global("torch._tensor", "_rebuild_from_type_v2"),
             global("torch._utils", "_rebuild_tensor_v2") + global("torch", "Tensor") +
                 tuple(kSix + "K\x01" + tuple("K\x02") + tuple("K\x01") + "\x89N") + dict(""));
    row("a dictionary", dict(text("a") + kTensor + text("b") + kTensor), {"a", "b"});
    row("parameters", dict(text("a") + parameter), {"a"});
    row("tensors with attributes", dict(text("a") + attributed), {"a"});
    row("other values beside them",
        dict(text("epoch") + "K\x07" + text("a") + kTensor + text("shape") +
             call(global("torch", "Size"), tuple("K\x02")) + text("none") + "N" + text("device") +
             call(global("torch", "device"), text("cpu"))),
        {"a"});
    row("a training checkpoint",
        dict(text("epoch") + "K\x07" + text("state_dict") + dict(text("a") + kTensor) +
             text("optimizer") + dict(text("m") + kTensor)),
        {"a"});
    row("under 'model'", dict(text("model") + dict(text("a") + kTensor)), {"a"});
    row("training tensors beside the model",
        dict(text("rng_state") + kTensor + text("model") + dict(text("b") + kTensor)), {"b"});
    row("a duplicate name", dict(text("a") + kTensor + text("a") + kTensor), {"a"});
}

void StateDictTest::findsTheTensors() {
    QFETCH(QByteArray, pickle);
    QFETCH(QStringList, names);
    const auto dict = readStateDict(pickle.toStdString(), "model.bin");
    QVERIFY2(dict.ok(), dict ? "" : dict.problem().text().c_str());
    QStringList found;
    for (const auto& [name, tensor] : dict->tensors) {
        found << QString::fromStdString(name);
    }
    QCOMPARE(found, names);
    QCOMPARE(dict->pickleSize, std::size_t(pickle.size()));
    QCOMPARE(dict->storages.at("0").count, std::int64_t(6));
}

void StateDictTest::knowsEveryStorageType_data() {
    QTest::addColumn<QString>("storage");
    QTest::addColumn<QString>("type");
    for (const auto& [storage, type] :
         {std::pair{"DoubleStorage", "F64"}, std::pair{"FloatStorage", "F32"},
          std::pair{"HalfStorage", "F16"}, std::pair{"BFloat16Storage", "BF16"},
          std::pair{"LongStorage", "I64"}, std::pair{"IntStorage", "I32"},
          std::pair{"ShortStorage", "I16"}, std::pair{"CharStorage", "I8"},
          std::pair{"ByteStorage", "U8"}, std::pair{"BoolStorage", "BOOL"}}) {
        QTest::newRow(storage) << storage << type;
    }
}

void StateDictTest::knowsEveryStorageType() {
    QFETCH(QString, storage);
    QFETCH(QString, type);
    const auto dict = readStateDict(
        begin() +
            test::dict(text("a") +
                       tensor(test::storage(storage.toStdString(), "7", 4), 0, "K\x04", "K\x01")) +
            ".",
        "model.bin");
    QVERIFY(dict.ok());
    QCOMPARE(numberTypeName(dict->tensors.at("a").type), std::string_view(type.toStdString()));
    QCOMPARE(dict->tensors.at("a").storage, std::string("7"));
    QCOMPARE(numberSize(dict->tensors.at("a").type) * 4, dict->storages.at("7").bytes());
}

void StateDictTest::readsUntypedStorages() {
    const std::string bytes = tuple(text("storage") + global("torch.storage", "UntypedStorage") +
                                    text("0") + text("cpu") + integer(16)) +
                              "Q";
    const auto value = [&](const std::string& type, std::int64_t count) {
        return begin() +
               dict(text("a") + call(global("torch._utils", "_rebuild_tensor_v3"),
                                     bytes + integer(0) + tuple(integer(count)) + tuple("K\x01") +
                                         "\x89N" + global("torch", type) + "N")) +
               ".";
    };
    const auto read = readStateDict(value("bfloat16", 8), "model.bin");
    QVERIFY2(read.ok(), read ? "" : read.problem().text().c_str());
    QCOMPARE(read->tensors.at("a").type, NumberType::BF16);
    QVERIFY(!readStateDict(value("bfloat16", 9), "model.bin"));
    QVERIFY(!readStateDict(value("float8_e4m3fn", 8), "model.bin"));
}

void StateDictTest::copiesViews_data() {
    QTest::addColumn<QVector<int>>("shape");
    QTest::addColumn<QVector<int>>("strides");
    QTest::addColumn<int>("offset");
    QTest::addColumn<QVector<int>>("numbers");
    QTest::addColumn<bool>("contiguous");
    using Numbers = QVector<int>;
    QTest::newRow("whole") << Numbers{2, 3} << Numbers{3, 1} << 0 << Numbers{0, 1, 2, 3, 4, 5}
                           << true;
    QTest::newRow("transposed") << Numbers{3, 2} << Numbers{1, 3} << 0 << Numbers{0, 3, 1, 4, 2, 5}
                                << false;
    QTest::newRow("part of a matrix")
        << Numbers{2, 2} << Numbers{4, 1} << 5 << Numbers{5, 6, 9, 10} << false;
    QTest::newRow("every second") << Numbers{4} << Numbers{2} << 1 << Numbers{1, 3, 5, 7} << false;
    QTest::newRow("repeated") << Numbers{3, 2} << Numbers{0, 1} << 4 << Numbers{4, 5, 4, 5, 4, 5}
                              << false;
    QTest::newRow("scalar") << Numbers{} << Numbers{} << 11 << Numbers{11} << true;
    QTest::newRow("empty") << Numbers{0, 3} << Numbers{3, 1} << 2 << Numbers{} << true;
    QTest::newRow("extents of one")
        << Numbers{1, 2, 1} << Numbers{99, 1, 77} << 3 << Numbers{3, 4} << true;
    QTest::newRow("three extents")
        << Numbers{2, 2, 2} << Numbers{1, 6, 2} << 0 << Numbers{0, 2, 6, 8, 1, 3, 7, 9} << false;
}

void StateDictTest::copiesViews() {
    QFETCH(QVector<int>, shape);
    QFETCH(QVector<int>, strides);
    QFETCH(int, offset);
    QFETCH(QVector<int>, numbers);
    QFETCH(bool, contiguous);
    std::string extents;
    std::string steps;
    for (const int extent : shape) {
        extents += integer(extent);
    }
    for (const int stride : strides) {
        steps += integer(stride);
    }
    const auto dict =
        readStateDict(begin() +
                          test::dict(text("a") + tensor(storage("FloatStorage", "0", 12), offset,
                                                        extents, steps)) +
                          ".",
                      "model.bin");
    QVERIFY2(dict.ok(), dict ? "" : dict.problem().text().c_str());
    const PickledTensor& tensor = dict->tensors.at("a");
    QCOMPARE(copied(tensor, 12), std::vector<float>(numbers.begin(), numbers.end()));
    QCOMPARE(tensor.isContiguous() || tensor.count() == 0, contiguous);
}

void StateDictTest::refusesInvalidTensors_data() {
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const std::string& value, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(begin() + dict(text("w") + value) + ".")
                            << expected;
    };
    const std::string minus = integer(-1);
    const std::string large = integer(std::int64_t{1} << 62);
    row("negative extent", tensor(kSix, 0, minus, "K\x01"), "extents or strides");
    row("negative stride", tensor(kSix, 5, "K\x03", minus), "extents or strides");
    row("negative offset", tensor(kSix, -1, "K\x01", "K\x01"), "beyond its storage");
    row("offset past the end", tensor(kSix, 7, "K\x01", "K\x01"), "beyond its storage");
    row("one number too many", tensor(kSix, 1, "K\x02K\x03", "K\x03K\x01"), "beyond its storage");
    row("a scalar past the end", tensor(kSix, 6, "", ""), "beyond its storage");
    row("stride too far", tensor(kSix, 0, "K\x02", large), "beyond its storage");
    row("product that overflows", tensor(kSix, 0, large + large, integer(0) + integer(0)),
        "beyond its storage");
    row("extents and strides differ", tensor(kSix, 0, "K\x06", ""), "extents or strides");
    row("too many extents", tensor(kSix, 0, std::string(40, 'N'), "K\x01"), "extents or strides");
    row("extent that is text", tensor(kSix, 0, text("6"), "K\x01"), "extents or strides");
    row("extent of ten bytes", tensor(kSix, 0, "\x8a\x0a" + std::string(10, 'x'), "K\x01"),
        "extents or strides");
    row("storage of an impossible size",
        tensor(storage("FloatStorage", "0", std::int64_t{1} << 62), 0, "K\x01", "K\x01"),
        "impossible size");
    row("storage of a negative size", tensor(storage("FloatStorage", "0", -4), 0, "", ""),
        "impossible size");
    row("storage without a type", tensor(storage("Size", "0", 6), 0, "K\x01", "K\x01"),
        "without a type");
    row("storage of an unknown type",
        tensor(storage("ComplexFloatStorage", "0", 6), 0, "K\x01", "K\x01"),
        "asks for 'torch.ComplexFloatStorage'");
    row("storage described twice",
        kTensor + text("v") + tensor(storage("FloatStorage", "0", 5), 0, "K\x01", "K\x01"),
        "in two ways");
    row("a module", tensor(tuple(text("module") + "NNNN") + "Q", 0, "K\x01", "K\x01"),
        "not a storage");
    row("a tensor of too few arguments", call(global("torch._utils", "_rebuild_tensor_v2"), kSix),
        "unknown way");
    row("a tensor without a storage", tensor("K\x01", 0, "K\x01", "K\x01"), "unknown way");
    row("a parameter of a number", call(global("torch._utils", "_rebuild_parameter"), "K\x01\x88N"),
        "without a tensor");
    row("a parameter of nothing", call(global("torch._utils", "_rebuild_parameter"), ""),
        "without a tensor");
    std::string deep = kTensor;
    for (int i = 0; i < 10; ++i) {
        deep = call(global("torch._utils", "_rebuild_parameter"), deep + "\x88N");
    }
    row("nested parameters", deep, "without a tensor");
    std::string type = global("torch._tensor", "_rebuild_from_type_v2");
    row("a type that contains itself", type + "q\x01" + tuple("h\x01h\x01)}") + "q\x02R",
        "without a tensor");
    row("only a number", "K\x01", "holds no named tensors");
    row("nested dictionaries", dict(text("w") + dict(text("w") + kTensor)),
        "holds no named tensors");
}

void StateDictTest::refusesInvalidTensors() {
    QFETCH(QByteArray, pickle);
    QFETCH(QString, expected);
    const auto dict = readStateDict(pickle.toStdString(), "model.bin");
    QVERIFY(!dict.ok());
    const QString message = QString::fromStdString(dict.problem().text());
    QVERIFY2(message.contains(expected), qPrintable(message));
    QVERIFY2(message.startsWith("model.bin: ") && message.contains(';'), qPrintable(message));
}

void StateDictTest::readsLegacyFiles() {
    const std::string file = legacyFile(dict(text("a") + kTensor));
    QVERIFY(isLegacyStateDict(file));
    QVERIFY(!isLegacyStateDict(begin() + "N."));
    QVERIFY(!isLegacyStateDict(""));
    const auto read = readLegacyStateDict(file, "model.bin");
    QVERIFY2(read.ok(), read ? "" : read.problem().text().c_str());
    QCOMPARE(read->storages.at("0"), std::string_view(floats(6)));
}

void StateDictTest::readsPartsOfStorages() {
    // A storage that is part of another: (its key, first number, count).
    const std::string part =
        tuple(text("storage") + global("torch", "FloatStorage") + text("0") + text("cpu") +
              integer(6) + tuple(text("1") + integer(2) + integer(3))) +
        "Q";
    const auto read =
        readLegacyStateDict(legacyFile(dict(text("a") + tensor(part, 1, "K\x02", "K\x01"))), "");
    QVERIFY2(read.ok(), read ? "" : read.problem().text().c_str());
    QCOMPARE(read->dict.tensors.at("a").offset, std::int64_t(3));
    const auto beyond =
        readLegacyStateDict(legacyFile(dict(text("a") + tensor(part, 1, "K\x03", "K\x01"))), "");
    QVERIFY(!beyond.ok());
}

void StateDictTest::refusesDamagedLegacyFiles_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const std::string& file, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(file) << expected;
    };
    const std::string good = legacyFile(dict(text("a") + kTensor));
    const auto with = [&](const std::string& old, const std::string& now) {
        std::string file = good;
        return file.replace(file.find(old), old.size(), now);
    };
    row("cut in its numbers", good.substr(0, good.size() - 1), "cut off in the middle");
    row("cut before its numbers", good.substr(0, good.size() - 6 * 4 - 1), "cut off before");
    row("cut in its pickles", good.substr(0, 60), "cut off");
    row("another version", with("M" + little(1001, 2), "M" + little(1002, 2)), "unknown version");
    row("a big-endian machine", with("\x88", "\x89"), "big-endian");
    row("a storage of a different size", with(little(6, 8) + floats(1), little(7, 8) + floats(1)),
        "differs from the stated size");
    row("an invalid list of keys", legacyFile(dict(text("a") + kTensor), " ").replace(0, 0, ""),
        "0x20");
    row("a storage that nothing refers to", legacyFile(dict(text("a") + kTensor), text("9")),
        "nothing refers to");
}

void StateDictTest::refusesDamagedLegacyFiles() {
    QFETCH(QByteArray, file);
    QFETCH(QString, expected);
    const auto read =
        readLegacyStateDict({file.constData(), std::size_t(file.size())}, "model.bin");
    QVERIFY(!read.ok());
    const QString message = QString::fromStdString(read.problem().text());
    QVERIFY2(message.contains(expected), qPrintable(message));
    QVERIFY2(message.startsWith("model.bin: "), qPrintable(message));
}

void StateDictTest::neverCrashesOnRandomDamage() {
    // Property: with any changed bytes, reading ends in a value or a Problem, and tensors can be
    // copied out of storages of the stated size.
    const std::string whole = legacyFile(
        dict(text("a") + kTensor + text("b") + tensor(kSix, 1, "K\x03K\x01", "K\x02K\x03")));
    RandomStream random(1, "damage");
    int refused = 0;
    int copies = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string damaged = whole;
        for (int change = 0; change < 2; ++change) {
            damaged[random.below(damaged.size())] = static_cast<char>(random.next());
        }
        const auto read = readLegacyStateDict(damaged, "");
        refused += read.ok() ? 0 : 1;
        if (!read) {
            continue;
        }
        for (const auto& [name, tensor] : read->dict.tensors) {
            const std::string_view storage = read->storages.at(tensor.storage);
            if (tensor.count() < 100) {
                std::string numbers(
                    static_cast<std::size_t>(tensor.count()) * numberSize(tensor.type), '\0');
                copyTensor(tensor, storage, numbers.data());
                ++copies;
            }
        }
    }
    QVERIFY(refused > 5000);
    QVERIFY(copies > 1000);
}

QTEST_GUILESS_MAIN(StateDictTest)
#include "state_dict_test.moc"

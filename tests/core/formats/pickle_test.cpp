#include "core/base/random_stream.h"
#include "core/formats/pickle.h"
#include "tests/core/formats/pickle_bytes.h"
#include "tests/core/rounds.h"

#include <QtTest/QtTest>

#include <array>

using namespace flip;
using namespace flip::test;

namespace {

constexpr std::array<std::string_view, 2> kGlobals{"collections.OrderedDict", "torch.Size"};

/// A value in Python notation, as far as its kind allows.
std::string shown(const Pickle& pickle, const PickleValue& value, int depth = 0) {
    using Kind = PickleValue::Kind;
    if (depth > 5) {
        return "...";
    }
    std::string items;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        const bool isValue = value.kind == Kind::Dict && i % 2 == 1;
        items += (i == 0 ? "" : isValue ? ": " : ", ");
        items += shown(pickle, pickle[value.items[i]], depth + 1);
    }
    switch (value.kind) {
    case Kind::None:
        return "None";
    case Kind::Bool:
        return value.integer != 0 ? "True" : "False";
    case Kind::Integer:
        return value.text.empty() ? std::to_string(value.integer)
                                  : "long of " + std::to_string(value.text.size()) + " bytes";
    case Kind::Real:
        return "real";
    case Kind::Text:
        return "'" + std::string(value.text) + "'";
    case Kind::Bytes:
        return "b'" + std::string(value.text) + "'";
    case Kind::List:
        return "[" + items + "]";
    case Kind::Tuple:
        return "(" + items + ")";
    case Kind::Dict:
        return "{" + items + "}";
    case Kind::Global:
        return std::string(value.text);
    case Kind::Call:
        return "call(" + items + ")";
    case Kind::Persistent:
        return "persistent(" + items + ")";
    }
    return "";
}

std::string read(const std::string& bytes) {
    const auto pickle = Pickle::read(bytes, kGlobals, "model.bin");
    return pickle ? shown(*pickle, pickle->root()) : pickle.problem().text();
}

} // namespace

/// The pickle reader on the output of Python and on hostile input.
class PickleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatPythonWrites_data();
    void readsWhatPythonWrites();
    void readsTensorInstructions_data();
    void readsTensorInstructions();
    void stopsAtTheEndOfThePickle();
    void refusesGlobalsThatAreNotListed_data();
    void refusesGlobalsThatAreNotListed();
    void refusesDamagedPickles_data();
    void refusesDamagedPickles();
    void noticesEveryTruncation();
    void boundsWorkByTheInputSize_data();
    void boundsWorkByTheInputSize();
    void readsCyclicValues();
    void neverCrashesOnRandomDamage();
};

// One value of every kind: pickle.dumps({...}, protocol) of Python 3.11.
void PickleTest::readsWhatPythonWrites_data() {
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<bool>("bytes"); // protocol 2 writes them as a call
    QTest::newRow("protocol 2")
        << QByteArray("80027d71002858010000006171015d7102284b014afeffffff4d2c014a701101008a06000000"
                      "0000018a060000000000ff8a0900000000000000004088894e473ff800000000000065580100"
                      "0000627103284b014b024b034b04747104580100000063710529580100000064710658010000"
                      "00787107857108580100000065710963636f6c6c656374696f6e730a4f726465726564446963"
                      "740a710a2952710b58010000006b710c4b014b0286710d73580100000067710e7d710f752e")
        << false;
    QTest::newRow("protocol 3")
        << QByteArray("80037d71002858010000006171015d7102284b014afeffffff4d2c014a701101008a06000000"
                      "0000018a060000000000ff8a0900000000000000004088894e473ff800000000000065580100"
                      "0000627103284b014b024b034b04747104580100000063710529580100000064710658010000"
                      "00787107857108580100000065710963636f6c6c656374696f6e730a4f726465726564446963"
                      "740a710a2952710b58010000006b710c4b014b0286710d73580100000066710e43027879710f"
                      "58010000006771107d7111752e")
        << true;
    QTest::newRow("protocol 4")
        << QByteArray("800495a0000000000000007d94288c0161945d94284b014afeffffff4d2c014a701101008a06"
                      "0000000000018a060000000000ff8a0900000000000000004088894e473ff800000000000065"
                      "8c016294284b014b024b034b0474948c016394298c0164948c01789485948c0165948c0b636f"
                      "6c6c656374696f6e73948c0b4f726465726564446963749493942952948c016b944b014b0286"
                      "94738c01669443027879948c0167947d94752e")
        << true;
    QTest::newRow("protocol 5")
        << QByteArray("800595a0000000000000007d94288c0161945d94284b014afeffffff4d2c014a701101008a06"
                      "0000000000018a060000000000ff8a0900000000000000004088894e473ff800000000000065"
                      "8c016294284b014b024b034b0474948c016394298c0164948c01789485948c0165948c0b636f"
                      "6c6c656374696f6e73948c0b4f726465726564446963749493942952948c016b944b014b0286"
                      "94738c01669443027879948c0167947d94752e")
        << true;
}

void PickleTest::readsWhatPythonWrites() {
    QFETCH(QByteArray, hex);
    QFETCH(bool, bytes);
    const std::string text = read(QByteArray::fromHex(hex).toStdString());
    QCOMPARE(text, std::string("{'a': [1, -2, 300, 70000, 1099511627776, -1099511627776, long of 9 "
                               "bytes, True, False, None, real], 'b': (1, 2, 3, 4), 'c': (), 'd': "
                               "('x'), 'e': {'k': (1, 2)}, ") +
                       (bytes ? "'f': b'xy', " : "") + "'g': {}}");
}

void PickleTest::readsTensorInstructions_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const std::string& bytes, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << expected;
    };
    row("a call", begin() + call(global("torch", "Size"), tuple("K\x03")) + ".",
        "call(torch.Size, ((3)))");
    row("a persistent id", begin() + tuple(text("storage") + "K\x07") + "Q.",
        "persistent('storage', 7)");
    row("attributes of a dictionary",
        begin() + call(global("collections", "OrderedDict"), "") +
            dict(text("_metadata") + dict("")) + "b.",
        "{}");
    row("a dictionary of pairs, as in Python 2",
        begin() + call(global("collections", "OrderedDict"), "](](" + text("a") + "K\x01" + "ee") +
            ".",
        "{'a': 1}");
    row("strings of Python 2", begin() + "U\x02" + "abT" + little(1, 4) + "c" + "\x86.",
        "('ab', 'c')");
    row("popped values", begin() + "K\x01(K\x02K\x03" + "1K\x04" + "0.", "1");
    row("a duplicated value", begin() + "K\x01" + "2\x86.", "(1, 1)");
    row("a long reference",
        begin() + "K\x05r" + little(70000, 4) + "j" + little(70000, 4) + "\x86.", "(5, 5)");
    row("long lengths",
        begin() + "\x8d" + little(1, 8) + "x\x8e" + little(1, 8) + "yB" + little(1, 4) + "z" +
            "\x87.",
        "('x', b'y', b'z')");
    row("numbers",
        begin() + std::string("\x8a\x00\x8a\x01\xff\x8b", 6) + little(1, 4) + "\x7f\x87.",
        "(0, -1, 127)");
    row("single items", begin() + "]K\x01" + "a}K\x02K\x03s\x86.", "([1], {2: 3})");
}

void PickleTest::readsTensorInstructions() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, expected);
    QCOMPARE(QString::fromStdString(read(bytes.toStdString())), expected);
}

void PickleTest::stopsAtTheEndOfThePickle() {
    const std::string bytes = begin() + text("first") + "." + begin() + text("second") + ".";
    const auto first = Pickle::read(bytes, {}, "model.bin");
    QVERIFY(first.ok());
    const auto second =
        Pickle::read(std::string_view(bytes).substr(first->size()), {}, "model.bin");
    QVERIFY(second.ok());
    QCOMPARE(second->root().text, std::string_view("second"));
}

void PickleTest::refusesGlobalsThatAreNotListed_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* name, const std::string& bytes, const char* names) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << names;
    };
    row("a command", begin() + call(global("posix", "system"), text("touch harm")) + ".",
        "'posix.system'");
    row("code", begin() + call(global("builtins", "eval"), text("1")) + ".", "'builtins.eval'");
    row("a name on the stack",
        "\x80\x04" + text("os") + text("system") + "\x93" + tuple(text("ls")) + "R.",
        "'os.system'");
    row("named but not called", begin() + global("subprocess", "Popen") + "0N.",
        "'subprocess.Popen'");
    row("nearly a known name", begin() + global("torch", "Size.x") + ".", "'torch.Size.x'");
    row("a name with control characters", "\x80\x04" + text("a\x1b[2K\nb") + text("c") + "\x93.",
        "'a?[2K?b.c'");
    row("a class with a state", begin() + global("__main__", "Model") + ")\x81}b.",
        "'__main__.Model'");
}

void PickleTest::refusesGlobalsThatAreNotListed() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, names);
    const QString message = QString::fromStdString(read(bytes.toStdString()));
    QVERIFY2(message.startsWith("model.bin: asks for " + names), qPrintable(message));
    QVERIFY2(message.contains("model.safetensors"), qPrintable(message));
}

void PickleTest::refusesDamagedPickles_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const std::string& bytes, const char* expected) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << expected;
    };
    row("empty input", "", "cut off");
    row("no STOP", begin() + "N", "cut off");
    row("STOP without a value", begin() + ".", "takes a value from an empty stack");
    row("a tuple of nothing", begin() + "\x86.", "takes a value");
    row("a value below the mark", begin() + "K\x01(0.", "takes a value");
    row("a group that never began", begin() + "K\x01t.", "never began");
    row("items without a list", begin() + "K\x01(K\x02" + "e.", "not a list or dictionary");
    row("an item added to a number", begin() + "K\x01K\x02" + "a.", "not a list or dictionary");
    row("a pair added to a list", begin() + "](K\x01K\x02u.", "not a list or dictionary");
    row("a key without a value", begin() + "}(K\x01u.", "key without a value");
    row("a reference to nothing", begin() + "h\x07.", "never stored");
    row("a long reference to nothing", begin() + "j" + little(~0ULL, 4) + ".", "never stored");
    row("storing nothing", begin() + "q\x01.", "takes a value");
    row("a call of a number", begin() + "K\x01)R.", "not a function");
    row("a call with a number", begin() + global("torch", "Size") + "K\x01R.", "not a function");
    row("a dictionary of numbers",
        begin() +
            call(global("collections", "OrderedDict"), "](K\x01"
                                                       "e") +
            ".",
        "not a pair");
    row("a name that is not text", begin() + "K\x01K\x02\x93.", "not text");
    row("a name without an end", begin() + "ctorch", "in the middle of a name");
    row("attributes of a number", begin() + "K\x01}b.", "has none");
    row("another instruction", begin() + "I1\n.", "0x49");
    row("a class made by name", begin() + "(i__main__\nModel\n.", "0x69");
    row("a later protocol", "\x80\x06N.", "protocol 6");
}

void PickleTest::refusesDamagedPickles() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, expected);
    const auto pickle =
        Pickle::read({bytes.constData(), std::size_t(bytes.size())}, kGlobals, "model.bin");
    QVERIFY(!pickle.ok());
    const QString message = QString::fromStdString(pickle.problem().text());
    QVERIFY2(message.contains(expected), qPrintable(message));
    QVERIFY2(message.startsWith("model.bin: ") && message.contains(';'), qPrintable(message));
}

void PickleTest::noticesEveryTruncation() {
    const std::string whole =
        begin() +
        dict(text("weight") + tensor(storage("FloatStorage", "0", 4), 0, "K\x04", "K\x01"));
    const std::array<std::string_view, 3> globals{
        "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch.FloatStorage"};
    QVERIFY(Pickle::read(whole + ".", globals, "").ok());
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        QVERIFY2(!Pickle::read(std::string_view(whole).substr(0, size), globals, ""),
                 qPrintable(QString::number(size)));
    }
}

void PickleTest::boundsWorkByTheInputSize_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(begin() + bytes);
    };
    const std::string much = little(0x7fffffff, 4);
    row("text", "X" + much + "x.");
    row("long text", "\x8d" + little(~0ULL, 8) + "x.");
    row("bytes", "\x8e" + little(1ULL << 40, 8) + "x.");
    row("string", "T" + little(0xffffffff, 4) + "x.");
    row("a number", "\x8b" + much + "x.");
    row("a frame", "\x95" + little(1ULL << 62, 8) + "N.");
    row("too many values", std::string((1 << 22) + 10, 'N') + ".");
    // A long list that is passed repeatedly would be copied each time.
    std::string pairs = global("collections", "OrderedDict") + "q" + "\x01" + "0](";
    for (int i = 0; i < 2000; ++i) {
        pairs += "K\x01K\x02\x86";
    }
    pairs += "e\x85q\x02"
             "0";
    for (int i = 0; i < 3000; ++i) {
        pairs += "h\x01h\x02R";
    }
    row("dictionaries copied repeatedly", pairs + ".");
    std::string outside = tuple(std::string(2000, 'N')) + "q" +
                          "\x01"
                          "0";
    for (int i = 0; i < 3000; ++i) {
        outside += "h\x01Q";
    }
    row("tuples copied repeatedly", outside + ".");
}

void PickleTest::boundsWorkByTheInputSize() {
    QFETCH(QByteArray, bytes);
    const std::string_view row(QTest::currentDataTag());
    if (test::rounds(8) < 8 &&
        (row == "too many values" || row == "dictionaries copied repeatedly")) {
        QSKIP("millions of values: tested in the plain build");
    }
    const auto pickle =
        Pickle::read({bytes.constData(), std::size_t(bytes.size())}, kGlobals, "model.bin");
    QVERIFY(!pickle.ok());
    QVERIFY(pickle.problem().what.find("get it again") != std::string::npos);
}

void PickleTest::readsCyclicValues() {
    const std::string bytes = begin() + "]q" + std::string(1, '\0') + "h" + std::string(1, '\0') +
                              "a}q\x01K\x07h\x01s\x86.";
    QCOMPARE(QString::fromStdString(read(bytes)).left(10), QString("([[[[[...]"));
}

void PickleTest::neverCrashesOnRandomDamage() {
    const std::string whole =
        begin() +
        dict(text("weight") + tensor(storage("FloatStorage", "0", 4), 0, "K\x04", "K\x01")) + ".";
    const std::array<std::string_view, 3> globals{
        "collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch.FloatStorage"};
    RandomStream random(1, "damage");
    int refused = 0;
    for (int round = 0; round < test::rounds(20000); ++round) {
        std::string damaged = whole;
        for (int change = 0; change < 2; ++change) {
            damaged[random.below(damaged.size())] = static_cast<char>(random.next());
        }
        const auto pickle = Pickle::read(damaged, globals, "");
        refused += pickle.ok() ? 0 : 1;
        if (pickle) {
            QVERIFY(pickle->size() <= damaged.size());
            static_cast<void>(shown(*pickle, pickle->root()));
        }
    }
    QVERIFY(refused > test::rounds(5000));
}

QTEST_GUILESS_MAIN(PickleTest)
#include "pickle_test.moc"

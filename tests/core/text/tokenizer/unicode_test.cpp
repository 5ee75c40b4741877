#include "core/text/tokenizer/unicode.h"

#include "core/text/tokenizer/bert_normalizer.h"
#include "core/text/tokenizer/character_class.h"
#include "tests/core/rounds.h"

#include <QtTest>

using namespace flip;

namespace {

constexpr char32_t kLastCodePoint = 0x10FFFF;

bool isSurrogate(char32_t c) {
    return c >= 0xD800 && c <= 0xDFFF;
}

/// FNV-1a, 64 bits, as used for the reference's digests.
class Digest {
public:
    void add(std::string_view bytes) {
        for (const char byte : bytes) {
            value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
        }
    }
    quint64 value() const { return value_; }

private:
    quint64 value_ = 0xCBF29CE484222325U;
};

std::u32string lower(char32_t c) {
    std::u32string text;
    appendLower(c, text);
    return text;
}

std::u32string decomposed(char32_t c) {
    std::u32string text;
    appendDecomposed(c, text);
    return text;
}

} // namespace

class UnicodeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsItsData();
    void replacesIllFormedBytes_data();
    void replacesIllFormedBytes();
    void decodesEveryCodePointItEncodes();
    void lowersWithoutContext();
    void decomposesFully();
    void normalizesEveryCodePointLikeTheReference_data();
    void normalizesEveryCodePointLikeTheReference();
    void splitsAtEveryCodePointLikeTheReference();
    void classifiesEveryCodePointLikeTheReference();
    void findsTheLastCharacter_data();
    void findsTheLastCharacter();
};

void UnicodeTest::findsItsData() {
    QVERIFY(checkUnicodeData().ok());
}

void UnicodeTest::replacesIllFormedBytes_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("text");
    const QString r(QChar(0xFFFD));
    QTest::newRow("empty") << QByteArray("") << QString("");
    QTest::newRow("well formed") << QByteArray("a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x8E\xAC")
                                 << QString::fromUtf8("aé中🎬");
    QTest::newRow("lone continuation") << QByteArray("a\x80z") << "a" + r + "z";
    QTest::newRow("two continuations") << QByteArray("\x80\xBF") << r + r;
    QTest::newRow("bytes that UTF-8 never has") << QByteArray("\xFF\xFE") << r + r;
    QTest::newRow("overlong slash") << QByteArray("\xC0\xAF") << r + r;
    QTest::newRow("overlong, three bytes") << QByteArray("\xE0\x80\xAF") << r + r + r;
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << r + r + r;
    QTest::newRow("beyond the last code point") << QByteArray("\xF4\x90\x80\x80") << r + r + r + r;
    QTest::newRow("cut off, two of three") << QByteArray("\xE4\xB8") << r;
    QTest::newRow("cut off, three of four") << QByteArray("\xF0\x9F\x8E") << r;
    QTest::newRow("cut off by a letter") << QByteArray("\xF0\x9F"
                                                       "a")
                                         << r + "a";
    QTest::newRow("cut off by a lead byte")
        << QByteArray("\xE4\xB8\xC3\xA9") << r + QString::fromUtf8("é");
}

void UnicodeTest::replacesIllFormedBytes() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, text);
    const std::u32string decoded =
        decodeUtf8({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    QCOMPARE(QString::fromUcs4(decoded.data(), static_cast<qsizetype>(decoded.size())), text);
}

void UnicodeTest::decodesEveryCodePointItEncodes() {
    const auto step = static_cast<char32_t>(8 / test::rounds(8));
    for (char32_t c = 0; c <= kLastCodePoint; c += step) {
        if (isSurrogate(c)) {
            continue;
        }
        std::string bytes;
        appendUtf8(c, bytes);
        if (decodeUtf8(bytes) != std::u32string(1, c)) {
            QFAIL(qPrintable(QString("U+%1").arg(static_cast<uint>(c), 4, 16)));
        }
    }
    QVERIFY(true);
}

void UnicodeTest::lowersWithoutContext() {
    QCOMPARE(lower(U'Σ'), std::u32string(U"σ"));
    QCOMPARE(lower(U'İ'), std::u32string(U"i\u0307"));
    QCOMPARE(lower(U'ẞ'), std::u32string(U"ß"));
    QCOMPARE(lower(U'\u1C89'), std::u32string(U"\u1C8A")); // of Unicode 16.0
    QCOMPARE(lower(U'1'), std::u32string(U"1"));
}

void UnicodeTest::decomposesFully() {
    QCOMPARE(decomposed(U'\u1EC7'), std::u32string(U"e\u0323\u0302"));
    QCOMPARE(decomposed(U'한'), std::u32string(U"\u1112\u1161\u11AB"));
    QCOMPARE(decomposed(U'ﬁ'), std::u32string(U"ﬁ")); // compatibility decompositions do not count
}

void UnicodeTest::normalizesEveryCodePointLikeTheReference_data() {
    QTest::addColumn<bool>("clean");
    QTest::addColumn<bool>("strip");
    QTest::addColumn<bool>("lowercase");
    QTest::addColumn<quint64>("digest");
    // Digests of every code point's normalization and a line feed, by tokenizers 0.23.3.
    QTest::newRow("uncased") << true << true << true << quint64{0x2C5838226516594D};
    QTest::newRow("cased") << true << false << false << quint64{0xAE42D8297DF6A4D0};
    QTest::newRow("accents kept") << true << false << true << quint64{0x83BAD98B95A9D4B9};
    QTest::newRow("cased, stripped") << true << true << false << quint64{0xFB666068911EED36};
    QTest::newRow("nothing cleaned") << false << true << true << quint64{0xF2F43DB194FD83CC};
}

void UnicodeTest::normalizesEveryCodePointLikeTheReference() {
    if (test::rounds(8) < 8 && qstrcmp(QTest::currentDataTag(), "uncased") != 0) {
        QSKIP("over a million texts: tested in the plain build");
    }
    QFETCH(bool, clean);
    QFETCH(bool, strip);
    QFETCH(bool, lowercase);
    QFETCH(quint64, digest);
    const BertNormalizer normalizer({clean, /*splitChinese=*/clean, strip, lowercase});
    Digest found;
    NormalizedText text;
    for (char32_t c = 0; c <= kLastCodePoint; ++c) {
        if (isSurrogate(c)) {
            continue;
        }
        text.clear();
        normalizer.append({&c, 1}, 0, text);
        found.add(text.bytes);
        found.add("\n");
    }
    QCOMPARE(found.value(), digest);
}

void UnicodeTest::splitsAtEveryCodePointLikeTheReference() {
    Digest found; // of one letter per code point: white space, punctuation, word
    for (char32_t c = 0; c <= kLastCodePoint; ++c) {
        if (!isSurrogate(c)) {
            const std::uint8_t bits = characterBits(c);
            found.add((bits & kWhiteSpace) != 0 ? "s" : (bits & kPunctuation) != 0 ? "p" : "w");
        }
    }
    QCOMPARE(found.value(), quint64{0x2FD6A9DE4938BD2F});
}

void UnicodeTest::classifiesEveryCodePointLikeTheReference() {
    Digest found; // of one letter per code point: letter, number, white space, other
    for (char32_t c = 0; c <= kLastCodePoint; ++c) {
        if (!isSurrogate(c)) {
            found.add(
                std::string_view("lnso").substr(static_cast<std::size_t>(characterClass(c)), 1));
        }
    }
    QCOMPARE(found.value(), quint64{0xCD64C16377A3B3CA});
}

void UnicodeTest::findsTheLastCharacter_data() {
    replacesIllFormedBytes_data();
}

void UnicodeTest::findsTheLastCharacter() {
    QFETCH(QByteArray, bytes);
    const std::string_view text(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    const std::u32string decoded = decodeUtf8(text);
    if (!text.empty()) {
        QVERIFY(lastCharacter(text) == decoded.back());
    }
    std::string repaired;
    QVERIFY(decodeUtf8(asUtf8(text, repaired)) == decoded);
    QCOMPARE(repaired.empty(), decoded.find(kReplacementCharacter) == std::u32string::npos);
}

QTEST_GUILESS_MAIN(UnicodeTest)
#include "unicode_test.moc"

#include "core/text/tokenizer/text_normalizer.h"

#include "core/text/tokenizer/unicode.h"
#include "tests/core/rounds.h"

#include <QtTest>

using namespace flip;

namespace {

using Kind = NormalizerStep::Kind;

/// The text with the positions it came from: "a0-1 b1-2".
QString shown(const AlignedText& text) {
    QStringList parts;
    for (const AlignedText::Unit& unit : text.units()) {
        const char32_t c = unit.character;
        parts << QString::fromUcs4(&c, 1) + QString("%1-%2").arg(unit.begin).arg(unit.end);
    }
    return parts.join(' ');
}

} // namespace

class TextNormalizerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsPositions_data();
    void keepsPositions();
    void normalizesEveryCodePointLikeTheReference_data();
    void normalizesEveryCodePointLikeTheReference();
    void transformsByCounts();
    void refusesADamagedMap_data();
    void refusesADamagedMap();
};

void TextNormalizerTest::keepsPositions_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("content");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, Kind kind, const char* pattern, const char* content,
                        const char* text, const char* expected) {
        QTest::newRow(name) << static_cast<int>(kind) << QString::fromUtf8(pattern)
                            << QString::fromUtf8(content) << QString::fromUtf8(text)
                            << QString::fromUtf8(expected);
    };
    row("longer", Kind::Replace, "b", "xy", "abc", "a0-1 x1-2 y1-2 c2-3");
    row("shorter", Kind::Replace, "''", "\"", "a''b", "a0-1 \"2-3 b3-4");
    row("by an empty text", Kind::Replace, "b", "", "abc", "a0-1 c2-3");
    row("no overlap", Kind::Replace, "aa", "b", "aaa", "b1-2 a2-3");
    row("consecutive blanks", Kind::ReplaceBlanks, "", " ", "a   b c", "a0-1  3-4 b4-5  5-6 c6-7");
    row("decomposed", Kind::Decompose, "", "", "éx", "e0-1 \u03010-1 x1-2");
    row("decomposed, ordered", Kind::Decompose, "", "", "a\u0301\u0323",
        "a0-1 \u03231-2 \u03012-3");
    row("decomposed compatibly", Kind::DecomposeCompatibly, "", "", "ﬁ½",
        "f0-1 i0-1 11-2 ⁄1-2 21-2");
    row("lower case", Kind::Lowercase, "", "", "Aİ", "a0-1 i1-2 \u03071-2");
    row("without marks", Kind::StripMarks, "", "", "e\u0301x", "e0-1 x2-3");
    row("without leading white space", Kind::StripLeft, "", "", " \ta ", "a2-3  3-4");
    row("without trailing white space", Kind::StripRight, "", "", " a \n", " 0-1 a1-2");
    row("only blanks", Kind::StripRight, "", "", "  ", "");
}

void TextNormalizerTest::keepsPositions() {
    QFETCH(int, kind);
    QFETCH(QString, pattern);
    QFETCH(QString, content);
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const TextNormalizer normalizer({{static_cast<Kind>(kind), decodeUtf8(pattern.toStdString()),
                                      decodeUtf8(content.toStdString()), nullptr}});
    AlignedText aligned(decodeUtf8(text.toStdString()), 0);
    normalizer.apply(aligned);
    QCOMPARE(shown(aligned), expected);
}

void TextNormalizerTest::normalizesEveryCodePointLikeTheReference_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<quint64>("digest");
    const auto row = [](const char* name, Kind kind, quint64 digest) {
        QTest::newRow(name) << static_cast<int>(kind) << digest;
    };
    // FNV-1a of every code point's normalization and a line feed, by tokenizers 0.23.3.
    row("NFD", Kind::Decompose, 0x48D57D1249DC8005);
    row("NFKD", Kind::DecomposeCompatibly, 0xBB8725A40E038230);
    row("Lowercase", Kind::Lowercase, 0xC1EBFCE7DDD214BC);
    row("StripAccents", Kind::StripMarks, 0xE5779CEBBE0DE51E);
}

void TextNormalizerTest::normalizesEveryCodePointLikeTheReference() {
    if (test::rounds(8) < 8) {
        QSKIP("over a million texts: tested in the plain build");
    }
    QFETCH(int, kind);
    QFETCH(quint64, digest);
    const TextNormalizer normalizer({{static_cast<Kind>(kind), {}, {}, nullptr}});
    quint64 found = 0xCBF29CE484222325U;
    const auto add = [&found](std::string_view bytes) {
        for (const char byte : bytes) {
            found = (found ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
        }
    };
    for (char32_t c = 0; c <= 0x10FFFF; ++c) {
        if (c < 0xD800 || c > 0xDFFF) {
            std::string bytes;
            for (const char32_t changed : normalizer.normalized({&c, 1})) {
                appendUtf8(changed, bytes);
            }
            add(bytes + '\n');
        }
    }
    QCOMPARE(found, digest);
}

void TextNormalizerTest::transformsByCounts() {
    AlignedText text(U"abcd", 10);
    const std::vector<AlignedText::Change> changes = {
        {U'x', 1}, {U'b', 0}, {U'y', 1}, {U'z', -1}, {U'w', 1}};
    text.transform(changes, /*removed=*/1);
    QCOMPARE(shown(text), QString("x10-11 b11-12 y11-12 z12-13 w13-14"));
    text.prepend(U"▁");
    QCOMPARE(shown(text), QString::fromUtf8("▁10-11 x10-11 b11-12 y11-12 z12-13 w13-14"));
    AlignedText nothing(U"", 3);
    nothing.prepend(U"▁");
    QVERIFY(nothing.units().empty());
}

void TextNormalizerTest::refusesADamagedMap_data() {
    QTest::addColumn<QByteArray>("base64");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("not base64") << QByteArray("!!!!");
    QTest::newRow("an incomplete group") << QByteArray("AAAAA");
    QTest::newRow("no trie") << QByteArray("AAAAAA==");
    QTest::newRow("a truncated trie") << QByteArray("/////wAAAAA=");
    QTest::newRow("replacements that are not UTF-8") << QByteArray("BAAAAAAAAAD/AA==");
}

void TextNormalizerTest::refusesADamagedMap() {
    QFETCH(QByteArray, base64);
    QVERIFY(!CharactersMap::read(base64.toStdString()).ok());
}

QTEST_GUILESS_MAIN(TextNormalizerTest)
#include "text_normalizer_test.moc"

#include "core/base/text_encoding.h"

#include <QtTest>

using namespace flip;

class TextEncodingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recognisesUtf8_data();
    void recognisesUtf8();
    void agreesWithQtOnAllShortSequences();
    void findsAnInvalidByteAtEveryPosition();
    void convertsEveryLatin1Byte();
    void quotesOnOneLine();
};

void TextEncodingTest::recognisesUtf8_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("valid");
    QTest::newRow("empty") << QByteArray() << true;
    QTest::newRow("two, three and four bytes") << QByteArray("\u00e9\u20ac\U0001F600") << true;
    QTest::newRow("last code point") << QByteArray("\xF4\x8F\xBF\xBF") << true;
    QTest::newRow("beyond the last") << QByteArray("\xF4\x90\x80\x80") << false;
    QTest::newRow("overlong slash") << QByteArray("\xC0\xAF") << false;
    QTest::newRow("overlong of three") << QByteArray("\xE0\x9F\xBF") << false;
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << false;
    QTest::newRow("cut short") << QByteArray("ab\xE2\x82") << false;
    QTest::newRow("lone continuation") << QByteArray("\x80") << false;
    QTest::newRow("latin-1") << QByteArray("caf\xE9 au lait") << false;
}

void TextEncodingTest::recognisesUtf8() {
    QFETCH(QByteArray, bytes);
    QFETCH(bool, valid);
    QCOMPARE(isUtf8({bytes.data(), static_cast<std::size_t>(bytes.size())}), valid);
}

void TextEncodingTest::agreesWithQtOnAllShortSequences() {
    QStringDecoder decoder(QStringConverter::Utf8, QStringConverter::Flag::Stateless);
    for (int first = 0x80; first < 0x100; ++first) {
        for (int second = 0; second < 0x100; ++second) {
            for (const char* rest : {"", "\x80", "\xBF\x80"}) {
                const QByteArray bytes = QByteArray(1, static_cast<char>(first)) +
                                         QByteArray(1, static_cast<char>(second)) + rest;
                decoder.resetState();
                const QString decoded = decoder(bytes);
                const bool valid = !decoder.hasError() && !decoded.contains(QChar(0xFFFD));
                if (isUtf8({bytes.data(), static_cast<std::size_t>(bytes.size())}) != valid) {
                    QFAIL(bytes.toHex().constData());
                }
            }
        }
    }
    QVERIFY(isUtf8("\xEF\xBF\xBD")); // the replacement character itself is text
}

void TextEncodingTest::findsAnInvalidByteAtEveryPosition() {
    for (std::size_t length = 1; length < 40; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            std::string text(length, 'a');
            QVERIFY(isUtf8(text) && isAscii(text));
            text[at] = '\xFF';
            QVERIFY(!isUtf8(text) && !isAscii(text));
        }
    }
}

void TextEncodingTest::convertsEveryLatin1Byte() {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) {
        bytes += static_cast<char>(byte);
    }
    std::string text;
    appendLatin1AsUtf8(bytes, text);
    QCOMPARE(QString::fromStdString(text), QString::fromLatin1(bytes.data(), 256));
}

void TextEncodingTest::quotesOnOneLine() {
    QCOMPARE(quotedText("a\nb\tc"), std::string("\"a b c\""));
    const std::string shown = quotedText(std::string(59, 'x') + "\u20ac and more");
    QCOMPARE(shown, "\"" + std::string(59, 'x') + "...\"");
    QVERIFY(isUtf8(shown));
}

QTEST_GUILESS_MAIN(TextEncodingTest)
#include "text_encoding_test.moc"

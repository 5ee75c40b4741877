#include "core/text/tokenizer/byte_alphabet.h"

#include "core/base/random_stream.h"
#include "core/base/text_encoding.h"
#include "tests/core/text/text_files.h"

#include <QTemporaryDir>

using namespace flip;
using namespace flip::test;

/// The alphabet of byte-level BPE, and its pieces as displayed.
class ByteAlphabetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsPieces_data();
    void showsPieces();
    void showsPrintableTextUnchanged();
    void showsAnyBytesAsText();
    void leavesAddedTokensAsTheyAre();
    void marksBlanksAlikeForEveryTokenizer_data();
    void marksBlanksAlikeForEveryTokenizer();
};

void ByteAlphabetTest::showsPieces_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("readable");
    QTest::newRow("word") << QByteArray("film") << "film";
    QTest::newRow("blank before") << QByteArray(" film") << QStringLiteral(u"▁film");
    QTest::newRow("blanks only") << QByteArray("  ") << QStringLiteral(u"▁▁");
    QTest::newRow("two bytes") << QByteArray("\xC3\xA9t\xC3\xA9") << QStringLiteral(u"été");
    QTest::newRow("three bytes") << QByteArray("\xE4\xB8\xAD") << QStringLiteral(u"中");
    QTest::newRow("four bytes") << QByteArray("\xF0\x9F\x8E\xAC") << QStringLiteral(u"🎬");
    QTest::newRow("half a character") << QByteArray("a\xC3") << "a<0xC3>";
    QTest::newRow("the other half") << QByteArray("\xA9") << "<0xA9>";
    QTest::newRow("line feed and tab") << QByteArray("\n\t") << QStringLiteral(u"␊␉");
    QTest::newRow("delete") << QByteArray("\x7F") << QStringLiteral(u"␡");
    QTest::newRow("empty") << QByteArray("") << "";
}

void ByteAlphabetTest::showsPieces() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, readable);
    QCOMPARE(QString::fromStdString(readableBytes(inByteAlphabet(bytes.toStdString()))), readable);
}

void ByteAlphabetTest::showsPrintableTextUnchanged() {
    // Property: text of printable characters is shown as itself.
    RandomStream random(1, "text");
    for (int round = 0; round < 500; ++round) {
        QString text;
        for (int i = 0; i < 6; ++i) {
            text += QChar(static_cast<char16_t>(0xA1 + random.below(0x2000)));
        }
        QCOMPARE(QString::fromStdString(readableBytes(inByteAlphabet(text.toStdString()))), text);
    }
}

void ByteAlphabetTest::showsAnyBytesAsText() {
    RandomStream random(2, "bytes");
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (int i = 0; i < 5; ++i) {
            bytes += static_cast<char>(random.next());
        }
        const std::string readable = readableBytes(inByteAlphabet(bytes));
        QVERIFY(isUtf8(readable));
        QVERIFY(readable.find_first_of(" \n\t") == std::string::npos);
    }
    QCOMPARE(readableBytes("\xE2\x82\xAC"), std::string("\xE2\x82\xAC")); // no byte is a euro sign
}

void ByteAlphabetTest::leavesAddedTokensAsTheyAre() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    for (const char* name : {"vocab.json", "merges.txt"}) {
        std::filesystem::copy_file(bytePairModel() / name, path / name);
    }
    writeBytes(path / "added_tokens.json", "{\"\xC3\xA9t\xC3\xA9\": 2000}");
    const auto tokenizer = openOrDie(path);
    QCOMPARE(tokenizer->readablePiece(2000), std::string("\xC3\xA9t\xC3\xA9"));
    QCOMPARE(tokenizer->readablePiece(tokenizer->special().mask), std::string("<mask>"));
    QVERIFY(tokenizer->readablePiece(-1).empty());
    QVERIFY(tokenizer->readablePiece(2001).empty());
}

void ByteAlphabetTest::marksBlanksAlikeForEveryTokenizer_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<bool>("marksBlanks");
    QTest::newRow("byte-level BPE") << QString::fromStdString(bytePairModel()) << true;
    QTest::newRow("Unigram") << QString::fromStdString(smallModel("unigram")) << true;
    QTest::newRow("WordPiece") << QString::fromStdString(publishedModel()) << false;
}

void ByteAlphabetTest::marksBlanksAlikeForEveryTokenizer() {
    QFETCH(QString, folder);
    QFETCH(bool, marksBlanks);
    const auto tokenizer = openOrDie(folder.toStdString());
    QString shown;
    for (const Token& token : tokenizer->pieces("a film is a film")) {
        shown += QString::fromStdString(tokenizer->readablePiece(token.id));
    }
    const QString expected =
        marksBlanks ? QStringLiteral(u"a▁film▁is▁a▁film") : QStringLiteral("afilmisafilm");
    shown.remove("##");
    if (shown.startsWith(QChar(0x2581))) {
        shown.remove(0, 1); // a tokenizer may put a blank before the text
    }
    QCOMPARE(shown, expected);
}

QTEST_GUILESS_MAIN(ByteAlphabetTest)
#include "byte_alphabet_test.moc"

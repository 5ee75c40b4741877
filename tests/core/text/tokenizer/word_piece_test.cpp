#include "tests/core/text/text_files.h"

#include <QTemporaryDir>

using namespace flip;
using namespace flip::test;
using Json = nlohmann::json;

class WordPieceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAVocabularyAlone();
    void readsWindowsLineEnds();
    void obeysTheOptionsBesideAVocabulary_data();
    void obeysTheOptionsBesideAVocabulary();
    void findsTokensAddedBesideAVocabulary();
    void hasOneHashHoweverItIsWrittenDown();
    void framesASentence();
    void namesItsPieces();
    void givesOneTokenForALongWord();
};

void WordPieceTest::readsAVocabularyAlone() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", readBytes(publishedModel() / "vocab.txt"));
    const auto tokenizer = openOrDie(path);
    for (const Json& expected : readCases(publishedModel())) {
        const auto tokens = tokenizer->sentence(expected["text"].get<std::string>());
        QVERIFY2(Json(idsOf(tokens)) == expected["ids"], expected["text"].dump().c_str());
    }
}

void WordPieceTest::readsWindowsLineEnds() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nfilm\r\n##s");
    const auto tokenizer = openOrDie(path);
    QCOMPARE(idsOf(tokenizer->pieces("Films")), (std::vector<std::int32_t>{5, 6}));
    QCOMPARE(tokenizer->vocabularySize(), 7);
}

void WordPieceTest::obeysTheOptionsBesideAVocabulary_data() {
    QTest::addColumn<QByteArray>("options");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("pieces");
    QTest::newRow("none") << QByteArray("{}") << QByteArray("Élan 中文")
                          << QByteArray("elan 中 文");
    QTest::newRow("cased") << QByteArray(R"({"do_lower_case": false})") << QByteArray("Élan elan")
                           << QByteArray("Élan elan");
    QTest::newRow("accents kept") << QByteArray(R"({"strip_accents": false})") << QByteArray("Élan")
                                  << QByteArray("élan");
    QTest::newRow("cased, stripped")
        << QByteArray(R"({"do_lower_case": false, "strip_accents": true})") << QByteArray("Élan")
        << QByteArray("Elan");
    QTest::newRow("ideographs together") << QByteArray(R"({"tokenize_chinese_chars": false})")
                                         << QByteArray("中文") << QByteArray("中文");
    QTest::newRow("another mask") << QByteArray(R"({"mask_token": {"content": "film"}})")
                                  << QByteArray("elanfilm [PAD]") << QByteArray("elan film [PAD]");
}

void WordPieceTest::obeysTheOptionsBesideAVocabulary() {
    QFETCH(QByteArray, options);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, pieces);
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nélan\nÉlan\nElan\nelan\n"
                                   "中\n文\n中文\nfilm\n");
    writeBytes(path / "tokenizer_config.json", options.toStdString());
    auto tokenizer = openTokenizer(path);
    QVERIFY2(tokenizer.ok(), tokenizer.ok() ? "" : tokenizer.problem().text().c_str());
    QByteArrayList found;
    for (const Token& token : (*tokenizer)->pieces(text.toStdString())) {
        found << QByteArray::fromStdString(std::string((*tokenizer)->piece(token.id)));
    }
    QCOMPARE(found.join(' '), pieces);
}

void WordPieceTest::findsTokensAddedBesideAVocabulary() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nfilm\n##s\n");
    writeBytes(path / "added_tokens.json", R"({"SciFi": 7})");
    const auto tokenizer = openOrDie(path);
    QCOMPARE(idsOf(tokenizer->pieces("scifi films[MASK]")),
             (std::vector<std::int32_t>{7, 5, 6, 4}));
    QCOMPARE(tokenizer->vocabularySize(), 8);
    QCOMPARE(tokenizer->piece(7), std::string_view("SciFi"));
}

void WordPieceTest::hasOneHashHoweverItIsWrittenDown() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", readBytes(publishedModel() / "vocab.txt"));
    const std::string both = openOrDie(publishedModel())->hash();
    QCOMPARE(openOrDie(path)->hash(), both);
}

void WordPieceTest::framesASentence() {
    const auto tokenizer = openOrDie(publishedModel());
    const SpecialTokens& special = tokenizer->special();
    QCOMPARE(special.pad, 0);
    QCOMPARE(special.unknown, 100);
    QCOMPARE(special.cls, 101);
    QCOMPARE(special.sep, 102);
    QCOMPARE(special.mask, 103);
    const std::vector<Token> tokens = tokenizer->sentence("film");
    QCOMPARE(tokens.front(), (Token{101, 0, 0}));
    QCOMPARE(tokens.back(), (Token{102, 0, 0}));
    QCOMPARE(std::vector<Token>(tokens.begin() + 1, tokens.end() - 1), tokenizer->pieces("film"));
}

void WordPieceTest::namesItsPieces() {
    const auto tokenizer = openOrDie(publishedModel());
    QCOMPARE(tokenizer->vocabularySize(), 30522);
    QCOMPARE(tokenizer->piece(2143), std::string_view("film"));
    QVERIFY(tokenizer->piece(-1).empty());
    QVERIFY(tokenizer->piece(30522).empty());
}

void WordPieceTest::givesOneTokenForALongWord() {
    const auto tokenizer = openOrDie(publishedModel());
    const auto unknown = tokenizer->special().unknown;
    QVERIFY(tokenizer->pieces(std::string(100, 'a')).size() > 1);
    QCOMPARE(tokenizer->pieces(std::string(101, 'a')), (std::vector<Token>{{unknown, 0, 101}}));
    std::string accented; // characters count, not bytes
    for (int i = 0; i < 100; ++i) {
        accented += "ø";
    }
    QVERIFY(tokenizer->pieces(accented).size() > 1);
    QCOMPARE(tokenizer->pieces(accented + "ø"), (std::vector<Token>{{unknown, 0, 101}}));
}

QTEST_GUILESS_MAIN(WordPieceTest)
#include "word_piece_test.moc"

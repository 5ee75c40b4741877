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
    void appliesTheOptionsBesideAVocabulary_data();
    void appliesTheOptionsBesideAVocabulary();
    void optionsOverrideTheFile_data();
    void optionsOverrideTheFile();
    void ignoresEmptyLastLines();
    void findsTokensAddedBesideAVocabulary();
    void hashDoesNotDependOnTheFileFormat();
    void addsClsAndSep();
    void returnsPiecesById();
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

void WordPieceTest::appliesTheOptionsBesideAVocabulary_data() {
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

void WordPieceTest::appliesTheOptionsBesideAVocabulary() {
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

/// The expected pieces are those of AutoTokenizer in transformers 5.24 for such folders.
void WordPieceTest::optionsOverrideTheFile_data() {
    QTest::addColumn<QByteArray>("options"); // empty: there is no such file
    QTest::addColumn<QByteArray>("normalizer");
    QTest::addColumn<QByteArray>("pieces");
    const auto row = [](const char* name, const char* options, const char* normalizer,
                        const char* pieces) {
        QTest::newRow(name) << QByteArray(options) << QByteArray(normalizer) << QByteArray(pieces);
    };
    row("no options", "", R"("lowercase": false)", "Élan 中 文");
    row("cased by option", R"({"do_lower_case": false})", R"("lowercase": true)", "Élan 中 文");
    row("lower case by option", R"({"do_lower_case": true})", R"("lowercase": false)",
        "elan 中 文");
    row("lower case if the option is missing", "{}", R"("lowercase": false)", "elan 中 文");
    row("accents kept by option", R"({"strip_accents": false})", R"("strip_accents": null)",
        "élan 中 文");
    row("accents by case if the option is missing", R"({"do_lower_case": false})",
        R"("lowercase": true, "strip_accents": true)", "Élan 中 文");
    row("ideographs together by option", R"({"tokenize_chinese_chars": false})",
        R"("handle_chinese_chars": true)", "elan 中文");
    row("ideographs apart if the option is missing", "{}", R"("handle_chinese_chars": false)",
        "elan 中 文");
    row("a class that uses the file",
        R"({"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": true})",
        R"("lowercase": false)", "Élan 中 文");
}

void WordPieceTest::optionsOverrideTheFile() {
    QFETCH(QByteArray, options);
    QFETCH(QByteArray, normalizer);
    QFETCH(QByteArray, pieces);
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    const QByteArray file = R"({"added_tokens": [], "pre_tokenizer": {"type": "BertPreTokenizer"},
        "normalizer": {"type": "BertNormalizer", "clean_text": true, )" +
                            normalizer + R"(},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[PAD]": 0, "[UNK]": 1,
            "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "élan": 5, "Élan": 6, "Elan": 7, "elan": 8,
            "中": 9, "文": 10, "中文": 11}}})";
    writeBytes(path / "tokenizer.json", file.toStdString());
    if (!options.isEmpty()) {
        writeBytes(path / "tokenizer_config.json", options.toStdString());
    }
    const auto tokenizer = openOrDie(path);
    QByteArrayList found;
    for (const Token& token : tokenizer->pieces("Élan 中文")) {
        found << QByteArray::fromStdString(std::string(tokenizer->piece(token.id)));
    }
    QCOMPARE(found.join(' '), pieces);
}

void WordPieceTest::ignoresEmptyLastLines() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n\nfilm\n\n\r\n");
    const auto tokenizer = openOrDie(path);
    QCOMPARE(tokenizer->vocabularySize(), 7);
    QCOMPARE(idsOf(tokenizer->pieces("film")), (std::vector<std::int32_t>{6}));
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

void WordPieceTest::hashDoesNotDependOnTheFileFormat() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", readBytes(publishedModel() / "vocab.txt"));
    const std::string both = openOrDie(publishedModel())->hash();
    QCOMPARE(openOrDie(path)->hash(), both);
}

void WordPieceTest::addsClsAndSep() {
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

void WordPieceTest::returnsPiecesById() {
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

#include "core/base/random_stream.h"
#include "core/text/unicode.h"
#include "tests/core/rounds.h"
#include "tests/core/text/text_files.h"

#include <QTemporaryDir>

using namespace flip;
using namespace flip::test;
using Json = nlohmann::json;

namespace {

std::vector<std::string> kSmallModels = {
    "cased",           "accents_kept", "accents_stripped_cased",
    "nothing_cleaned", "added_tokens", "added_tokens_cased",
    "short_words"};

/// Texts that meet a tokenizer's every rule: special texts, blanks, marks, scripts, odd bytes.
std::string randomText(RandomStream& random) {
    static const std::vector<std::string> kParts = {
        "",       " ",      "  ",     "a",   "The",    "film",   "ing",    "foo",    "Foo",
        "oob",    ".",      "-",      "[",   "]",      "[CLS]",  "[SEP]",  "[M",     "ASK]",
        "CLS",    "<x>",    "é",      "É",   "e",      "中",     "文",     "中文",   "한",
        "の",     "Σ",      "İ",      "\t",  "\n",     "bar",    "##s",    "[MASK]", "[PAD]",
        "≠",      "\u0301", "\u0323", "🎬",  "\u0345", "\u302E", "\u200B", "\u00A0", "\u2003",
        "\uE000", "\u0F73", "1",      "élan"};
    std::string text;
    for (std::uint64_t parts = random.below(5); parts > 0; --parts) {
        text += kParts[random.below(kParts.size())];
    }
    return text;
}

std::vector<Token> shifted(std::vector<Token> tokens, std::size_t by) {
    for (Token& token : tokens) {
        token.begin += static_cast<std::int32_t>(by);
        token.end += static_cast<std::int32_t>(by);
    }
    return tokens;
}

std::vector<std::int32_t> idsOf(const std::vector<Token>& tokens) {
    std::vector<std::int32_t> ids;
    for (const Token& token : tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

void addModels() {
    QTest::addColumn<QString>("folder");
    QTest::newRow("published") << QString::fromStdString(publishedModel().string());
    for (const std::string& name : kSmallModels) {
        QTest::newRow(name.c_str()) << QString::fromStdString(smallModel(name).string());
    }
}

} // namespace

class WordPieceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTheReference_data() { addModels(); }
    void equalsTheReference();
    void readsAVocabularyAlone();
    void readsWindowsLineEnds();
    void obeysTheOptionsBesideAVocabulary_data();
    void obeysTheOptionsBesideAVocabulary();
    void findsTokensAddedBesideAVocabulary();
    void hashTellsWhatDecidesTheIds();
    void framesASentence();
    void namesItsPieces();
    void givesOneTokenForALongWord();
    void keepsOffsetsInsideTheText_data() { addModels(); }
    void keepsOffsetsInsideTheText();
    void takesAnyBytes();
    void cutsOnlyWhereBothSidesStayTheSame_data() { addModels(); }
    void cutsOnlyWhereBothSidesStayTheSame();
    void breaksAtTheUsualBorders_data();
    void breaksAtTheUsualBorders();
};

void WordPieceTest::equalsTheReference() {
    QFETCH(QString, folder);
    const auto tokenizer = openOrDie(folder.toStdString());
    const auto cases = readCases(folder.toStdString());
    QVERIFY(cases.size() >= 100);
    for (const Json& expected : cases) {
        Json ids = Json::array();
        Json tokens = Json::array();
        Json offsets = Json::array();
        for (const Token& token : tokenizer->sentence(expected["text"].get<std::string>())) {
            ids.push_back(token.id);
            tokens.push_back(std::string(tokenizer->piece(token.id)));
            offsets.push_back({token.begin, token.end});
        }
        const std::string where = expected["text"].dump(-1, ' ', true);
        QVERIFY2(ids == expected["ids"], where.c_str());
        QVERIFY2(tokens == expected["tokens"], where.c_str());
        QVERIFY2(offsets == expected["offsets"], where.c_str());
    }
}

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

void WordPieceTest::hashTellsWhatDecidesTheIds() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeBytes(path / "vocab.txt", readBytes(publishedModel() / "vocab.txt"));
    const std::string both = openOrDie(publishedModel())->hash();
    QCOMPARE(openOrDie(path)->hash(), both); // however the same tokenizer is written down
    std::vector<std::string> hashes = {both};
    for (const std::string& name : kSmallModels) {
        hashes.push_back(openOrDie(smallModel(name))->hash());
    }
    std::sort(hashes.begin(), hashes.end());
    QVERIFY(std::adjacent_find(hashes.begin(), hashes.end()) == hashes.end());
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

void WordPieceTest::keepsOffsetsInsideTheText() {
    QFETCH(QString, folder);
    const auto tokenizer = openOrDie(folder.toStdString());
    RandomStream random(1, "texts");
    for (int i = 0; i < test::rounds(5000); ++i) {
        const std::string text = randomText(random) + randomText(random);
        const auto length = static_cast<std::int32_t>(decodeUtf8(text).size());
        for (const Token& token : tokenizer->pieces(text)) {
            QVERIFY2(token.begin >= 0 && token.begin < token.end && token.end <= length,
                     text.c_str());
            QVERIFY2(!tokenizer->piece(token.id).empty(), text.c_str());
        }
    }
}

void WordPieceTest::takesAnyBytes() {
    const auto tokenizer = openOrDie(publishedModel());
    RandomStream random(1, "bytes");
    for (int i = 0; i < test::rounds(5000); ++i) {
        std::string bytes;
        for (std::uint64_t length = random.below(24); length > 0; --length) {
            bytes += static_cast<char>(random.below(256));
        }
        std::string mended;
        for (const char32_t c : decodeUtf8(bytes)) {
            appendUtf8(c, mended);
        }
        QCOMPARE(tokenizer->pieces(bytes), tokenizer->pieces(mended));
    }
}

void WordPieceTest::cutsOnlyWhereBothSidesStayTheSame() {
    QFETCH(QString, folder);
    const auto tokenizer = openOrDie(folder.toStdString());
    const bool plain = !folder.contains("added_");
    // A token that is looked for with its blanks, beside tokens that take blanks, makes no border
    // certain.
    const int enough = folder.contains("added_tokens") ? -1 : test::rounds(2000);
    RandomStream random(1, "borders");
    int breaks = 0;
    for (int i = 0; i < test::rounds(20000); ++i) {
        const std::string before = randomText(random);
        const std::string left = randomText(random);
        const std::string right = randomText(random);
        const std::string behind = randomText(random);
        if (!tokenizer->breaksBetween(left, right)) {
            continue;
        }
        ++breaks;
        std::vector<Token> joined = tokenizer->pieces(before + left);
        const std::vector<Token> rest =
            shifted(tokenizer->pieces(right + behind), decodeUtf8(before + left).size());
        joined.insert(joined.end(), rest.begin(), rest.end());
        const std::vector<Token> whole = tokenizer->pieces(before + left + right + behind);
        const std::string where = before + "|" + left + "|" + right + "|" + behind;
        QVERIFY2(idsOf(joined) == idsOf(whole), where.c_str());
        // Tokens that take white space with them may take it from beyond the border.
        QVERIFY2(!plain || joined == whole, where.c_str());
    }
    QVERIFY(breaks > enough);
}

void WordPieceTest::breaksAtTheUsualBorders_data() {
    QTest::addColumn<QByteArray>("left");
    QTest::addColumn<QByteArray>("right");
    QTest::addColumn<bool>("breaks");
    QTest::newRow("blank before a value") << QByteArray("title is ") << QByteArray("Élan") << true;
    QTest::newRow("value before a full stop") << QByteArray("Élan") << QByteArray(". x") << true;
    QTest::newRow("two words") << QByteArray("film") << QByteArray("ing") << false;
    QTest::newRow("ideograph") << QByteArray("film") << QByteArray("中文") << true;
    QTest::newRow("accent on its own") << QByteArray("e") << QByteArray("\u0301x") << false;
    QTest::newRow("accent, then a blank") << QByteArray("e") << QByteArray("\u0301 x") << false;
    QTest::newRow("no width") << QByteArray("film\u200B") << QByteArray("ing") << false;
    QTest::newRow("no width behind a blank")
        << QByteArray("film \u200B") << QByteArray("x") << true;
    QTest::newRow("no width alone") << QByteArray("film ") << QByteArray("\u200B") << true;
    QTest::newRow("special text arises") << QByteArray("x [MA") << QByteArray("SK] y") << false;
    QTest::newRow("special text may arise") << QByteArray("x [") << QByteArray("MA") << false;
    QTest::newRow("a bracket alone") << QByteArray("x [") << QByteArray("film]") << true;
    QTest::newRow("special text, whole") << QByteArray("[MASK]") << QByteArray("film") << true;
    QTest::newRow("becomes punctuation") << QByteArray("film") << QByteArray("≠") << true;
    QTest::newRow("halves of a character") << QByteArray(" \xC3") << QByteArray("\xA9") << false;
    QTest::newRow("empty") << QByteArray(" ") << QByteArray("") << false;
}

void WordPieceTest::breaksAtTheUsualBorders() {
    QFETCH(QByteArray, left);
    QFETCH(QByteArray, right);
    QFETCH(bool, breaks);
    static const auto tokenizer =
        openOrDie(publishedModel()); // a second to read where it is checked
    QCOMPARE(tokenizer->breaksBetween(left.toStdString(), right.toStdString()), breaks);
}

QTEST_GUILESS_MAIN(WordPieceTest)
#include "word_piece_test.moc"

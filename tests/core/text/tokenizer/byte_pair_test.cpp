#include "core/text/tokenizer/byte_pair.h"

#include "core/base/random_stream.h"
#include "core/text/tokenizer/unicode.h"
#include "tests/core/rounds.h"
#include "tests/core/text/text_files.h"

#include <QTemporaryDir>

#include <thread>

using namespace flip;
using namespace flip::test;
using Json = nlohmann::json;

namespace {

/// A folder with vocab.json and merges.txt of the published model.
class VocabularyFolder {
public:
    VocabularyFolder() {
        for (const char* name : {"vocab.json", "merges.txt"}) {
            write(name, readBytes(bytePairModel() / name));
        }
    }
    std::filesystem::path path() const { return folder_.path().toStdString(); }
    void write(const char* name, std::string_view bytes) { writeBytes(path() / name, bytes); }

private:
    QTemporaryDir folder_;
};

} // namespace

class BytePairTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsVocabularyAndMerges_data();
    void readsVocabularyAndMerges();
    void appliesTheOptionsBesideAVocabulary_data();
    void appliesTheOptionsBesideAVocabulary();
    void findsTokensAddedBesideAVocabulary();
    void addsClsAndSep();
    void coversTheTextInOrder_data();
    void coversTheTextInOrder();
    void splitsALongWordQuickly();
    void isReadByManyThreads();
};

void BytePairTest::readsVocabularyAndMerges_data() {
    QTest::addColumn<QByteArray>("lineEnd");
    QTest::newRow("line feeds") << QByteArray("\n");
    QTest::newRow("Windows line ends") << QByteArray("\r\n");
}

void BytePairTest::readsVocabularyAndMerges() {
    QFETCH(QByteArray, lineEnd);
    VocabularyFolder folder;
    QByteArray merges = QByteArray::fromStdString(readBytes(bytePairModel() / "merges.txt"));
    folder.write("merges.txt", merges.replace("\n", lineEnd).toStdString());
    const auto tokenizer = openOrDie(folder.path());
    for (const Json& expected : readCases(bytePairModel())) {
        const auto tokens = tokenizer->sentence(expected["text"].get<std::string>());
        QVERIFY2(Json(idsOf(tokens)) == expected["ids"], expected["text"].dump().c_str());
    }
    QCOMPARE(tokenizer->hash(), openOrDie(bytePairModel())->hash()); // whatever the file format
}

void BytePairTest::appliesTheOptionsBesideAVocabulary_data() {
    QTest::addColumn<QByteArray>("options");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("pieces");
    QTest::addColumn<QByteArray>("offsets");
    const auto row = [](const char* name, const char* options, const char* text, const char* pieces,
                        const char* offsets) {
        QTest::newRow(name) << QByteArray(options) << QByteArray(text) << QByteArray(pieces)
                            << QByteArray(offsets);
    };
    row("none", "{}", "is is", "is Ġis", "0-2 3-5");
    row("a blank added before", R"({"add_prefix_space": true})", "is is", "Ġis Ġis", "0-2 3-5");
    row("untrimmed offsets", R"({"trim_offsets": false})", "is is", "is Ġis", "0-2 2-5");
    row("the mask includes blanks", "{}", "is  <mask> is", "is <mask> Ġis", "0-2 4-10 11-13");
    row("a mask without blanks", R"({"mask_token": {"content": "<mask>", "lstrip": false}})",
        "is <mask>", "is Ġ <mask>", "0-2 3-3 3-9");
    row("another mask", R"({"mask_token": "is"})", " is<mask>", "is < ma s k >",
        "1-3 3-4 4-6 6-7 7-8 8-9");
}

void BytePairTest::appliesTheOptionsBesideAVocabulary() {
    QFETCH(QByteArray, options);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, pieces);
    QFETCH(QByteArray, offsets);
    VocabularyFolder folder;
    folder.write("tokenizer_config.json", options.toStdString());
    const auto tokenizer = openOrDie(folder.path());
    QByteArrayList foundPieces;
    QByteArrayList foundOffsets;
    for (const Token& token : tokenizer->pieces(text.toStdString())) {
        foundPieces << QByteArray::fromStdString(std::string(tokenizer->piece(token.id)));
        foundOffsets << QByteArray::number(token.begin) + '-' + QByteArray::number(token.end);
    }
    QCOMPARE(foundPieces.join(' '), pieces);
    QCOMPARE(foundOffsets.join(' '), offsets);
}

void BytePairTest::findsTokensAddedBesideAVocabulary() {
    VocabularyFolder folder;
    folder.write("added_tokens.json", R"({"SciFi": 2000})");
    const auto tokenizer = openOrDie(folder.path());
    QCOMPARE(idsOf(tokenizer->pieces("SciFi<mask>")), (std::vector<std::int32_t>{2000, 4}));
    QCOMPARE(tokenizer->vocabularySize(), 2001);
    QCOMPARE(tokenizer->piece(2000), std::string_view("SciFi"));
}

void BytePairTest::addsClsAndSep() {
    const auto tokenizer = openOrDie(bytePairModel());
    const SpecialTokens& special = tokenizer->special();
    QCOMPARE(special.cls, 0);
    QCOMPARE(special.pad, 1);
    QCOMPARE(special.sep, 2);
    QCOMPARE(special.unknown, 3);
    QCOMPARE(special.mask, 4);
    QCOMPARE(tokenizer->vocabularySize(), 2000);
    const std::vector<Token> tokens = tokenizer->sentence("film");
    QCOMPARE(tokens.front(), (Token{0, 0, 0}));
    QCOMPARE(tokens.back(), (Token{2, 0, 0}));
    QCOMPARE(std::vector<Token>(tokens.begin() + 1, tokens.end() - 1), tokenizer->pieces("film"));
    QVERIFY(tokenizer->piece(-1).empty());
    QVERIFY(tokenizer->piece(2000).empty());
}

void BytePairTest::coversTheTextInOrder_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<bool>("trims");
    QTest::newRow("trimmed") << QString::fromStdString(bytePairModel().string()) << true;
    QTest::newRow("untrimmed") << QString::fromStdString(smallModel("bpe_untrimmed").string())
                               << false;
}

void BytePairTest::coversTheTextInOrder() {
    QFETCH(QString, folder);
    QFETCH(bool, trims);
    const auto tokenizer = openOrDie(folder.toStdString());
    RandomStream random(1, "texts");
    for (int i = 0; i < test::rounds(5000); ++i) {
        const std::string text = randomText(random) + randomText(random);
        const std::u32string characters = decodeUtf8(text);
        std::int32_t begin = 0;
        std::int32_t end = 0;
        for (const Token& token : tokenizer->pieces(text)) {
            QVERIFY2(token.begin >= begin && token.begin <= token.end && token.end >= end,
                     text.c_str());
            for (std::int32_t at = end; at < token.begin; ++at) {
                const bool blank =
                    (characterBits(characters[static_cast<std::size_t>(at)]) & kWhiteSpace) != 0;
                QVERIFY2(trims && blank, text.c_str());
            }
            begin = token.begin;
            end = token.end;
        }
        QVERIFY(trims || end == static_cast<std::int32_t>(characters.size()));
    }
}

void BytePairTest::splitsALongWordQuickly() {
    const auto tokenizer = openOrDie(bytePairModel());
    RandomStream random(1, "long");
    std::string word;
    while (word.size() < (1 << 20)) {
        word += static_cast<char>('a' + random.below(26));
    }
    QElapsedTimer timer;
    timer.start();
    const auto tokens = tokenizer->pieces(word);
    // A second when optimised; quadratic time would be hours.
    QVERIFY2(timer.elapsed() < 60000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(tokens.back().end, 1 << 20);
}

void BytePairTest::isReadByManyThreads() {
    const auto alone = openOrDie(bytePairModel());
    const auto shared = openOrDie(bytePairModel());
    RandomStream random(1, "texts");
    std::vector<std::string> texts;
    std::vector<std::vector<Token>> expected;
    for (int i = 0; i < test::rounds(2000); ++i) {
        texts.push_back(randomText(random) + randomText(random));
        expected.push_back(alone->pieces(texts.back()));
    }
    std::vector<int> wrong(3);
    {
        std::vector<std::jthread> threads;
        for (int& mine : wrong) {
            threads.emplace_back([&] {
                for (std::size_t i = 0; i < texts.size(); ++i) {
                    mine += shared->pieces(texts[i]) == expected[i] ? 0 : 1;
                }
            });
        }
    }
    QCOMPARE(wrong, std::vector<int>(3));
}

QTEST_GUILESS_MAIN(BytePairTest)
#include "byte_pair_test.moc"

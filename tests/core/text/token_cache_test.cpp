#include "core/text/token_cache.h"

#include "core/base/random_stream.h"
#include "core/text/tokenizer/unicode.h"
#include "tests/core/data/data_files.h"
#include "tests/core/rounds.h"
#include "tests/core/text/text_files.h"

#include <QTemporaryDir>

#include <atomic>
#include <thread>

using namespace flip;
using namespace flip::test;

namespace {

using Rows = std::vector<std::vector<std::string>>;

const std::vector<std::string> kFields = {"a", "b", "c", "d"};

/// Counts the calls of pieces().
class CountingTokenizer final : public Tokenizer {
public:
    explicit CountingTokenizer(const Tokenizer& inner) : inner_(inner) {}

    std::vector<Token> pieces(std::string_view utf8) const override {
        ++calls;
        return inner_.pieces(utf8);
    }
    bool breaksBetween(std::string_view left, std::string_view right) const override {
        return inner_.breaksBetween(left, right);
    }
    const SpecialTokens& special() const override { return inner_.special(); }
    std::int64_t vocabularySize() const override { return inner_.vocabularySize(); }
    std::string_view piece(std::int32_t id) const override { return inner_.piece(id); }
    const std::string& hash() const override { return inner_.hash(); }

    mutable std::atomic<int> calls = 0;

private:
    const Tokenizer& inner_;
};

/// Read once: reading it takes longer than most tests that use it.
const std::unique_ptr<Tokenizer>& published() {
    static const auto tokenizer = openOrDie(publishedModel());
    return tokenizer;
}

TextTemplate templateOf(const std::string& text) {
    auto parsed = TextTemplate::parse(text, kFields);
    if (!parsed) {
        qFatal("%s", parsed.problem().text().c_str());
    }
    return *parsed;
}

TokenCache cacheOf(const Rows& rows, const std::string& text, const Tokenizer& tokenizer,
                   std::int64_t maxTokens = 10000) {
    auto cache = TokenCache::build(std::make_unique<MemoryText>(rows), templateOf(text), tokenizer,
                                   maxTokens);
    if (!cache) {
        qFatal("%s", cache.problem().text().c_str());
    }
    return std::move(*cache);
}

/// The owners of a sentence's tokens by the definition: the first field whose value the token
/// overlaps, ignoring white space at the token's ends.
std::vector<std::int16_t> ownersOf(const TextTemplate& text, const std::vector<std::string>& row,
                                   const std::vector<Token>& tokens) {
    std::u32string sentence;
    std::vector<int> fieldAt;
    for (const TextTemplate::Part& part : text.parts()) {
        sentence +=
            decodeUtf8(part.field < 0 ? part.literal : row[static_cast<std::size_t>(part.field)]);
        fieldAt.resize(sentence.size(), part.field);
    }
    const auto blank = [&](std::int32_t at) {
        return (characterBits(sentence[static_cast<std::size_t>(at)]) & kWhiteSpace) != 0;
    };
    std::vector<std::int16_t> owners;
    for (Token token : tokens) {
        while (token.begin < token.end && blank(token.begin)) {
            ++token.begin;
        }
        while (token.begin < token.end && blank(token.end - 1)) {
            --token.end;
        }
        int owner = -1;
        for (std::int32_t at = token.end - 1; at >= token.begin; --at) {
            const int field = fieldAt[static_cast<std::size_t>(at)];
            owner = field >= 0 ? field : owner;
        }
        owners.push_back(static_cast<std::int16_t>(owner));
    }
    return owners;
}

std::string randomPart(RandomStream& random, const std::vector<std::string>& of,
                       std::uint64_t most) {
    std::string text;
    for (std::uint64_t parts = random.below(most); parts > 0; --parts) {
        text += of[random.below(of.size())];
    }
    return text;
}

} // namespace

class TokenCacheTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTokenizingTheWholeSentence_data();
    void equalsTokenizingTheWholeSentence();
    void joinsWithoutTokenizingAgain();
    void joinsWordsWithTheirBlanks_data();
    void joinsWordsWithTheirBlanks();
    void tokenizesTheWholeSentenceIfABorderDoesNotBreak();
    void findsTheFieldOfEachToken_data();
    void findsTheFieldOfEachToken();
    void findsTheFieldOfEachByteLevelToken_data();
    void findsTheFieldOfEachByteLevelToken();
    void keepsClsAndSepWhenItTruncates();
    void countsTruncatedRowsAndFields();
    void appendsAfterOtherRows();
    void isReadByManyThreads();
    void refusesInvalidArguments_data();
    void refusesInvalidArguments();
    void stops();
    void readsADataset();
};

void TokenCacheTest::equalsTokenizingTheWholeSentence_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<int>("joins"); // at least, of 6000 rows
    QTest::newRow("published") << QString::fromStdString(publishedModel().string()) << 1000;
    for (const char* name : {"cased", "accents_stripped_cased", "nothing_cleaned", "added_words"}) {
        QTest::newRow(name) << QString::fromStdString(smallModel(name).string()) << 1000;
    }
    // No border is certain here, but a sentence of one part has none.
    for (const char* name : {"added_tokens", "added_tokens_cased"}) {
        QTest::newRow(name) << QString::fromStdString(smallModel(name).string()) << 100;
    }
    QTest::newRow("byte-level") << QString::fromStdString(bytePairModel().string()) << 1000;
    for (const char* name :
         {"bpe_blank_before", "bpe_untrimmed", "bpe_added_tokens", "bpe_odd_bytes"}) {
        QTest::newRow(name) << QString::fromStdString(smallModel(name).string()) << 1000;
    }
    for (const char* name : {"unigram", "unigram_lowered", "unigram_trimmed"}) {
        QTest::newRow(name) << QString::fromStdString(smallModel(name).string()) << 500;
    }
    QTest::newRow("bpe_one_word") << QString::fromStdString(smallModel("bpe_one_word").string())
                                  << 100;
}

void TokenCacheTest::equalsTokenizingTheWholeSentence() {
    QFETCH(QString, folder);
    QFETCH(int, joins);
    const auto inner = openOrDie(folder.toStdString());
    const CountingTokenizer tokenizer(*inner);
    const std::vector<std::string> values = {
        "film",   "The", "foo",    "oob",    "17",     " ",   "  x ", "[MASK]", "[MA",    "SK]",
        "[",      "]",   "CLS",    "\u0301", "e",      "中",  "文",   "\u200B", ".",      "Σ",
        "\u302E", "İ",   "\uE000", "<x>",    "\u2003", "bar", "élan", "-",      "\u0F73", "ing",
        "<mask>", "<ma", "sk>",    "word",   "'s",     "'",   "(1)",  "TOK"};
    const std::vector<std::string> words = {
        "a is ", ". ",   " ",  "",      "x",  "[",    "]",  "\u0301", "中", "{{", "\u200B", "[SEP]",
        "é",     " is ", "fo", "a is ", ". ", " is ", ", ", "</s>",   "  ", "\n", "'"};
    RandomStream random(1, "rows");
    int joined = 0;
    int whole = 0;
    for (int i = 0; i < test::rounds(450); ++i) {
        std::string text = randomPart(random, words, 3);
        for (std::uint64_t fields = 1 + random.below(5); fields > 0; --fields) {
            text += '{' + kFields[random.below(kFields.size())] + '}';
            text += random.below(3) == 0 ? ". b is " : randomPart(random, words, 3);
        }
        Rows rows;
        for (int row = 0; row < 20; ++row) {
            std::vector<std::string>& values4 = rows.emplace_back();
            for (std::size_t field = 0; field < kFields.size(); ++field) {
                values4.push_back(randomPart(random, values, 4));
            }
        }
        const auto cache = cacheOf(rows, text, tokenizer);
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const int before = tokenizer.calls;
            const TokenRow tokens = cache.row(static_cast<std::int64_t>(row));
            ++(tokenizer.calls == before ? joined : whole);
            const std::string sentence = cache.sentence(static_cast<std::int64_t>(row));
            QCOMPARE(sentence, templateOf(text).render({rows[row].begin(), rows[row].end()}));
            const std::string where = text + " -> " + sentence;
            const std::vector<Token> expected = inner->sentence(sentence);
            QVERIFY2(tokens.ids == idsOf(expected), where.c_str());
            QVERIFY2(tokens.owner == ownersOf(templateOf(text), rows[row], expected),
                     where.c_str());
            QCOMPARE(cache.length(static_cast<std::int64_t>(row)),
                     static_cast<std::int64_t>(expected.size()));
        }
    }
    QVERIFY2(joined > test::rounds(joins) && whole > test::rounds(1000),
             qPrintable(QString("%1 joined, %2 whole").arg(joined).arg(whole)));
}

void TokenCacheTest::joinsWithoutTokenizingAgain() {
    const auto& inner = published();
    const CountingTokenizer tokenizer(*inner);
    const Rows rows = {{"1", "Toy Story", "x", ""}, {"2", "Élan", "", ""}, {"1", "Élan", "x", ""}};
    const auto cache = cacheOf(rows, TextTemplate::defaultText(kFields), tokenizer);
    // Distinct values: 2 + 2 + 2 + 1; literals: before, between and after four fields.
    QCOMPARE(tokenizer.calls.load(), 7 + 5);
    for (std::int64_t row = 0; row < 3; ++row) {
        QCOMPARE(cache.row(row).ids, idsOf(inner->sentence(cache.sentence(row))));
    }
    QCOMPARE(tokenizer.calls.load(), 7 + 5);
}

void TokenCacheTest::joinsWordsWithTheirBlanks_data() {
    QTest::addColumn<QString>("folder");
    QTest::newRow("no blank added") << QString::fromStdString(bytePairModel().string());
    QTest::newRow("a blank added before")
        << QString::fromStdString(smallModel("bpe_blank_before").string());
}

void TokenCacheTest::joinsWordsWithTheirBlanks() {
    QFETCH(QString, folder);
    const auto inner = openOrDie(folder.toStdString());
    const CountingTokenizer tokenizer(*inner);
    const Rows rows = {{"1", "Toy Story (1995)", "'s", ""},
                       {"2", "Élan!", "<mask>", " x"},
                       {"1", "  blanks ", "", "film"}};
    for (const std::string& text :
         {TextTemplate::defaultText(kFields), std::string("{a} {b}, {c} by {d}"),
          std::string("Is {b} of {b}? {a}")}) {
        const auto cache = cacheOf(rows, text, tokenizer);
        const int before = tokenizer.calls;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const TokenRow tokens = cache.row(static_cast<std::int64_t>(row));
            const auto whole = inner->sentence(cache.sentence(static_cast<std::int64_t>(row)));
            QCOMPARE(tokens.ids, idsOf(whole));
            QCOMPARE(tokens.owner, ownersOf(templateOf(text), rows[row], whole));
        }
        // Only the sentence with a value's own blanks at a border is tokenized as a whole.
        QVERIFY2(tokenizer.calls <= before + 1, text.c_str());
    }
}

void TokenCacheTest::tokenizesTheWholeSentenceIfABorderDoesNotBreak() {
    const auto& inner = published();
    const CountingTokenizer tokenizer(*inner);
    const auto cache =
        cacheOf({{"film", "s", "", ""}, {"film ", "s", "", ""}}, "{a}{b}", tokenizer);
    const int before = tokenizer.calls;
    QCOMPARE(cache.row(0).ids, idsOf(inner->sentence("films")));
    QCOMPARE(tokenizer.calls.load(), before + 1);
    QCOMPARE(cache.row(1).ids, idsOf(inner->sentence("film s")));
    QCOMPARE(tokenizer.calls.load(), before + 1);
}

void TokenCacheTest::findsTheFieldOfEachToken_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("a");
    QTest::addColumn<QByteArray>("b");
    QTest::addColumn<QByteArray>("owners"); // of the tokens inside the frame
    const auto row = [](const char* name, const char* text, const char* a, const char* b,
                        const char* owners) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(a) << QByteArray(b)
                            << QByteArray(owners);
    };
    row("joined", "a is {a}. b is {b}.", "film", "toy story", "-1 -1 0 -1 -1 -1 1 1 -1");
    row("one word of two fields", "{a}{b}", "fi", "lm", "0");
    row("a word and a piece", "{a}{b}", "film", "s, toy", "0 1 1");
    row("a word begun by the template", "fi{a}", "lm", "", "0");
    row("a word ended by the template", "{a}s.", "film", "", "0 -1");
    row("an empty value", "{a}{b}", "", "film", "1");
    row("a special token across a border", "x {a}SK] {b}", "[MA", "film", "-1 0 1");
    row("no value", "x {a}", "", "", "-1");
    row("the same field twice", "{b} {a} {b}", "toy", "film", "1 0 1");
}

void TokenCacheTest::findsTheFieldOfEachByteLevelToken_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("a");
    QTest::addColumn<QByteArray>("b");
    QTest::addColumn<QByteArray>("owners"); // of the tokens inside the frame
    const auto row = [](const char* name, const char* text, const char* a, const char* b,
                        const char* owners) {
        QTest::newRow(name) << QByteArray(text) << QByteArray(a) << QByteArray(b)
                            << QByteArray(owners);
    };
    row("the blank belongs to the value", "is {a}.", "is", "", "-1 0 -1");
    row("a blank of its own", "is {a}.", "\tx", "", "-1 -1 -1 0 -1");
    row("a word of value and template", "is {a}.", "x)", "", "-1 -1 0 0");
    row("blanks inside a value", "{a}", "x  y", "", "0 -1 -1 0");
    row("a value of blanks", "is {a}.", "   ", "", "-1 -1 -1 -1 -1 -1");
    row("a character in two pieces", "{a}", "é", "", "0 0");
    row("no text between", "{a}{b}", "is", "er", "0 1");
    row("no value", "is {a}.", "", "", "-1 -1 -1");
}

void TokenCacheTest::findsTheFieldOfEachByteLevelToken() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, a);
    QFETCH(QByteArray, b);
    QFETCH(QByteArray, owners);
    const auto tokenizer = openOrDie(bytePairModel());
    const auto cache =
        cacheOf({{a.toStdString(), b.toStdString(), "", ""}}, text.toStdString(), *tokenizer);
    const TokenRow row = cache.row(0);
    QByteArrayList found;
    QByteArrayList pieces;
    for (std::size_t at = 1; at + 1 < row.owner.size(); ++at) {
        found << QByteArray::number(row.owner[at]);
        pieces << QByteArray::fromStdString(std::string(tokenizer->piece(row.ids[at])));
    }
    QVERIFY2(found.join(' ') == owners, (found.join(' ') + ": " + pieces.join(' ')).constData());
}

void TokenCacheTest::findsTheFieldOfEachToken() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, a);
    QFETCH(QByteArray, b);
    QFETCH(QByteArray, owners);
    const auto& tokenizer = published();
    const auto cache =
        cacheOf({{a.toStdString(), b.toStdString(), "", ""}}, text.toStdString(), *tokenizer);
    const TokenRow row = cache.row(0);
    QByteArrayList found;
    for (std::size_t at = 1; at + 1 < row.owner.size(); ++at) {
        found << QByteArray::number(row.owner[at]);
    }
    QCOMPARE(found.join(' '), owners);
    QCOMPARE(row.owner.front(), std::int16_t{-1});
    QCOMPARE(row.owner.back(), std::int16_t{-1});
    QCOMPARE(row.ids.size(), row.owner.size());
}

void TokenCacheTest::keepsClsAndSepWhenItTruncates() {
    const auto& tokenizer = published();
    const std::vector<std::string> row = {"film", "toy story of the film", "films", "1"};
    for (const std::string text : {"{a} {b}. {c}", "{a}{b}{c}"}) {
        const TokenRow whole = cacheOf({row}, text, *tokenizer).row(0);
        const auto length = static_cast<std::int64_t>(whole.ids.size());
        for (std::int64_t most = 3; most <= length + 1; ++most) {
            const auto cache = cacheOf({row}, text, *tokenizer, most);
            const TokenRow cut = cache.row(0);
            const auto kept = static_cast<std::ptrdiff_t>(std::min(most, length)) - 1;
            std::vector<std::int32_t> ids(whole.ids.begin(), whole.ids.begin() + kept);
            std::vector<std::int16_t> owner(whole.owner.begin(), whole.owner.begin() + kept);
            ids.push_back(tokenizer->special().sep);
            owner.push_back(-1);
            QCOMPARE(cut.ids, ids);
            QCOMPARE(cut.owner, owner);
            QCOMPARE(cache.length(0), length);
            QCOMPARE(cache.maxTokens(), most);
        }
    }
}

void TokenCacheTest::countsTruncatedRowsAndFields() {
    const auto& tokenizer = published();
    const Rows rows = {{"film", "toy", "", ""},             // 6 tokens with the frame
                       {"film", "toy story film", "", ""},  // 8: b loses two of three
                       {"toy toy toy toy", "film", "", ""}, // 9: all of b is lost, none of a
                       {"toy toy toy toy toy toy toy", "", "", ""}}; // 11
    const auto cache = cacheOf(rows, "{a} is {b}.", *tokenizer, 6);
    const TruncationReport report = cache.truncation();
    QCOMPARE(report.rows, 4);
    QCOMPARE(report.rowsCut, 3);
    QCOMPARE(report.lostBy, (std::vector<std::int64_t>{1, 2, 0, 0}));
    std::vector<std::int64_t> counts(12, 0);
    counts[6] = counts[8] = counts[9] = counts[11] = 1;
    QCOMPARE(report.lengthCounts, counts);

    const TruncationReport enough = cacheOf(rows, "{a} is {b}.", *tokenizer, 11).truncation();
    QCOMPARE(enough.rowsCut, 0);
    QCOMPARE(enough.lostBy, (std::vector<std::int64_t>{0, 0, 0, 0}));
}

void TokenCacheTest::appendsAfterOtherRows() {
    const auto& tokenizer = published();
    const Rows rows = {{"film", "s", "", ""}, {"toy story of the film", "x", "", ""}};
    const auto cache = cacheOf(rows, "{a}{b} is {a}.", *tokenizer, 7);
    TokenRow together;
    std::vector<std::int32_t> ids;
    std::vector<std::int16_t> owner;
    for (const std::int64_t row : {1, 0, 1}) {
        cache.appendRow(row, together);
        const TokenRow single = cache.row(row);
        ids.insert(ids.end(), single.ids.begin(), single.ids.end());
        owner.insert(owner.end(), single.owner.begin(), single.owner.end());
    }
    QCOMPARE(together.ids, ids);
    QCOMPARE(together.owner, owner);
}

void TokenCacheTest::isReadByManyThreads() {
    const auto& tokenizer = published();
    Rows rows;
    for (int row = 0; row < 200; ++row) {
        rows.push_back({"film" + std::to_string(row), row % 2 == 0 ? "s" : " s", "élan", ""});
    }
    const auto cache = cacheOf(rows, "{a}{b} is {c}.", *tokenizer, 8);
    TokenRow expected;
    for (std::int64_t row = 0; row < 200; ++row) {
        cache.appendRow(row, expected);
    }
    std::atomic<int> equal = 0;
    {
        std::vector<std::jthread> readers;
        for (int reader = 0; reader < 4; ++reader) {
            readers.emplace_back([&] {
                TokenRow found;
                for (std::int64_t row = 0; row < 200; ++row) {
                    cache.appendRow(row, found);
                }
                equal += found.ids == expected.ids && found.owner == expected.owner ? 1 : 0;
            });
        }
    }
    QCOMPARE(equal.load(), 4);
}

void TokenCacheTest::refusesInvalidArguments_data() {
    QTest::addColumn<int>("fields");
    QTest::addColumn<int>("maxTokens");
    QTest::addColumn<QString>("where");
    QTest::newRow("no room for a token") << 4 << 2 << "text.max_tokens";
    QTest::newRow("a negative limit") << 4 << -1 << "text.max_tokens";
    QTest::newRow("a template of other fields") << 1 << 100 << "template";
}

void TokenCacheTest::refusesInvalidArguments() {
    QFETCH(int, fields);
    QFETCH(int, maxTokens);
    QFETCH(QString, where);
    const auto tokenizer = openOrDie(smallModel("cased"));
    const Rows rows = {std::vector<std::string>(static_cast<std::size_t>(fields), "film")};
    auto cache = TokenCache::build(std::make_unique<MemoryText>(rows), templateOf("{b}"),
                                   *tokenizer, maxTokens);
    QVERIFY(!cache.ok());
    QCOMPARE(QString::fromStdString(cache.problem().where), where);
}

void TokenCacheTest::stops() {
    const auto tokenizer = openOrDie(smallModel("cased"));
    std::stop_source source;
    source.request_stop();
    auto cache = TokenCache::build(std::make_unique<MemoryText>(Rows{{"x", "", "", ""}}),
                                   templateOf("{a}"), *tokenizer, 10, source.get_token());
    QVERIFY(!cache.ok());
    QCOMPARE(cache.problem().what, std::string("tokenizing was stopped"));
}

void TokenCacheTest::readsADataset() {
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    writeShop(path / "shop");
    auto report = importDataset(shopRequest(path / "shop"), path / "datasets");
    FLIP_VERIFY_OK(report);
    auto dataset = Dataset::open(report->folder);
    FLIP_VERIFY_OK(dataset);
    std::vector<std::string> names;
    for (const FieldInfo& field : dataset->fields()) {
        names.push_back(field.name);
    }
    const auto& tokenizer = published();
    auto text = TextTemplate::parse("{buyer} buys {title}.", names);
    FLIP_VERIFY_OK(text);
    auto cache = TokenCache::build(*dataset, *text, *tokenizer, 100);
    FLIP_VERIFY_OK(cache);
    QCOMPARE(cache->sentence(0), std::string("ann buys Tea, green."));
    QCOMPARE(cache->truncation().rows, dataset->rows());
    for (std::int64_t row = 0; row < dataset->rows(); ++row) {
        QCOMPARE(cache->row(row).ids, idsOf(tokenizer->sentence(cache->sentence(row))));
    }
    const std::vector<std::int16_t> owner = {-1, 0, -1, 2, 2, 2, -1, -1};
    QCOMPARE(cache->row(0).owner, owner);
}

QTEST_GUILESS_MAIN(TokenCacheTest)
#include "token_cache_test.moc"

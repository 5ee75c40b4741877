#include "core/text/tokenizer/byte_level_words.h"

#include "core/base/random_stream.h"

#include <QtTest>

#include <string>
#include <vector>

using namespace flip;

namespace {

std::vector<std::string> wordsOf(std::string_view text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = wordEnd(text, at);
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string randomText(RandomStream& random) {
    static const std::vector<std::string> kParts = {
        " ", " ",    "  ", "\t", "\n", "a",      "film", "'",      "'s",     "'ll", "'r", "e", "l",
        "7", "1995", ".",  ")",  "é",  "\u0301", "中",   "\u00A0", "\u2003", "🎬",   "٣",  "½"};
    std::string text;
    for (std::uint64_t parts = random.below(5); parts > 0; --parts) {
        text += kParts[random.below(kParts.size())];
    }
    return text;
}

} // namespace

class ByteLevelWordsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsLikeTheReference_data();
    void splitsLikeTheReference();
    void coversTheWholeText();
    void breaksOnlyWhereBothSidesStayTheSame();
};

void ByteLevelWordsTest::splitsLikeTheReference_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const char* text, const QStringList& words) {
        QTest::newRow(name) << QString::fromUtf8(text) << words;
    };
    row("empty", "", {});
    row("a blank belongs to the word after it", "The film", {"The", " film"});
    row("contractions", "I'll we've they're it'd I'm don't",
        {"I", "'ll", " we", "'ve", " they", "'re", " it", "'d", " I", "'m", " don", "'t"});
    row("no contraction in capitals", "'S'T", {"'", "S", "'", "T"});
    row("half a contraction", "a'llb'l", {"a", "'ll", "b", "'", "l"});
    row("no contraction inside a run", "!!'s ''s", {"!!'", "s", " ''", "s"});
    row("no contraction after a blank", "a 's", {"a", " '", "s"});
    row("blanks in a row", "  two  blanks ", {" ", " two", " ", " blanks", " "});
    row("line feeds", "a\n\nb", {"a", "\n", "\n", "b"});
    row("a line feed among blanks", "a \n b", {"a", " \n", " b"});
    row("a tab", "\t x", {"\t", " x"});
    row("digits", "1995film12", {"1995", "film", "12"});
    row("punctuation", "(1995). x", {"(", "1995", ").", " x"});
    row("letters of any script", "é中 العربية", {"é中", " العربية"});
    row("numbers of any kind", "½①٣", {"½①٣"});
    row("a no-break space", "x\u00A0y", {"x", "\u00A0", "y"});
    row("a mark is not a letter", "e\u0301t", {"e", "\u0301", "t"});
}

void ByteLevelWordsTest::splitsLikeTheReference() {
    QFETCH(QString, text);
    QFETCH(QStringList, words);
    QStringList found;
    for (const std::string& word : wordsOf(text.toStdString())) {
        found << QString::fromStdString(word);
    }
    QCOMPARE(found, words);
}

void ByteLevelWordsTest::coversTheWholeText() {
    RandomStream random(1, "words");
    for (int i = 0; i < 5000; ++i) {
        const std::string text = randomText(random) + randomText(random);
        std::string joined;
        for (const std::string& word : wordsOf(text)) {
            QVERIFY(!word.empty());
            joined += word;
        }
        QCOMPARE(joined, text);
    }
}

void ByteLevelWordsTest::breaksOnlyWhereBothSidesStayTheSame() {
    RandomStream random(1, "borders");
    int breaks = 0;
    for (int i = 0; i < 50000; ++i) {
        const std::string before = randomText(random);
        const std::string left = randomText(random);
        const std::string right = randomText(random);
        const std::string after = randomText(random);
        if (left.empty() || right.empty() || borderBetween(left, right) == WordBorder::Unsure) {
            continue;
        }
        ++breaks;
        auto joined = wordsOf(before + left);
        for (const std::string& word : wordsOf(right + after)) {
            joined.push_back(word);
        }
        const std::string where = before + "|" + left + "|" + right + "|" + after;
        QVERIFY2(joined == wordsOf(before + left + right + after), where.c_str());
    }
    QVERIFY(breaks > 10000);
}

QTEST_GUILESS_MAIN(ByteLevelWordsTest)
#include "byte_level_words_test.moc"

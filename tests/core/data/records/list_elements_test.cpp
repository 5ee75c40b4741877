#include "core/data/records/list_elements.h"

#include "core/base/random_stream.h"
#include "tests/core/rounds.h"

#include <QtTest>

using namespace flip;

namespace {

QStringList elementsOf(std::string_view value, std::string_view separator) {
    QStringList all;
    forEachListElement(value, separator, [&](std::string_view element) {
        all << QString::fromUtf8(element.data(), static_cast<qsizetype>(element.size()));
    });
    return all;
}

} // namespace

/// Lists in cells. The expected elements of lists in brackets are those that Python reads
/// (ast.literal_eval).
class ListElementsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAList_data();
    void readsAList();
    void usesBracketsOnlyWhereNeeded_data();
    void usesBracketsOnlyWhereNeeded();
    void readsBackWhatItWrites_data();
    void readsBackWhatItWrites();
};

void ListElementsTest::readsAList_data() {
    QTest::addColumn<QString>("value");
    QTest::addColumn<QStringList>("elements");
    const auto row = [](const char* name, const char* value, const QStringList& elements) {
        QTest::newRow(name) << QString::fromUtf8(value) << elements;
    };
    row("separated", "Drama|War", {"Drama", "War"});
    row("empty elements", "|Drama||War|", {"Drama", "War"});
    row("empty", "", {});
    row("Python", "['Drama', 'War']", {"Drama", "War"});
    row("Python, an apostrophe", R"(["Schindler's", 'List'])", {"Schindler's", "List"});
    row("JSON", R"(["Drama", "War"])", {"Drama", "War"});
    row("no blanks", R"(["Drama","War"])", {"Drama", "War"});
    row("NumPy", "['Drama' 'War']", {"Drama", "War"});
    row("NumPy, numbers", "[8 9\n 10]", {"8", "9", "10"});
    row("numbers", "[8, 9.5, -1e3]", {"8", "9.5", "-1e3"});
    row("mixed", R"([1, "x", true])", {"1", "x", "true"});
    row("one", "['Drama']", {"Drama"});
    row("none", "[]", {});
    row("blanks", "[ 'Drama' , 'War' , ]", {"Drama", "War"});
    row("missing values", "['Drama', None, nan]", {"Drama"});
    row("missing values of pandas", "['Drama', NaN, null]", {"Drama"});
    row("blanks around it", " \t['Drama', 'War']\r\n", {"Drama", "War"});
    row("NumPy, reals", "[8. 0.5 .5 -.5]", {"8.", "0.5", ".5", "-.5"});
    row("a sign", "[+8, -8, +.5]", {"+8", "-8", "+.5"});
    row("a number out of range", "[1e999]", {"1e999"});
    row("Python 2", R"([u'Drama', u"War", u'\u00e9'])", {"Drama", "War", "\u00e9"});
    row("bytes", R"([b'Drama', b"W\x41r", b'\u00e9'])", {"Drama", "WAr", "\\u00e9"});
    row("an empty element", "['', 'War']", {"War"});
    row("an element with the separator", R"(["R&B|Soul", "Jazz"])", {"R&B|Soul", "Jazz"});
    row("an element with a comma", "['war, history', 'crime']", {"war, history", "crime"});
    row("escapes", R"(['a\'b', 'c\\d', "e\"f", 'g\nh', '\x41\u00e9\U0001F600', '\q'])",
        {"a'b", "c\\d", "e\"f", "g\nh", "A\u00e9\U0001F600", "\\q"});
    row("a pair of surrogates", R"(["\ud83d\ude00"])", {"\U0001F600"});
    row("letters beyond ASCII", "['Größe', '東京']", {"Größe", "東京"});
    // What only looks like a list stays unchanged.
    row("a name in brackets", "[REC]", {"[REC]"});
    row("two of them", "[REC]|[X]", {"[REC]", "[X]"});
    row("not closed", "['Drama'|'War'", {"['Drama'", "'War'"});
    row("a quote not closed", "['Drama|War]", {"['Drama", "War]"});
    row("something after it", "['Drama']|War", {"['Drama']", "War"});
    row("no comma", "['Drama''War']", {"['Drama''War']"});
    row("nested", "[[1, 2]|[3]]", {"[[1, 2]", "[3]]"});
    row("infinity", "[inf]|[-inf]|[Infinity]", {"[inf]", "[-inf]", "[Infinity]"});
    row("a signed missing value", "[-nan]", {"[-nan]"});
    row("a missing value in capitals", "[NAN]", {"[NAN]"});
    row("a name that begins like a missing value", "[nan(1)]", {"[nan(1)]"});
    row("signs alone", "[-]|[.]|[-.]|[+-5]", {"[-]", "[.]", "[-.]", "[+-5]"});
    row("a number with other characters", "[0x10]|[1_000]|[7th]", {"[0x10]", "[1_000]", "[7th]"});
    row("bytes beyond ASCII", R"([b'\xe9'])", {R"([b'\xe9'])"});
    row("bytes that are text", "[b'\u00e9']", {"[b'\u00e9']"});
    row("a letter alone", "[u]|[b]|[x'a']", {"[u]", "[b]", "[x'a']"});
    row("half a surrogate pair", R"(["\ud83d"])", {R"(["\ud83d"])"});
    row("a truncated escape", R"(["\u12"])", {R"(["\u12"])"});
}

void ListElementsTest::readsAList() {
    QFETCH(QString, value);
    QFETCH(QStringList, elements);
    QCOMPARE(elementsOf(value.toStdString(), "|"), elements);
}

void ListElementsTest::usesBracketsOnlyWhereNeeded_data() {
    QTest::addColumn<QString>("separator");
    QTest::addColumn<QStringList>("elements");
    QTest::addColumn<bool>("inBrackets");
    QTest::newRow("none") << "|" << QStringList{} << false;
    QTest::newRow("plain") << "|" << QStringList{"a", "b"} << false;
    QTest::newRow("contains the separator") << "|" << QStringList{"a|b"} << true;
    QTest::newRow("a part of the separator at the end") << "::" << QStringList{"a:", "b"} << true;
    QTest::newRow("a part of the separator at the end of the list")
        << "::" << QStringList{"a", "b:"} << false;
    QTest::newRow("a part of the separator at the beginning")
        << "::" << QStringList{"a", ":b"} << false;
    QTest::newRow("a part that does not continue") << ", " << QStringList{"a,", "b"} << false;
    QTest::newRow("two equal letters") << "aa" << QStringList{"ba", "b"} << true;
    QTest::newRow("letters that repeat") << "aba" << QStringList{"cab", "b"} << true;
    QTest::newRow("brackets") << "|" << QStringList{"[a]"} << true;
    QTest::newRow("brackets over several") << "|" << QStringList{"[a", "b]"} << true;
    QTest::newRow("brackets that do not close") << "|" << QStringList{"[a", "b"} << false;
    QTest::newRow("brackets with blanks around") << "|" << QStringList{" [a", "b] "} << true;
    QTest::newRow("brackets after a blank element") << "\t" << QStringList{" ", "[1]"} << true;
}

void ListElementsTest::usesBracketsOnlyWhereNeeded() {
    QFETCH(QString, separator);
    QFETCH(QStringList, elements);
    QFETCH(bool, inBrackets);
    std::vector<std::string> texts;
    for (const QString& element : elements) {
        texts.push_back(element.toStdString());
    }
    QCOMPARE(needBrackets(texts, separator.toStdString()), inBrackets);
}

void ListElementsTest::readsBackWhatItWrites_data() {
    QTest::addColumn<QString>("separator");
    for (const char* separator : {"|", "::", ", ", "aa", "aba", "\t", " ", "[", "]["}) {
        QTest::addRow("'%s'", separator) << separator;
    }
}

/// Any elements are read back; without brackets they are just joined by the separator.
void ListElementsTest::readsBackWhatItWrites() {
    QFETCH(QString, separator);
    const std::string separatorText = separator.toStdString();
    const std::string characters = "ab|,[]'\"\\ 1\n\t:" + separatorText + separatorText;
    RandomStream random(1, "lists");
    for (int round = 0; round < test::rounds(5000); ++round) {
        std::vector<std::string> elements(random.below(4));
        QStringList expected;
        for (std::string& element : elements) {
            for (std::uint64_t left = 1 + random.below(4); left > 0; --left) {
                element += characters[random.below(characters.size())];
            }
            expected << QString::fromStdString(element);
        }
        const bool inBrackets = needBrackets(elements, separatorText);
        std::string text;
        ListWriter writer(inBrackets, separatorText, text);
        for (const std::string& element : elements) {
            writer.add(element);
        }
        writer.finish();
        QCOMPARE(elementsOf(text, separatorText), expected);
        QVERIFY(inBrackets || QString::fromStdString(text) == expected.join(separator));
    }
}

QTEST_APPLESS_MAIN(ListElementsTest)
#include "list_elements_test.moc"

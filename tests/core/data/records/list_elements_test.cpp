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

/// Lists in cells. The truth of those in brackets is Python's own reading (ast.literal_eval),
/// written out here.
class ListElementsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAList_data();
    void readsAList();
    void writesWhatItReads();
};

void ListElementsTest::readsAList_data() {
    QTest::addColumn<QString>("value");
    QTest::addColumn<QStringList>("elements");
    const auto row = [](const char* name, const char* value, const QStringList& elements) {
        QTest::newRow(name) << QString::fromUtf8(value) << elements;
    };
    row("separated", "Drama|War", {"Drama", "War"});
    row("empty ones", "|Drama||War|", {"Drama", "War"});
    row("nothing", "", {});
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
    row("missing ones", "['Drama', None, nan]", {"Drama"});
    row("an empty one", "['', 'War']", {"War"});
    row("holds the separator", R"(["R&B|Soul", "Jazz"])", {"R&B|Soul", "Jazz"});
    row("holds a comma", "['war, history', 'crime']", {"war, history", "crime"});
    row("escapes", R"(['a\'b', 'c\\d', "e\"f", 'g\nh', '\x41\u00e9\U0001F600', '\q'])",
        {"a'b", "c\\d", "e\"f", "g\nh", "A\u00e9\U0001F600", "\\q"});
    row("a pair of surrogates", R"(["\ud83d\ude00"])", {"\U0001F600"});
    row("letters beyond ASCII", "['Größe', '東京']", {"Größe", "東京"});
    // What only looks like one stays as it stands.
    row("a name in brackets", "[REC]", {"[REC]"});
    row("two of them", "[REC]|[X]", {"[REC]", "[X]"});
    row("not closed", "['Drama'|'War'", {"['Drama'", "'War'"});
    row("a quote not closed", "['Drama|War]", {"['Drama", "War]"});
    row("something behind it", "['Drama']|War", {"['Drama']", "War"});
    row("no comma", "['Drama''War']", {"['Drama''War']"});
    row("within one another", "[[1, 2]|[3]]", {"[[1, 2]", "[3]]"});
    row("half a pair", R"(["\ud83d"])", {R"(["\ud83d"])"});
    row("a cut escape", R"(["\u12"])", {R"(["\u12"])"});
}

void ListElementsTest::readsAList() {
    QFETCH(QString, value);
    QFETCH(QStringList, elements);
    QCOMPARE(elementsOf(value.toStdString(), "|"), elements);
}

/// Whatever elements hold, they come back; brackets are there only where they must be.
void ListElementsTest::writesWhatItReads() {
    RandomStream random(1, "lists");
    constexpr std::string_view kCharacters = "ab|,[]'\"\\ 1\n";
    for (int round = 0; round < test::rounds(5000); ++round) {
        std::vector<std::string> elements(random.below(4));
        QStringList expected;
        for (std::string& element : elements) {
            for (std::uint64_t left = 1 + random.below(4); left > 0; --left) {
                element += kCharacters[random.below(kCharacters.size())];
            }
            expected << QString::fromStdString(element);
        }
        const bool inBrackets = needBrackets(elements, "|");
        std::string text;
        ListWriter writer(inBrackets, "|", text);
        for (const std::string& element : elements) {
            writer.add(element);
        }
        writer.finish();
        QCOMPARE(elementsOf(text, "|"), expected);
        QVERIFY(inBrackets || QString::fromStdString(text) == expected.join('|'));
    }
}

QTEST_APPLESS_MAIN(ListElementsTest)
#include "list_elements_test.moc"

#include "core/data/records/value_dictionary.h"

#include "core/base/random_stream.h"

#include <QtTest>

#include <map>

using namespace flip;

class ValueDictionaryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersValuesInOrderOfAppearance();
    void agreesWithAMapOnRandomValues();
    void numbersManyLikeOneByOne();
};

void ValueDictionaryTest::numbersValuesInOrderOfAppearance() {
    ValueDictionary values;
    QCOMPARE(values.add("b"), std::optional<std::uint32_t>(0));
    QCOMPARE(values.add(""), std::optional<std::uint32_t>(1));
    QCOMPARE(values.add(std::string_view("\0", 1)), std::optional<std::uint32_t>(2));
    QCOMPARE(values.add("b"), std::optional<std::uint32_t>(0));
    QCOMPARE(values.size(), 3u);
    QCOMPARE(values.value(1), std::string_view());
    QVERIFY(!values.find("a"));
    QCOMPARE(values.bytes(), std::string("b\0", 2));
    QCOMPARE(values.offsets(), (std::vector<std::uint64_t>{0, 1, 1, 2}));
}

void ValueDictionaryTest::agreesWithAMapOnRandomValues() {
    RandomStream random(/*seed=*/1, "values");
    ValueDictionary values;
    std::map<std::string, std::uint32_t> expected;
    for (int i = 0; i < 50000; ++i) {
        std::string value(random.below(4) == 0 ? 7 + random.below(5) : random.below(6), ' ');
        for (char& letter : value) {
            letter = static_cast<char>('a' + random.below(5));
        }
        const auto [entry, isNew] =
            expected.emplace(value, static_cast<std::uint32_t>(expected.size()));
        QCOMPARE(values.find(value).has_value(), !isNew);
        QCOMPARE(values.add(value), std::optional(entry->second));
    }
    QCOMPARE(std::size_t{values.size()}, expected.size());
    QVERIFY(expected.size() > 1000); // the table grew several times
    for (const auto& [value, code] : expected) {
        QCOMPARE(values.value(code), std::string_view(value));
    }
}

void ValueDictionaryTest::numbersManyLikeOneByOne() {
    RandomStream random(/*seed=*/2, "values");
    std::string text;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> parts;
    for (int i = 0; i < 5000; ++i) {
        const auto begin = static_cast<std::uint32_t>(text.size());
        const auto size = static_cast<std::uint32_t>(random.below(12));
        for (std::uint32_t c = 0; c < size; ++c) {
            text += static_cast<char>(random.below(3)); // NUL among them
        }
        parts.emplace_back(begin, size);
    }
    text.append(ValueKey::kInlineBytes, 'x'); // what follows a value is not part of it
    std::vector<ValueKey> keys;
    for (const auto& [begin, size] : parts) {
        keys.push_back(ValueKey::of(text.data(), begin, size));
    }
    ValueDictionary many;
    ValueDictionary one;
    std::vector<std::uint32_t> codes(keys.size());
    QVERIFY(many.addAll(text.data(), keys, codes.data()));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        QCOMPARE(one.add(std::string_view(text).substr(parts[i].first, parts[i].second)),
                 std::optional(codes[i]));
    }
    QCOMPARE(many.bytes(), one.bytes());
    QCOMPARE(many.offsets(), one.offsets());
}

QTEST_GUILESS_MAIN(ValueDictionaryTest)
#include "value_dictionary_test.moc"

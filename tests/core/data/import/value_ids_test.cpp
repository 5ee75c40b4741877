#include "core/data/import/value_ids.h"

#include "core/base/random_stream.h"

#include <QtTest>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace flip;

namespace {

struct Counted {
    ValueDictionary values;
    TrainingCounts counts;
};

/// Rows of a field, of which the first `training` are training rows.
Counted count(const std::vector<std::string>& rows, std::size_t training) {
    Counted result;
    for (const std::string& row : rows) {
        result.values.add(row);
    }
    result.counts.rows.assign(result.values.size(), 0);
    for (std::size_t i = 0; i < training; ++i) {
        const std::uint32_t value = *result.values.find(rows[i]);
        if (result.counts.rows[value]++ == 0) {
            result.counts.firstMet.push_back(value);
        }
    }
    return result;
}

std::vector<std::int64_t> listOf(const ValueIds& ids, std::size_t value) {
    return {ids.inLists.begin() + static_cast<std::ptrdiff_t>(ids.ends[value]),
            ids.inLists.begin() + static_cast<std::ptrdiff_t>(ids.ends[value + 1])};
}

} // namespace

class ValueIdsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersCategoriesInTheOrderOfTheTrainingRows();
    void numbersTheElementsOfLists();
    void leavesRareElementsOut();
    void acceptsASeparatorOfSeveralBytes();
    void givesTheSameIdsToFieldsThatShare();
    void splitsNumbersIntoRangesWithEqualRows_data();
    void splitsNumbersIntoRangesWithEqualRows();
    void rangesAscendAndHaveEqualRowsOnRandomNumbers();
};

void ValueIdsTest::numbersCategoriesInTheOrderOfTheTrainingRows() {
    const Counted rows = count({"a", "b", "a", "c", "d"}, 4);
    const ValueIds all = idsOfCategories(rows.counts, 1);
    QCOMPARE(all.ids, 3);
    QCOMPARE(all.ofValue, (std::vector<std::int64_t>{1, 2, 3, 0}));
    QCOMPARE(idsOfCategories(rows.counts, 2).ofValue, (std::vector<std::int64_t>{1, 0, 0, 0}));
}

void ValueIdsTest::numbersTheElementsOfLists() {
    const Counted rows =
        count({"War|Drama", "Drama", "", "Drama||War|Drama", "|", "Comedy|War"}, 5);
    const ValueIds ids = idsOfLists(rows.values, rows.counts, 1, "|");
    QCOMPARE(ids.ids, 2);
    QCOMPARE(ids.elements.size(), 3U);
    QCOMPARE(listOf(ids, 0), (std::vector<std::int64_t>{1, 2}));
    QCOMPARE(listOf(ids, 1), std::vector<std::int64_t>{2});
    QCOMPARE(listOf(ids, 2), std::vector<std::int64_t>{0}); // an empty list is unknown
    QCOMPARE(listOf(ids, 3), (std::vector<std::int64_t>{2, 1}));
    QCOMPARE(listOf(ids, 4), std::vector<std::int64_t>{0});
    QCOMPARE(listOf(ids, 5), std::vector<std::int64_t>{1}); // Comedy was not trained on
    QCOMPARE(ids.ofValue, (std::vector<std::int64_t>{1, 2, 0, 2, 0, 1}));
}

void ValueIdsTest::leavesRareElementsOut() {
    const Counted rows = count({"a|b", "a", "b|c", "b"}, 4);
    const ValueIds ids = idsOfLists(rows.values, rows.counts, 3, "|");
    QCOMPARE(ids.ids, 1); // b, in three rows
    QCOMPARE(listOf(ids, 0), std::vector<std::int64_t>{1});
    QCOMPARE(listOf(ids, 1), std::vector<std::int64_t>{0});
}

void ValueIdsTest::acceptsASeparatorOfSeveralBytes() {
    const Counted rows = count({"a, b,c"}, 1);
    QCOMPARE(idsOfLists(rows.values, rows.counts, 1, ", ").elements.bytes(), std::string("ab,c"));
}

void ValueIdsTest::givesTheSameIdsToFieldsThatShare() {
    // Rows 0 to 3 train; each has a film and a list. The last value of each field is not in them.
    const Counted films = count({"a", "c", "a", "d", "b"}, 4);
    const Counted lists = count({"b|a", "", "b|e|b", "e", "c|x|f"}, 4);
    TrainingCounts filmCounts = films.counts;
    filmCounts.firstRows = {0, 1, 3};
    TrainingCounts listCounts = lists.counts;
    listCounts.firstRows = {0, 1, 2, 3};
    const std::vector<SharingField> fields = {{films.values, filmCounts, ""},
                                              {lists.values, listCounts, "|"}};
    const auto all = idsOfShared(fields, 1);
    QVERIFY(all.has_value());
    // a 1 of row 0, b 2 of its list, c 3 of row 1, e 4 of row 2, d 5 of row 3
    QCOMPARE((*all)[0].ids, 5);
    QCOMPARE((*all)[1].ids, 5);
    QCOMPARE((*all)[0].ofValue, (std::vector<std::int64_t>{1, 3, 5, 2})); // b known by the lists
    QCOMPARE(listOf((*all)[1], 0), (std::vector<std::int64_t>{2, 1}));
    QCOMPARE(listOf((*all)[1], 1), std::vector<std::int64_t>{0});
    QCOMPARE(listOf((*all)[1], 2), (std::vector<std::int64_t>{2, 4}));
    QCOMPARE(listOf((*all)[1], 4), std::vector<std::int64_t>{3}); // c known by the films
    // Over both fields a is in three rows, b and e are in two each, c and d in one.
    const auto rarer = idsOfShared(fields, 2);
    QCOMPARE((*rarer)[0].ids, 3);
    QCOMPARE((*rarer)[0].ofValue, (std::vector<std::int64_t>{1, 0, 0, 2}));
    QCOMPARE((*rarer)[1].ofValue, (std::vector<std::int64_t>{2, 0, 2, 3, 0}));
    QCOMPARE((*idsOfShared(fields, 3))[0].ids, 1);
}

void ValueIdsTest::splitsNumbersIntoRangesWithEqualRows_data() {
    QTest::addColumn<QStringList>("rows");
    QTest::addColumn<int>("training");
    QTest::addColumn<int>("buckets");
    QTest::addColumn<QList<qint64>>("ids"); // of the rows
    QTest::newRow("halves") << QStringList{"4", "1", "3", "2"} << 4 << 2
                            << QList<qint64>{2, 1, 2, 1};
    QTest::newRow("more ranges than numbers")
        << QStringList{"1", "2"} << 2 << 10 << QList<qint64>{1, 2};
    QTest::newRow("one number") << QStringList{"5", "5", "5.0"} << 3 << 4 << QList<qint64>{1, 1, 1};
    QTest::newRow("mostly one number")
        << QStringList{"0", "0", "0", "0", "0", "7"} << 6 << 3 << QList<qint64>{1, 1, 1, 1, 1, 2};
    QTest::newRow("numbers outside the training rows")
        << QStringList{"1", "2", "-9", "99"} << 2 << 2 << QList<qint64>{1, 2, 1, 2};
    QTest::newRow("values that are not numbers")
        << QStringList{"1", "", "many", "nan", "2"} << 5 << 2 << QList<qint64>{1, 0, 0, 0, 2};
    QTest::newRow("no number in training")
        << QStringList{"x", "3"} << 1 << 2 << QList<qint64>{0, 0};
}

void ValueIdsTest::splitsNumbersIntoRangesWithEqualRows() {
    QFETCH(QStringList, rows);
    QFETCH(int, training);
    QFETCH(int, buckets);
    QFETCH(QList<qint64>, ids);
    std::vector<std::string> texts;
    for (const QString& row : rows) {
        texts.push_back(row.toStdString());
    }
    const Counted counted = count(texts, static_cast<std::size_t>(training));
    const ValueIds found = idsOfNumbers(counted.values, counted.counts, buckets);
    QList<qint64> given;
    for (const std::string& text : texts) {
        given << found.ofValue[*counted.values.find(text)];
    }
    QCOMPARE(given, ids);
    QCOMPARE(found.ids, *std::max_element(given.begin(), given.end()));
}

void ValueIdsTest::rangesAscendAndHaveEqualRowsOnRandomNumbers() {
    RandomStream random(/*seed=*/6, "numbers");
    for (int round = 0; round < 100; ++round) {
        std::vector<std::string> rows(200 + random.below(300));
        for (std::string& row : rows) {
            row = std::to_string(random.normal() * 1000);
        }
        const auto buckets = static_cast<std::int64_t>(1 + random.below(20));
        const Counted counted = count(rows, rows.size());
        const ValueIds found = idsOfNumbers(counted.values, counted.counts, buckets);
        QCOMPARE(found.ids, buckets); // almost all numbers are distinct
        std::map<std::int64_t, std::int64_t> share;
        std::ranges::sort(rows, {}, [](const std::string& row) { return std::stod(row); });
        std::int64_t last = 1;
        for (const std::string& row : rows) {
            const std::int64_t id = found.ofValue[*counted.values.find(row)];
            QVERIFY(id == last || id == last + 1);
            last = id;
            ++share[id];
        }
        for (const auto& [id, count] : share) {
            const double even = static_cast<double>(rows.size()) / static_cast<double>(buckets);
            QVERIFY(std::abs(static_cast<double>(count) - even) < 1.5);
        }
    }
}

QTEST_GUILESS_MAIN(ValueIdsTest)
#include "value_ids_test.moc"

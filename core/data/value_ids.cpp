#include "core/data/value_ids.h"

#include "core/data/list_elements.h"
#include "core/data/value_rule.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace flip {

ValueIds idsOfCategories(const TrainingCounts& counts, std::int64_t minCount) {
    ValueIds result;
    result.ofValue.assign(counts.rows.size(), 0);
    for (const std::uint32_t value : counts.firstMet) {
        if (counts.rows[value] >= minCount) {
            result.ofValue[value] = ++result.ids;
        }
    }
    return result;
}

ValueIds idsOfLists(const ValueDictionary& values, const TrainingCounts& counts,
                    std::int64_t minCount, std::string_view separator) {
    ValueIds result;
    // The lists as elements, value after value, each element once.
    std::vector<std::uint64_t> listEnds;
    std::vector<std::uint32_t> listed;
    for (std::uint32_t value = 0; value < values.size(); ++value) {
        const std::size_t begin = listed.size();
        forEachElement(values.value(value), separator, [&](std::string_view text) {
            // There are never more elements than bytes, and those are counted elsewhere.
            const std::uint32_t element = *result.elements.add(text);
            if (std::find(listed.begin() + static_cast<std::ptrdiff_t>(begin), listed.end(),
                          element) == listed.end()) {
                listed.push_back(element);
            }
        });
        listEnds.push_back(listed.size());
    }
    const auto listOf = [&](std::uint32_t value) {
        const std::size_t begin = value == 0 ? 0 : listEnds[value - 1];
        return std::span(listed).subspan(begin, listEnds[value] - begin);
    };
    TrainingCounts elementCounts;
    elementCounts.rows.assign(result.elements.size(), 0);
    for (const std::uint32_t value : counts.firstMet) {
        for (const std::uint32_t element : listOf(value)) {
            if (elementCounts.rows[element] == 0) {
                elementCounts.firstMet.push_back(element);
            }
            elementCounts.rows[element] += counts.rows[value];
        }
    }
    const ValueIds elementIds = idsOfCategories(elementCounts, minCount);
    result.ids = elementIds.ids;
    for (std::uint32_t value = 0; value < values.size(); ++value) {
        const std::size_t begin = result.inLists.size();
        for (const std::uint32_t element : listOf(value)) {
            if (elementIds.ofValue[element] != 0) {
                result.inLists.push_back(elementIds.ofValue[element]);
            }
        }
        if (result.inLists.size() == begin) {
            result.inLists.push_back(0);
        }
        result.ofValue.push_back(result.inLists[begin]);
        result.ends.push_back(result.inLists.size());
    }
    return result;
}

ValueIds idsOfNumbers(const ValueDictionary& values, const TrainingCounts& counts,
                      std::int64_t buckets) {
    std::vector<std::optional<double>> numbers;
    numbers.reserve(values.size());
    for (std::uint32_t value = 0; value < values.size(); ++value) {
        numbers.push_back(parseNumber(values.value(value)));
    }
    std::vector<std::uint32_t> order; // of the training rows' numbers
    std::int64_t rows = 0;
    for (const std::uint32_t value : counts.firstMet) {
        if (numbers[value]) {
            order.push_back(value);
            rows += counts.rows[value];
        }
    }
    std::ranges::sort(order, {}, [&](std::uint32_t value) { return *numbers[value]; });

    // The least number of each range but the first. A range is full when it holds an even share of
    // the rows that are left, so that one number with most of the rows takes one range, not many.
    std::vector<double> bounds;
    std::int64_t inRange = 0;
    double last = 0;
    for (const std::uint32_t value : order) {
        const auto left = buckets - static_cast<std::int64_t>(bounds.size());
        if (inRange > 0 && left > 1 && inRange * left >= rows && *numbers[value] > last) {
            bounds.push_back(*numbers[value]);
            rows -= std::exchange(inRange, 0);
        }
        inRange += counts.rows[value];
        last = *numbers[value];
    }
    ValueIds result;
    result.ids = order.empty() ? 0 : static_cast<std::int64_t>(bounds.size()) + 1;
    for (const std::optional<double>& number : numbers) {
        const bool known = number && !order.empty();
        result.ofValue.push_back(
            known ? 1 + (std::ranges::upper_bound(bounds, *number) - bounds.begin()) : 0);
    }
    return result;
}

} // namespace flip

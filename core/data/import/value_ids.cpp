#include "core/data/import/value_ids.h"

#include "core/data/import/value_rule.h"
#include "core/data/records/list_elements.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace flip {

namespace {

/// The elements of the lists of a field, value by value, without duplicates within a list.
struct Lists {
    ValueDictionary elements;
    std::vector<std::uint64_t> ends{0}; // [values + 1], into `listed`
    std::vector<std::uint32_t> listed;

    std::span<const std::uint32_t> of(std::uint32_t value) const {
        return std::span(listed).subspan(ends[value], ends[value + 1] - ends[value]);
    }
};

Lists listsOf(const ValueDictionary& values, std::string_view separator) {
    Lists lists;
    for (std::uint32_t value = 0; value < values.size(); ++value) {
        const auto begin = static_cast<std::ptrdiff_t>(lists.listed.size());
        forEachListElement(values.value(value), separator, [&](std::string_view text) {
            // There are no more elements than bytes of text, which are limited elsewhere.
            const std::uint32_t element = *lists.elements.add(text);
            if (std::find(lists.listed.begin() + begin, lists.listed.end(), element) ==
                lists.listed.end()) {
                lists.listed.push_back(element);
            }
        });
        lists.ends.push_back(lists.listed.size());
    }
    return lists;
}

/// Turns counts of lists into counts of their elements.
TrainingCounts countElements(const Lists& lists, const TrainingCounts& counts) {
    TrainingCounts result;
    result.rows.assign(lists.elements.size(), 0);
    for (std::size_t i = 0; i < counts.firstMet.size(); ++i) {
        const std::uint32_t value = counts.firstMet[i];
        for (const std::uint32_t element : lists.of(value)) {
            if (result.rows[element] == 0) {
                result.firstMet.push_back(element);
                if (!counts.firstRows.empty()) {
                    result.firstRows.push_back(counts.firstRows[i]);
                }
            }
            result.rows[element] += counts.rows[value];
        }
    }
    return result;
}

/// The ids of lists, given those of their elements.
ValueIds idsOfElements(Lists lists, const std::vector<std::int64_t>& idOfElement,
                       std::int64_t ids) {
    ValueIds result;
    result.ids = ids;
    for (std::uint32_t value = 0; value + 1 < lists.ends.size(); ++value) {
        const std::size_t begin = result.inLists.size();
        for (const std::uint32_t element : lists.of(value)) {
            if (idOfElement[element] != 0) {
                result.inLists.push_back(idOfElement[element]);
            }
        }
        if (result.inLists.size() == begin) {
            result.inLists.push_back(0);
        }
        result.ofValue.push_back(result.inLists[begin]);
        result.ends.push_back(result.inLists.size());
    }
    result.elements = std::move(lists.elements);
    return result;
}

/// The values, or list elements, of one of the fields that share a vocabulary.
struct Shared {
    std::optional<Lists> lists;
    TrainingCounts counts; // of these values or elements
    std::size_t next = 0;  // index in counts.firstMet of the next to merge
};

} // namespace

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
    Lists lists = listsOf(values, separator);
    const ValueIds ids = idsOfCategories(countElements(lists, counts), minCount);
    return idsOfElements(std::move(lists), ids.ofValue, ids.ids);
}

std::optional<std::vector<ValueIds>> idsOfShared(std::span<const SharingField> fields,
                                                 std::int64_t minCount) {
    std::vector<Shared> parts;
    for (const SharingField& field : fields) {
        Shared& part = parts.emplace_back();
        if (field.separator.empty()) {
            part.counts = field.counts;
        } else {
            part.lists = listsOf(field.values, field.separator);
            part.counts = countElements(*part.lists, field.counts);
        }
    }
    const auto valuesOf = [&](std::size_t field) -> const ValueDictionary& {
        return parts[field].lists ? parts[field].lists->elements : fields[field].values;
    };
    ValueDictionary all; // of all fields, in the order of the training rows
    TrainingCounts counts;
    for (;;) {
        Shared* first = nullptr;
        for (Shared& part : parts) {
            if (part.next < part.counts.firstMet.size() &&
                (first == nullptr ||
                 part.counts.firstRows[part.next] < first->counts.firstRows[first->next])) {
                first = &part;
            }
        }
        if (first == nullptr) {
            break;
        }
        const std::uint32_t value = first->counts.firstMet[first->next++];
        const auto code =
            all.add(valuesOf(static_cast<std::size_t>(first - parts.data())).value(value));
        if (!code) {
            return std::nullopt;
        }
        if (*code == counts.rows.size()) {
            counts.rows.push_back(0);
            counts.firstMet.push_back(*code);
        }
        counts.rows[*code] += first->counts.rows[value];
    }
    const ValueIds shared = idsOfCategories(counts, minCount);
    std::vector<ValueIds> result;
    for (std::size_t field = 0; field < fields.size(); ++field) {
        const ValueDictionary& values = valuesOf(field);
        ValueIds own;
        own.ids = shared.ids;
        for (std::uint32_t value = 0; value < values.size(); ++value) {
            const auto code = all.find(values.value(value));
            own.ofValue.push_back(code ? shared.ofValue[*code] : 0);
        }
        auto& lists = parts[field].lists;
        result.push_back(lists ? idsOfElements(std::move(*lists), own.ofValue, own.ids)
                               : std::move(own));
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
    std::vector<std::uint32_t> order; // the training rows' numbers, ascending
    std::int64_t rows = 0;
    for (const std::uint32_t value : counts.firstMet) {
        if (numbers[value]) {
            order.push_back(value);
            rows += counts.rows[value];
        }
    }
    std::ranges::sort(order, {}, [&](std::uint32_t value) { return *numbers[value]; });

    // The smallest number of each range but the first. A range is full when it holds an equal share
    // of the remaining rows, so that a number with most of the rows takes one range, not many.
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

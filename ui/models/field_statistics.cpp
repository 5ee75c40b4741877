#include "ui/models/field_statistics.h"

#include <algorithm>
#include <numeric>

namespace flip::ui {

namespace {

constexpr std::size_t kRowsBetweenStopChecks = 1 << 18;

FieldStatistics countField(const Dataset& dataset, int field, const std::stop_token& stop) {
    const auto codes = dataset.codes(field);
    const auto labels = dataset.labels();
    const auto values =
        static_cast<std::size_t>(dataset.fields()[static_cast<std::size_t>(field)].values);
    std::vector<std::int64_t> rows(values);
    std::vector<std::int64_t> positives(values);
    for (std::size_t begin = 0; begin < codes.size(); begin += kRowsBetweenStopChecks) {
        if (stop.stop_requested()) {
            return {};
        }
        const std::size_t end = std::min(codes.size(), begin + kRowsBetweenStopChecks);
        for (std::size_t row = begin; row < end; ++row) {
            ++rows[codes[row]];
            positives[codes[row]] += labels[row];
        }
    }
    std::vector<std::uint32_t> order(values);
    std::iota(order.begin(), order.end(), 0U);
    const auto shown = std::min<std::size_t>(kTopValues, values);
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(shown),
                              [&](std::uint32_t a, std::uint32_t b) {
                                  return rows[a] != rows[b] ? rows[a] > rows[b] : a < b;
                              });
    FieldStatistics result{.rows = static_cast<std::int64_t>(codes.size()),
                           .values = static_cast<std::int64_t>(values)};
    for (std::size_t i = 0; i < shown; ++i) {
        result.top.push_back(
            {std::string(dataset.value(field, order[i])), rows[order[i]], positives[order[i]]});
    }
    return result;
}

} // namespace

std::vector<FieldStatistics> countFields(const Dataset& dataset, std::stop_token stop) {
    std::vector<FieldStatistics> result;
    for (int field = 0; field < static_cast<int>(dataset.fields().size()); ++field) {
        result.push_back(countField(dataset, field, stop));
        if (stop.stop_requested()) {
            return {};
        }
    }
    return result;
}

} // namespace flip::ui

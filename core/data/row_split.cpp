#include "core/data/row_split.h"

#include "core/base/random_stream.h"
#include "core/base/text_encoding.h"
#include "core/data/csv_reader.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace flip {

namespace {

/// Cuts an order of all rows into the three parts.
std::vector<Split> cut(const std::vector<std::int64_t>& order, const SplitPlan& plan) {
    const auto rows = static_cast<double>(order.size());
    // The shares are decimal fractions: 0.8 * 10 must not end a hair below 8.
    constexpr double kRounding = 1e-9;
    const auto countOf = [&](double share) {
        return static_cast<std::size_t>(std::floor(share * rows + kRounding));
    };
    const std::size_t trainEnd = std::max<std::size_t>(countOf(plan.train), 1);
    const std::size_t validEnd = std::max(countOf(plan.train + plan.valid), trainEnd);
    std::vector<Split> splits(order.size(), Split::Test);
    for (std::size_t i = 0; i < std::min(validEnd, order.size()); ++i) {
        splits[static_cast<std::size_t>(order[i])] = i < trainEnd ? Split::Train : Split::Valid;
    }
    return splits;
}

std::vector<std::int64_t> orderOfTime(std::span<const std::int64_t> times) {
    std::vector<std::int64_t> order(times.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::ranges::stable_sort(
        order, {}, [&](std::int64_t row) { return times[static_cast<std::size_t>(row)]; });
    return order;
}

std::optional<Split> splitNamed(std::string_view name) {
    for (const Split split : {Split::Train, Split::Valid, Split::Test}) {
        if (name == splitName(split)) {
            return split;
        }
    }
    return std::nullopt;
}

bool isNumber(std::string_view text, std::int64_t number) {
    std::int64_t value = -1;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && rest == end && value == number;
}

Result<std::vector<Split>> readSplitFile(const std::filesystem::path& file, std::int64_t rows) {
    CsvFormat format;
    format.delimiter = "\t";
    format.quote = "";
    auto reader = CsvReader::open(file, format, file.filename().string());
    if (!reader) {
        return reader.problem();
    }
    std::vector<Split> splits;
    CsvRecord record;
    for (;;) {
        const auto found = reader->next(record);
        if (!found) {
            return found.problem();
        }
        if (!*found) {
            break;
        }
        const auto& fields = record.fields;
        if (record.line == 1 && fields.size() == 2 && fields[0] == "row_index" &&
            fields[1] == "split") {
            continue;
        }
        const auto expected = static_cast<std::int64_t>(splits.size());
        const std::string where = reader->where(record.line);
        if (expected == rows) {
            return Problem{"there are only " + std::to_string(rows) +
                               " kept rows; remove the lines from here on",
                           where};
        }
        if (fields.size() != 2 || !isNumber(fields[0], expected)) {
            return Problem{"expected row_index " + std::to_string(expected) +
                               ", a tab and the split; name each kept row once, in order",
                           where};
        }
        const auto split = splitNamed(fields[1]);
        if (!split) {
            return Problem{quotedText(fields[1]) + " is no split; write train, valid or test",
                           where};
        }
        splits.push_back(*split);
    }
    const auto found = static_cast<std::int64_t>(splits.size());
    if (found != rows) {
        return Problem{"the file ends after row_index " + std::to_string(found - 1) + ", but " +
                           std::to_string(rows) + " rows were kept; name each kept row once",
                       reader->where(std::max<std::int64_t>(record.line, 1))};
    }
    if (std::ranges::find(splits, Split::Train) == splits.end()) {
        return Problem{"no row is in train; name at least one", file.string()};
    }
    return splits;
}

} // namespace

Result<void> checkSplitPlan(const SplitPlan& plan) {
    if (plan.rule == SplitPlan::Rule::File) {
        std::error_code error;
        if (!std::filesystem::is_regular_file(plan.file, error)) {
            return Problem{error ? "the split file cannot be read: " + error.message()
                                 : "the split file is not a regular file; name a file",
                           plan.file.string()};
        }
        return {};
    }
    // Written so that a share that is not a number fails too.
    constexpr double kRounding = 1e-9;
    if (!(plan.train > 0 && plan.valid >= 0 && plan.train + plan.valid <= 1 + kRounding)) {
        return Problem{"the shares of train and valid make no split; train must be above 0, valid "
                       "not below 0, their sum at most 1",
                       "split"};
    }
    return {};
}

Result<std::vector<Split>> splitRows(const SplitPlan& plan, std::int64_t rows,
                                     std::span<const std::int64_t> times) {
    switch (plan.rule) {
    case SplitPlan::Rule::Random:
        return cut(RandomStream(plan.seed, "split").permutation(rows), plan);
    case SplitPlan::Rule::Time:
        assert(static_cast<std::int64_t>(times.size()) == rows);
        return cut(orderOfTime(times), plan);
    case SplitPlan::Rule::File:
        return readSplitFile(plan.file, rows);
    }
    return Problem{"the split rule is not known", "split"};
}

} // namespace flip

#include "core/data/import/row_split.h"

#include "core/base/random_stream.h"
#include "core/base/text_encoding.h"
#include "core/data/records/csv_reader.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace flip {

namespace {

/// How many rows train, and how many train or validate.
struct Ends {
    std::int64_t train = 0;
    std::int64_t valid = 0;
};

Ends endsOf(const SplitPlan& plan, std::int64_t rows) {
    // The shares are decimal fractions: 0.8 * 10 must not come out slightly below 8.
    constexpr double kRounding = 1e-9;
    const auto countOf = [&](double share) {
        return static_cast<std::int64_t>(std::floor(share * static_cast<double>(rows) + kRounding));
    };
    const std::int64_t train = std::min(std::max<std::int64_t>(countOf(plan.train), 1), rows);
    return {train, std::clamp(countOf(plan.train + plan.valid), train, rows)};
}

/// Every split into parts of these sizes is equally likely: selection sampling (Knuth, The Art of
/// Computer Programming, 3.4.2, algorithm S), which needs no list of rows.
std::vector<Split> splitAtRandom(const SplitPlan& plan, std::int64_t rows) {
    const Ends ends = endsOf(plan, rows);
    auto train = static_cast<std::uint64_t>(ends.train); // still to be assigned
    auto valid = static_cast<std::uint64_t>(ends.valid - ends.train);
    RandomStream random(plan.seed, "split");
    std::vector<Split> splits(static_cast<std::size_t>(rows), Split::Test);
    for (std::size_t row = 0; row < splits.size(); ++row) {
        const std::uint64_t drawn = random.below(splits.size() - row);
        if (drawn < train) {
            splits[row] = Split::Train;
            --train;
        } else if (drawn < train + valid) {
            splits[row] = Split::Valid;
            --valid;
        }
    }
    return splits;
}

/// Separates the first `rank` rows, in the order of time and ties in file order, from the rest.
class TimeCut {
public:
    /// Finds the cut digit by digit: a few passes over the times instead of a sorted copy of them.
    TimeCut(std::span<const std::int64_t> times, std::int64_t rank) : rest_(rank) {
        all_ = rank >= static_cast<std::int64_t>(times.size());
        if (all_) {
            return;
        }
        constexpr int kDigitBits = 16;
        std::uint64_t prefix = 0;
        for (int shift = 64 - kDigitBits; shift >= 0; shift -= kDigitBits) {
            std::vector<std::int64_t> counts(std::size_t{1} << kDigitBits, 0);
            for (const std::int64_t time : times) {
                const std::uint64_t key = keyOf(time);
                const bool matches =
                    shift + kDigitBits == 64 || key >> (shift + kDigitBits) == prefix;
                counts[(key >> shift) & (counts.size() - 1)] += matches ? 1 : 0;
            }
            std::uint64_t digit = 0;
            while (counts[digit] <= rest_) {
                rest_ -= counts[digit++];
            }
            prefix = prefix << kDigitBits | digit;
        }
        key_ = prefix;
    }

    /// Whether the row is among the first `rank`. Call it once for each row, in order.
    bool takes(std::int64_t time) {
        const std::uint64_t key = keyOf(time);
        return all_ || key < key_ || (key == key_ && rest_-- > 0);
    }

private:
    /// Maps signed numbers to unsigned ones in the same order.
    static std::uint64_t keyOf(std::int64_t time) {
        return static_cast<std::uint64_t>(time) ^ (std::uint64_t{1} << 63);
    }

    bool all_ = false;
    std::uint64_t key_ = 0; // of the first row after the cut
    std::int64_t rest_;     // rows of the same time before the cut
};

std::vector<Split> splitByTime(const SplitPlan& plan, std::span<const std::int64_t> times) {
    const Ends ends = endsOf(plan, static_cast<std::int64_t>(times.size()));
    TimeCut train(times, ends.train);
    TimeCut valid(times, ends.valid);
    std::vector<Split> splits;
    splits.reserve(times.size());
    for (const std::int64_t time : times) {
        const bool trains = train.takes(time);
        const bool validates = valid.takes(time);
        splits.push_back(trains ? Split::Train : validates ? Split::Valid : Split::Test);
    }
    return splits;
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
            return Problem{quotedText(fields[1]) + " is not a split; write train, valid or test",
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

Result<std::vector<Split>> splitAsFiles(std::span<const FilePart> parts, std::int64_t rows) {
    std::vector<Split> splits;
    splits.reserve(static_cast<std::size_t>(rows));
    bool trains = false;
    for (const FilePart& part : parts) {
        splits.insert(splits.end(), static_cast<std::size_t>(part.rows), part.split);
        trains = trains || (part.split == Split::Train && part.rows > 0);
    }
    assert(static_cast<std::int64_t>(splits.size()) == rows);
    return trains ? Result(std::move(splits))
                  : Problem{"the train file has no usable row; fix it or choose another split",
                            "split"};
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
    if (plan.rule == SplitPlan::Rule::Parts) {
        return {};
    }
    // Written so that NaN fails too.
    constexpr double kRounding = 1e-9;
    if (!(plan.train > 0 && plan.valid >= 0 && plan.train + plan.valid <= 1 + kRounding)) {
        return Problem{"the shares of train and valid are invalid; train must be above 0, valid at "
                       "least 0, their sum at most 1",
                       "split"};
    }
    return {};
}

Result<std::vector<Split>> splitRows(const SplitPlan& plan, std::int64_t rows,
                                     std::span<const std::int64_t> times,
                                     std::span<const FilePart> parts) {
    switch (plan.rule) {
    case SplitPlan::Rule::Random:
        return splitAtRandom(plan, rows);
    case SplitPlan::Rule::Time:
        assert(static_cast<std::int64_t>(times.size()) == rows);
        return splitByTime(plan, times);
    case SplitPlan::Rule::File:
        return readSplitFile(plan.file, rows);
    case SplitPlan::Rule::Parts:
        return splitAsFiles(parts, rows);
    }
    return Problem{"the split rule is not known", "split"};
}

} // namespace flip

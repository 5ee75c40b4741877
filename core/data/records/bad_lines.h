#pragma once

#include "core/base/result.h"
#include "core/data/records/record_format.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A line of a raw file that was left out, and why.
struct BadLine {
    std::string file;
    std::int64_t line = 0; // from 1
    std::string reason;

    Problem problem() const { return {reason, file + ":" + std::to_string(line)}; }
};

/// Lines that were left out: their number, and the first of them.
class BadLines {
public:
    static constexpr std::size_t kKept = 1000;

    /// Adds the defects of a batch of `file`; their line numbers are relative to `firstLine`.
    void add(const std::string& file, std::int64_t firstLine,
             std::span<const RecordBatch::Defect> defects);

    std::int64_t count() const { return count_; }
    const std::vector<BadLine>& first() const { return first_; }

    /// One line per bad line: file, line and reason, separated by tabs.
    std::string toText() const;
    static Result<std::vector<BadLine>> fromText(std::string_view text, const std::string& where);

private:
    std::int64_t count_ = 0;
    std::vector<BadLine> first_; // at most kKept
};

} // namespace flip

#include "core/data/records/bad_lines.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace flip {

namespace {

constexpr std::string_view kNewLine = "\n";

/// Replaces tabs and line breaks by blanks.
std::string flat(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
    return text;
}

} // namespace

void BadLines::add(const std::string& file, std::int64_t firstLine,
                   std::span<const RecordBatch::Defect> defects) {
    count_ += static_cast<std::int64_t>(defects.size());
    for (const RecordBatch::Defect& defect : defects) {
        if (first_.size() == kKept) {
            return;
        }
        first_.push_back({file, firstLine + defect.line, defect.reason});
    }
}

std::string BadLines::toText() const {
    std::string text;
    for (const BadLine& bad : first_) {
        text += flat(bad.file) + "\t" + std::to_string(bad.line) + "\t" + flat(bad.reason);
        text += kNewLine;
    }
    return text;
}

Result<std::vector<BadLine>> BadLines::fromText(std::string_view text, const std::string& where) {
    std::vector<BadLine> lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + kNewLine.size(), text.size()));
        const std::size_t first = line.find('\t');
        const std::size_t second = line.find('\t', first == line.npos ? first : first + 1);
        BadLine bad;
        const auto number =
            second == line.npos ? std::string_view() : line.substr(first + 1, second - first - 1);
        const auto [rest, error] =
            std::from_chars(number.data(), number.data() + number.size(), bad.line);
        if (error != std::errc() || rest != number.data() + number.size()) {
            return Problem{"the list of bad lines is damaged; import the dataset again", where};
        }
        bad.file = line.substr(0, first);
        bad.reason = line.substr(second + 1);
        lines.push_back(std::move(bad));
    }
    return lines;
}

} // namespace flip

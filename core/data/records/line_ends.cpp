#include "core/data/records/line_ends.h"

#include <algorithm>
#include <span>
#include <utility>

namespace flip {

namespace {

bool endWithCarriageReturns(std::span<const char> bytes, char quote) {
    bool inQuotes = false;
    bool found = false;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] == '\n') {
            return false;
        }
        inQuotes = inQuotes != (quote != 0 && bytes[i] == quote);
        // The last byte may have a line feed behind it.
        found = found || (bytes[i] == '\r' && !inQuotes && i + 1 < bytes.size());
    }
    return found;
}

} // namespace

PlainLineEnds::PlainLineEnds(std::unique_ptr<ByteSource> source, std::string_view quote)
    : source_(std::move(source)), quote_(quote.empty() ? '\0' : quote.front()) {}

Result<void> PlainLineEnds::readHead() {
    constexpr std::size_t kHeadBytes = 1 << 16;
    head_.resize(kHeadBytes);
    std::size_t size = 0;
    while (size < head_.size()) {
        const auto count = source_->read(head_.data() + size, head_.size() - size);
        if (!count) {
            return count.problem();
        }
        if (*count == 0) {
            break;
        }
        size += *count;
    }
    head_.resize(size);
    converts_ = endWithCarriageReturns(head_, quote_);
    return {};
}

Result<std::size_t> PlainLineEnds::read(char* target, std::size_t size) {
    if (!begun_) {
        begun_ = true;
        if (auto done = readHead(); !done) {
            return done.problem();
        }
    }
    Result<std::size_t> count = std::min(size, head_.size() - given_);
    if (*count > 0) {
        std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(given_), *count, target);
        given_ += *count;
    } else {
        count = source_->read(target, size);
    }
    if (count && converts_) {
        std::replace(target, target + *count, '\r', '\n');
    }
    return count;
}

} // namespace flip

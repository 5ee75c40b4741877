#include "core/data/records/line_ends.h"

#include <algorithm>
#include <utility>

namespace flip {

PlainLineEnds::PlainLineEnds(std::unique_ptr<ByteSource> source, std::string_view quote,
                             std::size_t blockBytes)
    : source_(std::move(source)), quote_(quote.empty() ? '\0' : quote.front()),
      blockBytes_(std::max(blockBytes, std::size_t{2})) {}

Result<void> PlainLineEnds::readBlock() {
    block_.resize(blockBytes_);
    given_ = 0;
    std::size_t size = 0;
    if (std::exchange(isHeldBack_, false)) {
        block_[size++] = '\r';
    }
    while (size < block_.size() && !atEnd_) {
        const auto count = source_->read(block_.data() + size, block_.size() - size);
        if (!count) {
            return count.problem();
        }
        atEnd_ = *count == 0;
        size += *count;
    }
    block_.resize(size);
    return {};
}

/// Called for the first block.
bool PlainLineEnds::hasCarriageReturnLines() const {
    bool inQuotes = false;
    bool found = false;
    for (std::size_t i = 0; i < block_.size(); ++i) {
        if (block_[i] == '\n') {
            return false;
        }
        inQuotes = inQuotes != (quote_ != 0 && block_[i] == quote_);
        const bool isLast = i + 1 == block_.size(); // a line feed may follow it
        found = found || (block_[i] == '\r' && !inQuotes && (!isLast || atEnd_));
    }
    return found;
}

void PlainLineEnds::convertBlock() {
    const std::size_t lineFeed = block_.find('\n');
    converts_ = lineFeed == std::string::npos;
    if (converts_ && !atEnd_ && block_.ends_with('\r')) {
        block_.pop_back();
        isHeldBack_ = true;
    }
    const std::size_t end = converts_ ? block_.size() : lineFeed;
    const bool staysLast = !converts_ && end > 0 && block_[end - 1] == '\r';
    const auto begin = block_.begin();
    std::replace(begin, begin + static_cast<std::ptrdiff_t>(end - (staysLast ? 1 : 0)), '\r', '\n');
}

Result<std::size_t> PlainLineEnds::read(char* target, std::size_t size) {
    if (given_ == block_.size() && (converts_ || !begun_)) {
        if (auto done = readBlock(); !done) {
            return done.problem();
        }
        converts_ = begun_ ? converts_ : hasCarriageReturnLines();
        begun_ = true;
        if (converts_) {
            convertBlock();
        }
    }
    if (given_ == block_.size()) {
        return source_->read(target, size);
    }
    const std::size_t count = std::min(size, block_.size() - given_);
    std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(given_), count, target);
    given_ += count;
    return count;
}

} // namespace flip

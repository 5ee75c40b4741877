#include "core/data/records/line_blocks.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace flip {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

} // namespace

Result<bool> LineBlocks::read(RecordBatch& batch, std::size_t wantedBytes) {
    if (!begun_) {
        if (auto done = skipByteOrderMark(); !done) {
            return done.problem();
        }
    }
    const bool oneLine = wantedBytes == 0;
    std::string& text = batch.text;
    text = rest_; // copied, so that the batch keeps its memory
    rest_.clear();
    std::size_t searched = 0; // bytes known to contain no line end
    std::size_t end = 0;
    while (end == 0) {
        if (text.size() >= wantedBytes || atEnd_) {
            const char* const from = text.data() + searched;
            const std::size_t count = text.size() - searched;
            const void* const found =
                oneLine ? std::memchr(from, '\n', count) : ::memrchr(from, '\n', count);
            if (atEnd_ && (found == nullptr || !oneLine)) {
                break; // the last line needs no end
            }
            if (found != nullptr) {
                end = static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + 1;
                rest_.assign(text, end);
                text.resize(end);
                break;
            }
            searched = text.size();
            if (text.size() > mostLineBytes_) {
                return skipLine(batch);
            }
        }
        const std::size_t missing = wantedBytes > text.size() ? wantedBytes - text.size() : 0;
        // Doubling keeps the work on a long line linear in its length.
        if (auto more = readMore(text, std::max({missing, searched, std::size_t{1}})); !more) {
            return more.problem();
        }
    }
    if (text.empty()) {
        return false;
    }
    batch.rawBytes = text.size();
    batch.firstLine = line_;
    batch.lineCount = std::count(text.begin(), text.end(), '\n');
    batch.last = atEnd_ && rest_.empty();
    line_ += batch.lineCount;
    return true;
}

Result<void> LineBlocks::skipByteOrderMark() {
    begun_ = true;
    while (rest_.size() < kByteOrderMark.size() && !atEnd_) {
        if (auto more = readMore(rest_, kByteOrderMark.size() - rest_.size()); !more) {
            return more.problem();
        }
    }
    if (rest_.starts_with(kByteOrderMark)) {
        rest_.erase(0, kByteOrderMark.size());
    }
    return {};
}

Result<std::size_t> LineBlocks::readMore(std::string& text, std::size_t bytes) {
    const std::size_t before = text.size();
    text.resize(before + bytes);
    const auto count = source_->read(text.data() + before, text.size() - before);
    text.resize(before + (count ? *count : 0));
    if (count) {
        atEnd_ = *count == 0;
    }
    return count;
}

Result<bool> LineBlocks::skipLine(RecordBatch& batch) {
    std::string& text = batch.text;
    constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
    for (std::size_t end = std::string::npos; end == std::string::npos && !atEnd_;) {
        text.clear();
        if (auto more = readMore(text, kBlockBytes); !more) {
            return more.problem();
        }
        end = text.find('\n');
        if (end != std::string::npos) {
            rest_.assign(text, end + 1);
        }
    }
    text.clear();
    text.shrink_to_fit();
    batch.firstLine = line_++;
    batch.lineCount = 1;
    batch.defects.push_back({0, "the line is longer than " + std::to_string(mostLineBytes_ >> 20) +
                                    " MiB; check the file's line endings"});
    batch.last = atEnd_ && rest_.empty();
    return true;
}

} // namespace flip

#include "core/data/records/gzip_bytes.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>
#include <vector>

namespace flip {

namespace {

// Uses zlib itself, since libarchive's gzip reader does not verify checksums.
class GzipBytes final : public ByteSource {
public:
    GzipBytes(std::unique_ptr<ByteSource> packed, std::string shownName)
        : packed_(std::move(packed)), shownName_(std::move(shownName)), buffer_(kBufferBytes) {
        constexpr int kGzipOnly = 16;
        if (inflateInit2(&stream_, kGzipOnly + MAX_WBITS) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    ~GzipBytes() override { inflateEnd(&stream_); }
    GzipBytes(const GzipBytes&) = delete;
    GzipBytes& operator=(const GzipBytes&) = delete;

    Result<std::size_t> read(char* target, std::size_t size) override {
        const auto wanted =
            static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
        stream_.next_out = reinterpret_cast<Bytef*>(target);
        stream_.avail_out = wanted;
        while (stream_.avail_out > 0 && !atEnd_) {
            if (auto done = inMember_ ? inflateMore() : beginMember(); !done) {
                return done.problem();
            }
        }
        return wanted - stream_.avail_out;
    }

    std::int64_t bytesRead() const override { return packed_->bytesRead(); }

private:
    static constexpr std::size_t kBufferBytes = std::size_t{1} << 17;

    /// Makes at least one packed byte available; false at the end of the file.
    Result<bool> refill() {
        if (stream_.avail_in > 0) {
            return true;
        }
        const auto count = packed_->read(buffer_.data(), buffer_.size());
        if (!count) {
            return count.problem();
        }
        stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
        stream_.avail_in = static_cast<uInt>(*count);
        return *count > 0;
    }

    Result<void> beginMember() {
        const auto more = refill();
        if (!more) {
            return more.problem();
        }
        if (!*more) {
            atEnd_ = true;
            return {};
        }
        if (members_ > 0 && *stream_.next_in == 0) {
            ++stream_.next_in;
            --stream_.avail_in;
            return {};
        }
        ++members_;
        inMember_ = true;
        inflateReset(&stream_);
        return {};
    }

    Result<void> inflateMore() {
        const auto more = refill();
        if (!more) {
            return more.problem();
        }
        if (!*more) {
            return Problem{"is cut short: the gzip data is incomplete; fetch the file again",
                           shownName_};
        }
        const int code = inflate(&stream_, Z_NO_FLUSH);
        if (code == Z_MEM_ERROR) {
            throw std::bad_alloc();
        }
        if (code == Z_STREAM_END) {
            inMember_ = false;
            return {};
        }
        if (code != Z_OK && code != Z_BUF_ERROR) {
            return Problem{"is damaged: the gzip data is invalid (" +
                               std::string(stream_.msg == nullptr ? "unknown data" : stream_.msg) +
                               "); fetch the file again",
                           shownName_};
        }
        return {};
    }

    std::unique_ptr<ByteSource> packed_;
    std::string shownName_;
    std::vector<char> buffer_; // of packed bytes
    z_stream stream_{};
    std::int64_t members_ = 0; // members begun
    bool inMember_ = false;
    bool atEnd_ = false;
};

} // namespace

std::unique_ptr<ByteSource> unpackGzip(std::unique_ptr<ByteSource> packed, std::string shownName) {
    return std::make_unique<GzipBytes>(std::move(packed), std::move(shownName));
}

} // namespace flip

#include "app/command/line_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace flip::command {

namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;
constexpr std::size_t kBlockBytes = std::size_t{1} << 14;

} // namespace

Result<LineSource> LineSource::open(const std::string& file) {
    if (file.empty()) {
        return LineSource(STDIN_FILENO, file);
    }
    std::error_code ignored;
    const int descriptor = std::filesystem::is_directory(file, ignored)
                               ? -1
                               : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return Problem{"cannot be read; name a text file", file};
    }
    return LineSource(descriptor, file);
}

LineSource::LineSource(LineSource&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)),
      bytes_(std::move(other.bytes_)), given_(other.given_), atEnd_(other.atEnd_) {}

LineSource::~LineSource() {
    if (descriptor_ > STDIN_FILENO) {
        ::close(descriptor_);
    }
}

Result<std::string_view> LineSource::next() {
    bytes_.erase(0, given_);
    given_ = 0;
    std::size_t searched = 0;
    while (!atEnd_) {
        const std::size_t before = bytes_.size();
        bytes_.resize(before + kReadBytes);
        ssize_t count = 0;
        do {
            count = ::read(descriptor_, bytes_.data() + before, kReadBytes);
        } while (count < 0 && errno == EINTR);
        bytes_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0) {
            return Problem{"reading failed half-way; check the disk", file_, /*systemError=*/true};
        }
        atEnd_ = count == 0;
        const std::size_t last = std::string_view(bytes_).substr(searched).rfind('\n');
        if (last != std::string_view::npos) {
            given_ = searched + last + 1;
            return std::string_view(bytes_).substr(0, given_);
        }
        searched = bytes_.size();
    }
    given_ = bytes_.size();
    return std::string_view(bytes_);
}

std::vector<std::string_view> lineBlocks(std::string_view lines) {
    std::vector<std::string_view> blocks;
    while (!lines.empty()) {
        const std::size_t feed = lines.find('\n', std::min(kBlockBytes, lines.size()));
        const std::size_t end = feed == std::string_view::npos ? lines.size() : feed + 1;
        blocks.push_back(lines.substr(0, end));
        lines.remove_prefix(end);
    }
    return blocks;
}

} // namespace flip::command

#include "core/base/output_file.h"

#include "core/base/files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flip {

namespace {

constexpr std::size_t kBuffer = 1 << 16;

Problem failure(const std::filesystem::path& file) {
    const int code = errno; // before anything else can change it
    return Problem{std::string("cannot be written: ") + std::strerror(code), file.string(),
                   isSystemError(code)};
}

} // namespace

Result<OutputFile> OutputFile::open(const std::filesystem::path& file) {
    OutputFile out;
    out.file_ = file;
    out.target_ = file;
    std::error_code error;
    const auto status = std::filesystem::status(file, error); // follows links
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        out.descriptor_ = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
        if (std::filesystem::exists(status)) {
            out.target_ = std::filesystem::canonical(file, error);
        }
        out.working_ = out.target_.string() + ".XXXXXX";
        out.descriptor_ = ::mkostemp(out.working_.data(), O_CLOEXEC);
    }
    if (out.descriptor_ < 0) {
        out.working_.clear();
        return failure(file);
    }
    return out;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : file_(std::move(other.file_)), target_(std::move(other.target_)),
      working_(std::exchange(other.working_, {})), pending_(std::move(other.pending_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
    if (this != &other) {
        abandon();
        file_ = std::move(other.file_);
        target_ = std::move(other.target_);
        working_ = std::exchange(other.working_, {});
        pending_ = std::move(other.pending_);
        descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
}

OutputFile::~OutputFile() {
    abandon();
}

void OutputFile::abandon() {
    if (descriptor_ >= 0) {
        ::close(std::exchange(descriptor_, -1));
    }
    if (!working_.empty()) {
        ::unlink(std::exchange(working_, {}).c_str());
    }
}

Result<void> OutputFile::write(std::string_view bytes) {
    if (pending_.size() + bytes.size() >= kBuffer) {
        if (auto done = flush(); !done) {
            return done;
        }
    }
    if (bytes.size() >= kBuffer) {
        return writeOut(bytes); // a large piece is not copied
    }
    pending_ += bytes;
    return {};
}

Result<void> OutputFile::flush() {
    auto done = writeOut(pending_);
    pending_.clear();
    return done;
}

Result<void> OutputFile::writeOut(std::string_view rest) {
    while (!rest.empty()) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) {
            return failure(file_);
        }
        rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> OutputFile::complete() {
    if (auto done = flush(); !done) {
        return done;
    }
    if (working_.empty()) {
        return ::close(std::exchange(descriptor_, -1)) == 0 ? Result<void>() : failure(file_);
    }
    if (::fchmod(descriptor_, 0644) != 0 || ::fsync(descriptor_) != 0 ||
        ::close(std::exchange(descriptor_, -1)) != 0 ||
        ::rename(working_.c_str(), target_.c_str()) != 0) {
        return failure(file_); // the destructor cleans up
    }
    working_.clear();
    return flushToDisk(target_.has_parent_path() ? target_.parent_path() : ".");
}

} // namespace flip

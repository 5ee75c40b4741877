#include "core/base/files.h"

#include "core/base/output_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flip {

namespace {

/// A POSIX file descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}
    ~Descriptor() {
        if (value_ >= 0) {
            ::close(value_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return value_; }
    int release() { return std::exchange(value_, -1); }
    bool valid() const { return value_ >= 0; }

private:
    int value_;
};

Problem failure(const std::string& action, const std::filesystem::path& path) {
    const int code = errno; // before anything else can change it
    return Problem{action + ": " + std::strerror(code), path.string(), isSystemError(code)};
}

/// An exclusive lock of the open file description: it also works between threads of one process,
/// and ends with the descriptor.
struct flock wholeFileLock() {
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return whole;
}

} // namespace

bool isSystemError(int code) {
    return code == ENOSPC || code == EDQUOT || code == EIO || code == EFBIG;
}

Result<std::string> readFile(const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) {
        return Problem{"is a folder, not a file; name a file", file.string()};
    }
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        return failure("cannot be read", file);
    }
    std::ostringstream content;
    content << stream.rdbuf();
    if (stream.bad()) {
        return Problem{"reading failed half-way; check the disk", file.string()};
    }
    return std::move(content).str();
}

Result<void> writeFileAtomically(const std::filesystem::path& file, std::string_view bytes) {
    return writeFileAtomically(file, std::span<const std::string_view>(&bytes, 1));
}

Result<void> writeFileAtomically(const std::filesystem::path& file,
                                 std::span<const std::string_view> pieces) {
    auto out = OutputFile::open(file);
    if (!out) {
        return out.problem();
    }
    for (const std::string_view piece : pieces) {
        if (auto done = out->write(piece); !done) {
            return done;
        }
    }
    return out->complete();
}

Result<void> flushToDisk(const std::filesystem::path& fileOrFolder) {
    const Descriptor descriptor(::open(fileOrFolder.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.valid() || ::fsync(descriptor.get()) != 0) {
        return failure("cannot be flushed to the disk", fileOrFolder);
    }
    return {};
}

Result<void> makeFolder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return Problem{"the folder cannot be made: " + error.message(), folder.string()};
    }
    return {};
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) {
        ::munmap(const_cast<std::byte*>(data_), size_);
    }
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& file) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!descriptor.valid() || ::fstat(descriptor.get(), &status) != 0) {
        return failure("cannot be read", file);
    }
    if (!S_ISREG(status.st_mode)) {
        return Problem{"is not a regular file; name a file", file.string()};
    }
    MappedFile mapped;
    mapped.size_ = static_cast<std::size_t>(status.st_size);
    if (mapped.size_ > 0) {
        void* address = ::mmap(nullptr, mapped.size_, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
        if (address == MAP_FAILED) {
            mapped.size_ = 0;
            return failure("cannot be mapped into memory", file);
        }
        mapped.data_ = static_cast<const std::byte*>(address);
    }
    return mapped;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

Result<FileLock> FileLock::acquire(const std::filesystem::path& file) {
    Descriptor descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!descriptor.valid()) {
        return failure("cannot be opened", file);
    }
    struct flock whole = wholeFileLock();
    if (::fcntl(descriptor.get(), F_OFD_SETLK, &whole) != 0) {
        if (errno == EAGAIN || errno == EACCES) {
            return Problem{"is in use by another program; wait for it to end", file.string()};
        }
        return failure("cannot be locked", file);
    }
    FileLock lock;
    lock.descriptor_ = descriptor.release();
    return lock;
}

bool FileLock::isHeld(const std::filesystem::path& file) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!descriptor.valid()) {
        return false;
    }
    // The query must never take the lock: acquire() elsewhere would fail.
    struct flock whole = wholeFileLock();
    return ::fcntl(descriptor.get(), F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

} // namespace flip

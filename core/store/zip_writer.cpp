#include "core/store/zip_writer.h"

#include "core/base/files.h"
#include "core/base/hashing.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <new>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flip {

struct ZipWriter::State {
    std::filesystem::path file;
    std::string temporary; // the file that is written until finish()
    int descriptor = -1;
    struct archive* zip = nullptr;

    ~State() {
        archive_write_free(zip);
        if (descriptor >= 0) {
            ::close(descriptor);
            ::unlink(temporary.c_str());
        }
    }

    Problem problem(int code, const char* text) const {
        return {std::string("cannot be written: ") + (text == nullptr ? std::strerror(code) : text),
                file.string(), isSystemError(code)};
    }

    Result<void> checked(int code) const {
        return code == ARCHIVE_OK || code == ARCHIVE_WARN
                   ? Result<void>()
                   : problem(archive_errno(zip), archive_error_string(zip));
    }

    Result<void> begin(const std::string& name, std::uintmax_t bytes) const {
        archive_entry* const entry = archive_entry_new();
        if (entry == nullptr) {
            throw std::bad_alloc();
        }
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, static_cast<la_int64_t>(bytes));
        archive_entry_set_mtime(entry, std::time(nullptr), 0);
        const auto begun = checked(archive_write_header(zip, entry));
        archive_entry_free(entry);
        return begun;
    }

    Result<void> write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const la_ssize_t written = archive_write_data(zip, bytes.data(), bytes.size());
            if (written <= 0) {
                return problem(archive_errno(zip), archive_error_string(zip));
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }
};

Result<ZipWriter> ZipWriter::create(const std::filesystem::path& file) {
    auto state = std::make_unique<State>();
    state->file = file;
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored)) {
        return Problem{"is a folder; name a file to write", file.string()};
    }
    state->temporary = file.string() + ".XXXXXX";
    state->descriptor = ::mkostemp(state->temporary.data(), O_CLOEXEC);
    if (state->descriptor < 0) {
        return state->problem(errno, nullptr);
    }
    state->zip = archive_write_new();
    if (state->zip == nullptr) {
        throw std::bad_alloc();
    }
    for (const int code : {archive_write_set_format_zip(state->zip),
                           archive_write_set_bytes_in_last_block(state->zip, 1),
                           archive_write_open_fd(state->zip, state->descriptor)}) {
        if (auto done = state->checked(code); !done) {
            return done.problem();
        }
    }
    return ZipWriter(std::move(state));
}

ZipWriter::ZipWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;
ZipWriter& ZipWriter::operator=(ZipWriter&&) noexcept = default;
ZipWriter::~ZipWriter() = default;

Result<void> ZipWriter::addText(const std::string& name, std::string_view text) {
    archive_write_zip_set_compression_deflate(state_->zip);
    if (auto begun = state_->begin(name, text.size()); !begun) {
        return begun;
    }
    return state_->write(text);
}

Result<std::string> ZipWriter::addFile(const std::string& name,
                                       const std::filesystem::path& source) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(source, error);
    std::ifstream stream(source, std::ios::binary);
    if (error || !stream) {
        return Problem{"cannot be read; check its permissions", source.string()};
    }
    archive_write_zip_set_compression_store(state_->zip);
    if (auto begun = state_->begin(name, size); !begun) {
        return begun.problem();
    }
    ContentHasher hasher;
    std::uintmax_t left = size;
    std::string block(std::size_t{1} << 20, '\0');
    while (stream.read(block.data(), static_cast<std::streamsize>(block.size())),
           stream.gcount() > 0) {
        const std::string_view bytes(block.data(), static_cast<std::size_t>(stream.gcount()));
        if (bytes.size() > left) {
            break;
        }
        hasher.add(bytes);
        if (auto written = state_->write(bytes); !written) {
            return written.problem();
        }
        left -= bytes.size();
    }
    if (left != 0 || !stream.eof() || stream.bad()) {
        return Problem{"changed while it was read, or the disk failed; export again",
                       source.string(), /*systemError=*/true};
    }
    return hasher.digest();
}

Result<std::uintmax_t> ZipWriter::finish() {
    if (auto closed = state_->checked(archive_write_close(state_->zip)); !closed) {
        return closed.problem();
    }
    struct stat status {};
    if (::fchmod(state_->descriptor, 0644) != 0 || ::fsync(state_->descriptor) != 0 ||
        ::fstat(state_->descriptor, &status) != 0 ||
        ::rename(state_->temporary.c_str(), state_->file.c_str()) != 0) {
        return state_->problem(errno, nullptr);
    }
    ::close(std::exchange(state_->descriptor, -1));
    const std::filesystem::path folder = state_->file.parent_path();
    if (auto flushed = flushToDisk(folder.empty() ? "." : folder); !flushed) {
        return flushed.problem();
    }
    return static_cast<std::uintmax_t>(status.st_size);
}

} // namespace flip

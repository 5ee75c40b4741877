#include "core/data/records/file_bytes.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

namespace flip {

namespace {

class FileBytes final : public ByteSource {
public:
    FileBytes(std::FILE* stream, std::filesystem::path file)
        : stream_(stream), file_(std::move(file)) {}

    Result<std::size_t> read(char* target, std::size_t size) override {
        const std::size_t count = std::fread(target, 1, size, stream_.get());
        if (std::ferror(stream_.get()) != 0) {
            return Problem{std::string("reading failed half-way: ") + std::strerror(errno),
                           file_.string(), /*systemError=*/true};
        }
        bytes_ += static_cast<std::int64_t>(count);
        return count;
    }

    std::int64_t bytesRead() const override { return bytes_; }

private:
    struct Close {
        void operator()(std::FILE* stream) const { std::fclose(stream); }
    };

    std::unique_ptr<std::FILE, Close> stream_;
    std::filesystem::path file_;
    std::int64_t bytes_ = 0;
};

} // namespace

Result<std::unique_ptr<ByteSource>> openFileBytes(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        return Problem{error ? "cannot be read: " + error.message()
                             : "is not a regular file; name a file",
                       file.string()};
    }
    std::FILE* const stream = std::fopen(file.c_str(), "rb");
    if (stream == nullptr) {
        return Problem{std::string("cannot be read: ") + std::strerror(errno), file.string()};
    }
    std::setvbuf(stream, nullptr, _IONBF, 0); // callers read whole blocks
    return std::unique_ptr<ByteSource>(std::make_unique<FileBytes>(stream, file));
}

} // namespace flip

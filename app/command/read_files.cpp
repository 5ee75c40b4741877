#include "app/command/read_files.h"

#include "core/base/files.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace flip::command {

namespace {

namespace fs = std::filesystem;

// A file in memory whose descriptor stays open across execv() and is found by its name. It holds
// each name and each text as its length, a space, and its bytes.
constexpr const char* kMemoryName = "flip-files-read";
constexpr const char* kMemoryLink = "/memfd:flip-files-read (deleted)";

void append(std::string& packed, const std::string& piece) {
    packed += std::to_string(piece.size()) + ' ' + piece;
}

std::optional<std::string> takePiece(std::string_view& packed) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(packed.data(), packed.data() + packed.size(), size);
    const std::size_t begin = static_cast<std::size_t>(end - packed.data()) + 1;
    if (error != std::errc() || begin > packed.size() || size > packed.size() - begin) {
        return std::nullopt;
    }
    std::string piece(packed.substr(begin, size));
    packed.remove_prefix(begin + size);
    return piece;
}

/// The descriptor that the previous program left open, or -1.
int inheritedDescriptor() {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd", error)) {
        std::error_code gone; // the iterator's own descriptor may be closed by now
        if (fs::read_symlink(entry.path(), gone) == kMemoryLink) {
            return std::stoi(entry.path().filename().string());
        }
    }
    return -1;
}

} // namespace

Result<std::string> ReadFiles::read(const std::string& file) {
    if (const auto known = texts_.find(file); known != texts_.end()) {
        return known->second;
    }
    auto text = readFile(file);
    if (text) {
        texts_.emplace(file, *text);
    }
    return text;
}

Result<void> ReadFiles::handOver() const {
    if (texts_.empty()) {
        return {};
    }
    std::string packed;
    for (const auto& [name, text] : texts_) {
        append(packed, name);
        append(packed, text);
    }
    const auto failure = [this] {
        return Problem{std::string("its content cannot be passed to flip-engine: ") +
                           std::strerror(errno),
                       texts_.begin()->first, /*systemError=*/true};
    };
    const int descriptor = ::memfd_create(kMemoryName, /*flags=*/0); // stays open across execv()
    if (descriptor < 0) {
        return failure();
    }
    for (std::string_view rest = packed; !rest.empty();) {
        const ssize_t written = ::write(descriptor, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) {
            const Problem problem = failure();
            ::close(descriptor);
            return problem;
        }
        rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return {};
}

ReadFiles ReadFiles::takeOver() {
    ReadFiles files;
    const int descriptor = inheritedDescriptor();
    if (descriptor < 0) {
        return files;
    }
    const auto packed = readFile("/proc/self/fd/" + std::to_string(descriptor));
    ::close(descriptor); // child processes must not inherit it
    std::string_view rest = packed ? std::string_view(*packed) : std::string_view();
    while (!rest.empty()) {
        auto name = takePiece(rest);
        auto text = takePiece(rest);
        if (!name || !text) {
            break;
        }
        files.texts_[*name] = std::move(*text);
    }
    return files;
}

} // namespace flip::command

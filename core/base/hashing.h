#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace flip {

/// XXH3, 64 bits: for hash tables in memory. Not safe against hostile input.
std::uint64_t hash64(std::string_view bytes);

/// XXH3, 128 bits, as 32 hexadecimal digits: identifies content on disk.
std::string contentHash(std::string_view bytes);

/// Content hash of a file, read in blocks.
Result<std::string> fileHash(const std::filesystem::path& file);

/// Content hash of data that is added in pieces.
class ContentHasher {
public:
    ContentHasher();
    ~ContentHasher();
    ContentHasher(const ContentHasher&) = delete;
    ContentHasher& operator=(const ContentHasher&) = delete;

    void add(std::string_view bytes);
    std::string digest() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace flip

#pragma once

#include "core/base/hashing.h"
#include "core/base/result.h"
#include "core/data/manifest.h"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace flip {

/// Writes one file of columns/ from beginning to end; finish() names it by the hash of its content.
/// Owned by one thread.
class ColumnWriter {
public:
    /// Creates a file with a temporary name in the folder.
    static Result<ColumnWriter> open(const std::filesystem::path& folder,
                                     const std::string& workingName);

    Result<void> add(std::string_view bytes);

    template <class T>
    Result<void> addNumbers(std::span<const T> numbers) {
        static_assert(std::is_integral_v<T>);
        return add({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
    }

    template <class T>
    Result<void> addNumber(T number) {
        return addNumbers(std::span<const T>(&number, 1));
    }

    /// Renames the file to its final name. Does not flush it; ImportFolder::publish() does. Nothing
    /// may be added afterwards.
    Result<ColumnFile> finish();

private:
    struct CloseFile {
        void operator()(std::FILE* file) const;
    };

    ColumnWriter() : hasher_(std::make_unique<ContentHasher>()) {}
    Result<void> writeOut();
    void startWriting();

    std::filesystem::path folder_;
    std::filesystem::path file_;
    std::unique_ptr<std::FILE, CloseFile> stream_;
    std::unique_ptr<ContentHasher> hasher_; // a pointer, since it cannot be moved
    std::string pending_;
    std::int64_t bytes_ = 0;
    std::int64_t handedOver_ = 0; // bytes that the system has begun to write
};

/// Writes a whole file at once.
Result<ColumnFile> writeColumn(const std::filesystem::path& folder, const std::string& workingName,
                               std::string_view bytes);

} // namespace flip

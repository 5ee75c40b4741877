#include "core/formats/zip_records.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace flip {

namespace {

constexpr std::string_view kLocalHeader{"PK\x03\x04", 4};
constexpr std::string_view kDirectoryHeader{"PK\x01\x02", 4};
constexpr std::string_view kEnd{"PK\x05\x06", 4};
constexpr std::string_view kLongEnd{"PK\x06\x06", 4};
constexpr std::string_view kLongEndLocator{"PK\x06\x07", 4};

constexpr std::size_t kLocalHeaderSize = 30;
constexpr std::size_t kDirectoryHeaderSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLongEndSize = 56;
constexpr std::size_t kLongEndLocatorSize = 20;
constexpr std::size_t kLongestComment = 0xFFFF;

constexpr std::uint32_t kElsewhere = 0xFFFFFFFF; // replaces a number that is stored in 64 bits
constexpr std::uint64_t kLongSizes = 1;          // tag of the extra field that holds them

/// The little-endian number of `bytes` bytes at `at`.
std::uint64_t numberAt(std::string_view text, std::size_t at, std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = bytes; i > 0; --i) {
        number = number << 8 | static_cast<unsigned char>(text[at + i - 1]);
    }
    return number;
}

bool fits(std::string_view file, std::uint64_t begin, std::uint64_t size) {
    return begin <= file.size() && size <= file.size() - begin;
}

/// The directory, from the end record at `end`.
std::optional<std::string_view> directoryAt(std::string_view file, std::size_t end) {
    std::uint64_t size = numberAt(file, end + 12, 4);
    std::uint64_t begin = numberAt(file, end + 16, 4);
    if (size == kElsewhere || begin == kElsewhere) {
        if (end < kLongEndLocatorSize ||
            !file.substr(end - kLongEndLocatorSize).starts_with(kLongEndLocator)) {
            return std::nullopt;
        }
        const std::uint64_t longEnd = numberAt(file, end - kLongEndLocatorSize + 8, 8);
        if (!fits(file, longEnd, kLongEndSize) || !file.substr(longEnd).starts_with(kLongEnd)) {
            return std::nullopt;
        }
        size = numberAt(file, longEnd + 40, 8);
        begin = numberAt(file, longEnd + 48, 8);
    }
    if (!fits(file, begin, size)) {
        return std::nullopt;
    }
    return file.substr(begin, size);
}

std::optional<std::string_view> directoryOf(std::string_view file) {
    if (file.size() < kEndSize) {
        return std::nullopt;
    }
    const std::size_t last = file.size() - kEndSize;
    for (std::size_t comment = 0; comment <= std::min(last, kLongestComment); ++comment) {
        const std::size_t at = last - comment;
        if (file.substr(at, kEnd.size()) == kEnd && numberAt(file, at + 20, 2) == comment) {
            return directoryAt(file, at);
        }
    }
    return std::nullopt;
}

/// Sizes and position of a record, from its directory header.
struct Extent {
    std::uint64_t size;   // unpacked
    std::uint64_t packed; // in the file
    std::uint64_t begin;  // of its local header
};

/// The extra field that holds the 64-bit numbers; empty if there is none.
std::string_view longSizesIn(std::string_view extra) {
    constexpr std::size_t kHead = 4;
    while (extra.size() >= kHead) {
        const std::uint64_t held = numberAt(extra, 2, 2);
        if (!fits(extra, kHead, held)) {
            return {};
        }
        if (numberAt(extra, 0, 2) == kLongSizes) {
            return extra.substr(kHead, held);
        }
        extra.remove_prefix(kHead + held);
    }
    return {};
}

/// Reads the numbers that exceed 32 bits from the extra fields. False if they are missing.
bool takeLongSizes(std::string_view extra, Extent& extent) {
    std::string_view longs = longSizesIn(extra);
    for (std::uint64_t* number : {&extent.size, &extent.packed, &extent.begin}) {
        if (*number != kElsewhere) {
            continue;
        }
        if (longs.size() < 8) {
            return false;
        }
        *number = numberAt(longs, 0, 8);
        longs.remove_prefix(8);
    }
    return true;
}

/// The bytes of a record, which follow its local header.
std::optional<std::string_view> bytesOf(std::string_view file, const Extent& extent) {
    if (!fits(file, extent.begin, kLocalHeaderSize)) {
        return std::nullopt;
    }
    const std::string_view header = file.substr(extent.begin);
    const std::uint64_t head = kLocalHeaderSize + numberAt(header, 26, 2) + numberAt(header, 28, 2);
    if (!header.starts_with(kLocalHeader) || !fits(header, head, extent.packed)) {
        return std::nullopt;
    }
    return header.substr(head, extent.packed);
}

} // namespace

bool ZipRecord::isSound() const {
    if (checksum == 0) {
        return true;
    }
    uLong sum = ::crc32(0, nullptr, 0);
    for (std::string_view rest = bytes; !rest.empty();) {
        const auto count = static_cast<uInt>(
            std::min<std::size_t>(rest.size(), std::numeric_limits<std::int32_t>::max()));
        sum = ::crc32(sum, reinterpret_cast<const Bytef*>(rest.data()), count);
        rest.remove_prefix(count);
    }
    return sum == checksum;
}

Result<ZipRecords> readZipRecords(std::string_view file, const std::string& where) {
    const Problem damaged{
        "is cut off or damaged: the archive's table of contents cannot be read; get it again",
        where};
    const auto directory = directoryOf(file);
    if (!directory) {
        return damaged;
    }
    ZipRecords records;
    for (std::string_view rest = *directory; !rest.empty();) {
        if (rest.size() < kDirectoryHeaderSize || !rest.starts_with(kDirectoryHeader)) {
            return damaged;
        }
        const std::uint64_t method = numberAt(rest, 10, 2);
        const std::uint64_t name = numberAt(rest, 28, 2);
        const std::uint64_t extra = numberAt(rest, 30, 2);
        const std::uint64_t all = kDirectoryHeaderSize + name + extra + numberAt(rest, 32, 2);
        Extent extent{numberAt(rest, 24, 4), numberAt(rest, 20, 4), numberAt(rest, 42, 4)};
        if (!fits(rest, 0, all) ||
            !takeLongSizes(rest.substr(kDirectoryHeaderSize + name, extra), extent)) {
            return damaged;
        }
        const auto bytes = bytesOf(file, extent);
        if (!bytes || (method == 0 && extent.packed != extent.size)) {
            return damaged;
        }
        ZipRecord record{*bytes, extent.size, static_cast<std::uint32_t>(numberAt(rest, 16, 4)),
                         method != 0};
        if (!records.try_emplace(std::string(rest.substr(kDirectoryHeaderSize, name)), record)
                 .second) {
            return damaged;
        }
        rest.remove_prefix(all);
    }
    return records;
}

} // namespace flip

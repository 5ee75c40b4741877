#include "core/data/records/packed_bytes.h"

#include "core/data/records/file_bytes.h"
#include "core/data/records/gzip_bytes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <utility>

namespace flip {

namespace {

/// How a file is packed: its name's ending, the name of the format, its first bytes.
struct Packing {
    std::string_view ending;
    std::string_view name;
    std::string_view magic;
};

constexpr std::array<Packing, 4> kPackings = {{
    {".gz", "gzip", "\x1F\x8B"},
    {".zst", "zstd", "\x28\xB5\x2F\xFD"},
    {".bz2", "bzip2", "BZh"},
    {".xz", "xz",
     std::string_view("\xFD"
                      "7zXZ\0",
                      6)},
}};

constexpr std::array<std::string_view, 4> kShortTarEndings = {".tgz", ".tzst", ".tbz2", ".txz"};

constexpr std::size_t kMagicBytes = 10;

std::string lowerCase(std::string text) {
    std::ranges::transform(text, text.begin(), [](char letter) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    });
    return text;
}

/// The bytes of a source whose first ones were already read.
class ReplayedBytes final : public ByteSource {
public:
    ReplayedBytes(std::string begin, std::unique_ptr<ByteSource> rest)
        : begin_(std::move(begin)), rest_(std::move(rest)) {}

    Result<std::size_t> read(char* target, std::size_t size) override {
        if (at_ == begin_.size()) {
            return rest_->read(target, size);
        }
        const std::size_t count = std::min(size, begin_.size() - at_);
        std::memcpy(target, begin_.data() + at_, count);
        at_ += count;
        return count;
    }

    std::int64_t bytesRead() const override { return rest_->bytesRead(); }

private:
    std::string begin_;
    std::size_t at_ = 0;
    std::unique_ptr<ByteSource> rest_;
};

/// Enforces an ExpansionLimit.
class LimitedBytes final : public ByteSource {
public:
    LimitedBytes(std::unique_ptr<ByteSource> unpacked, const ExpansionLimit& limit,
                 std::string shownName)
        : unpacked_(std::move(unpacked)), limit_(limit), shownName_(std::move(shownName)) {}

    Result<std::size_t> read(char* target, std::size_t size) override {
        const auto count = unpacked_->read(target, size);
        if (!count) {
            return count;
        }
        bytes_ += static_cast<std::int64_t>(*count);
        if (bytes_ > limit_.free && bytes_ / limit_.ratio > unpacked_->bytesRead()) {
            return Problem{"unpacks to more than " + std::to_string(limit_.ratio) +
                               " times its size; if that is intended, unpack it yourself",
                           shownName_};
        }
        return count;
    }

    std::int64_t bytesRead() const override { return unpacked_->bytesRead(); }

private:
    std::unique_ptr<ByteSource> unpacked_;
    ExpansionLimit limit_;
    std::string shownName_;
    std::int64_t bytes_ = 0; // unpacked so far
};

/// Refuses a file with the ending of a packed one that is not packed, for example a web server's
/// error page.
Result<void> checkEnding(const std::string& fileName, const std::string& shownName) {
    const std::string name = lowerCase(fileName);
    for (const Packing& packing : kPackings) {
        if (name.ends_with(packing.ending)) {
            return Problem{"is named " + std::string(packing.ending) + " but contains no " +
                               std::string(packing.name) + " data; fetch it again or rename it",
                           shownName};
        }
    }
    return {};
}

Result<std::unique_ptr<ByteSource>> openUnpacked(const std::filesystem::path& file,
                                                 const std::string& shownName,
                                                 const ExpansionLimit& limit) {
    auto source = openFileBytes(file);
    if (!source) {
        return source.problem();
    }
    std::string begin(kMagicBytes, '\0');
    std::size_t known = 0;
    for (std::size_t count = 1; count > 0 && known < begin.size(); known += count) {
        const auto more = (*source)->read(begin.data() + known, begin.size() - known);
        if (!more) {
            return more.problem();
        }
        count = *more;
    }
    begin.resize(known);
    const auto packing = std::ranges::find_if(
        kPackings, [&](const Packing& one) { return begin.starts_with(one.magic); });
    const bool packed =
        packing != kPackings.end() &&
        // A text may begin with "BZh" too; in bzip2 the mark of a block or of the end follows.
        (packing->name != "bzip2" || begin.substr(std::min<std::size_t>(4, known)) == "1AY&SY" ||
         begin.substr(std::min<std::size_t>(4, known)) == "\x17\x72\x45\x38\x50\x90");
    auto replayed = std::make_unique<ReplayedBytes>(std::move(begin), std::move(*source));
    if (!packed) {
        if (auto sound = checkEnding(file.filename().string(), shownName); !sound) {
            return sound.problem();
        }
        return std::unique_ptr<ByteSource>(std::move(replayed));
    }
    auto unpacked = packing->name == "gzip" ? Result(unpackGzip(std::move(replayed), shownName))
                                            : unpackFilter(std::move(replayed), shownName);
    if (!unpacked) {
        return unpacked.problem();
    }
    return std::unique_ptr<ByteSource>(
        std::make_unique<LimitedBytes>(std::move(*unpacked), limit, shownName));
}

bool isZipName(const std::filesystem::path& file) {
    return lowerCase(file.filename().string()).ends_with(".zip");
}

} // namespace

std::vector<std::string_view> packedEndings() {
    std::vector<std::string_view> endings;
    for (const Packing& packing : kPackings) {
        endings.push_back(packing.ending);
    }
    return endings;
}

bool isArchiveName(const std::filesystem::path& file) {
    const std::string name = lowerCase(file.filename().string());
    const auto endsIn = [&](std::string_view ending) { return name.ends_with(ending); };
    return endsIn(".zip") || endsIn(".tar") || std::ranges::any_of(kShortTarEndings, endsIn) ||
           std::ranges::any_of(kPackings, [&](const Packing& packing) {
               return endsIn(".tar" + std::string(packing.ending));
           });
}

Result<std::unique_ptr<ByteSource>> openBytes(const std::filesystem::path& file,
                                              const std::string& member,
                                              const std::string& shownName,
                                              const ExpansionLimit& limit) {
    if (!member.empty() && isZipName(file)) {
        auto bytes = openZipMember(file, member, shownName);
        if (!bytes) {
            return bytes;
        }
        return std::unique_ptr<ByteSource>(
            std::make_unique<LimitedBytes>(std::move(*bytes), limit, shownName));
    }
    auto unpacked = openUnpacked(file, shownName, limit);
    return member.empty() || !unpacked ? std::move(unpacked)
                                       : openTarMember(std::move(*unpacked), member, shownName);
}

Result<std::vector<ArchiveMember>> listArchive(const std::filesystem::path& file,
                                               const std::string& shownName,
                                               const ExpansionLimit& limit) {
    if (isZipName(file)) {
        return listZip(file, shownName);
    }
    auto unpacked = openUnpacked(file, shownName, limit);
    return unpacked ? listTar(std::move(*unpacked), shownName) : unpacked.problem();
}

} // namespace flip

#include "core/data/records/archive_bytes.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cerrno>
#include <new>
#include <optional>
#include <utility>

namespace flip {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 17;
constexpr std::size_t kMostMembers = 1'000'000; // of an archive whose files are listed

/// An archive opened for reading, from a file or from another source.
class Archive {
public:
    explicit Archive(std::string shownName) : shownName_(std::move(shownName)) {
        archive_.reset(archive_read_new());
        if (archive_ == nullptr) {
            throw std::bad_alloc();
        }
    }
    // libarchive holds a pointer to this object.
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    archive* get() const { return archive_.get(); }

    Result<void> open(const std::filesystem::path& file) {
        return checked(archive_read_open_filename(get(), file.c_str(), kBlockBytes));
    }

    Result<void> open(std::unique_ptr<ByteSource> source) {
        source_ = std::move(source);
        block_.resize(kBlockBytes);
        return checked(archive_read_open(get(), this, nullptr, readBlock, nullptr));
    }

    /// The next member; nullptr after the last one.
    Result<archive_entry*> next() {
        archive_entry* entry = nullptr;
        const int code = archive_read_next_header(get(), &entry);
        if (code == ARCHIVE_EOF) {
            return static_cast<archive_entry*>(nullptr);
        }
        if (auto done = checked(code); !done) {
            return done.problem();
        }
        return entry;
    }

    Result<std::size_t> read(char* target, std::size_t size) {
        const la_ssize_t count = archive_read_data(get(), target, size);
        if (count < 0) {
            return problem();
        }
        return static_cast<std::size_t>(count);
    }

    /// Reads the rest of the source, so that its checksums are verified.
    Result<void> readToEnd() {
        for (;;) {
            const auto count = source_->read(block_.data(), block_.size());
            if (!count || *count == 0) {
                return count ? Result<void>() : Result<void>(count.problem());
            }
        }
    }

    /// Bytes read of the file on disk.
    std::int64_t bytesRead() const {
        return source_ ? source_->bytesRead() : archive_filter_bytes(get(), -1);
    }

    Problem problem() const {
        if (sourceProblem_) {
            return *sourceProblem_;
        }
        const char* const text = archive_error_string(get());
        return Problem{"is damaged or cut short (" +
                           std::string(text == nullptr ? "unknown data" : text) +
                           "); fetch the file again",
                       shownName_};
    }

private:
    struct Free {
        void operator()(archive* handle) const { archive_read_free(handle); }
    };

    /// A warning means that a part of a header was not understood: times, owners, a name.
    Result<void> checked(int code) const {
        return code == ARCHIVE_OK || code == ARCHIVE_WARN ? Result<void>()
                                                          : Result<void>(problem());
    }

    static la_ssize_t readBlock(archive* handle, void* self, const void** block) {
        Archive& own = *static_cast<Archive*>(self);
        const auto count = own.source_->read(own.block_.data(), own.block_.size());
        if (!count) {
            own.sourceProblem_ = count.problem();
            archive_set_error(handle, EIO, "the bytes cannot be read");
            return ARCHIVE_FATAL;
        }
        *block = own.block_.data();
        return static_cast<la_ssize_t>(*count);
    }

    std::string shownName_;
    std::unique_ptr<ByteSource> source_;
    std::vector<char> block_;
    std::optional<Problem> sourceProblem_;
    std::unique_ptr<archive, Free> archive_; // last member: uses the others until it is freed
};

/// The bytes of the member that an archive is positioned at.
class MemberBytes final : public ByteSource {
public:
    explicit MemberBytes(std::unique_ptr<Archive> archive)
        : archive_(std::move(archive)), begin_(archive_->bytesRead()) {}

    Result<std::size_t> read(char* target, std::size_t size) override {
        return archive_->read(target, size);
    }

    std::int64_t bytesRead() const override { return archive_->bytesRead() - begin_; }

    void countFromBeginning() { begin_ = 0; }

private:
    std::unique_ptr<Archive> archive_;
    std::int64_t begin_; // bytes read before the member
};

class EmptyBytes final : public ByteSource {
public:
    Result<std::size_t> read(char*, std::size_t) override { return std::size_t{0}; }
    std::int64_t bytesRead() const override { return 0; }
};

Result<std::unique_ptr<Archive>> openZip(const std::filesystem::path& file,
                                         const std::string& shownName) {
    auto zip = std::make_unique<Archive>(shownName);
    archive_read_support_format_zip_seekable(zip->get());
    if (auto done = zip->open(file); !done) {
        return done.problem();
    }
    return zip;
}

Result<std::unique_ptr<Archive>> openTar(std::unique_ptr<ByteSource> source,
                                         const std::string& shownName) {
    auto tar = std::make_unique<Archive>(shownName);
    archive_read_support_format_tar(tar->get());
    archive_read_support_format_empty(tar->get());
    if (auto done = tar->open(std::move(source)); !done) {
        return done.problem();
    }
    return tar;
}

bool isFile(archive_entry* entry) {
    return archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr;
}

/// Empty for a name that cannot be read.
std::string nameOf(archive_entry* entry) {
    const char* name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) {
        name = archive_entry_pathname(entry);
    }
    return name == nullptr ? std::string() : std::string(name);
}

Result<std::vector<ArchiveMember>> list(Archive& archive, const std::string& shownName) {
    std::vector<ArchiveMember> members;
    for (std::size_t seen = 0;; ++seen) {
        const auto entry = archive.next();
        if (!entry) {
            return entry.problem();
        }
        if (!members.empty()) {
            members.back().packedEnd = archive.bytesRead(); // the previous member is skipped by now
        }
        if (*entry == nullptr) {
            return members;
        }
        if (seen == kMostMembers) {
            return Problem{"contains more than " + std::to_string(kMostMembers) +
                               " files; unpack the ones you need",
                           shownName};
        }
        if (isFile(*entry)) {
            members.push_back({nameOf(*entry), archive_entry_size(*entry), archive.bytesRead()});
        }
    }
}

Result<std::unique_ptr<MemberBytes>> openMember(std::unique_ptr<Archive> archive,
                                                const std::string& member,
                                                const std::string& shownName) {
    for (;;) {
        const auto entry = archive->next();
        if (!entry) {
            return entry.problem();
        }
        if (*entry == nullptr) {
            return Problem{"is not in the archive any more; import again", shownName};
        }
        if (!isFile(*entry) || nameOf(*entry) != member) {
            continue;
        }
        if (archive_entry_is_encrypted(*entry) != 0) {
            return Problem{"is encrypted; unpack the archive with its password", shownName};
        }
        return std::make_unique<MemberBytes>(std::move(archive));
    }
}

} // namespace

Result<std::unique_ptr<ByteSource>> unpackFilter(std::unique_ptr<ByteSource> packed,
                                                 std::string shownName) {
    auto raw = std::make_unique<Archive>(std::move(shownName));
    archive_read_support_filter_bzip2(raw->get());
    archive_read_support_filter_xz(raw->get());
    archive_read_support_filter_zstd(raw->get());
    archive_read_support_format_raw(raw->get());
    archive_read_support_format_empty(raw->get());
    if (auto done = raw->open(std::move(packed)); !done) {
        return done.problem();
    }
    const auto entry = raw->next();
    if (!entry) {
        return entry.problem();
    }
    if (*entry == nullptr) {
        return std::unique_ptr<ByteSource>(std::make_unique<EmptyBytes>());
    }
    auto bytes = std::make_unique<MemberBytes>(std::move(raw));
    bytes->countFromBeginning();
    return std::unique_ptr<ByteSource>(std::move(bytes));
}

Result<std::vector<ArchiveMember>> listZip(const std::filesystem::path& file,
                                           const std::string& shownName) {
    const auto zip = openZip(file, shownName);
    if (!zip) {
        return zip.problem();
    }
    auto members = list(**zip, shownName);
    if (members) {
        for (ArchiveMember& member : *members) {
            member.packedEnd = 0; // the directory is at the end, so no member was read
        }
    }
    return members;
}

Result<std::unique_ptr<ByteSource>> openZipMember(const std::filesystem::path& file,
                                                  const std::string& member,
                                                  const std::string& shownName) {
    auto zip = openZip(file, shownName);
    if (!zip) {
        return zip.problem();
    }
    auto bytes = openMember(std::move(*zip), member, shownName);
    if (!bytes) {
        return bytes.problem();
    }
    return std::unique_ptr<ByteSource>(std::move(*bytes));
}

Result<std::vector<ArchiveMember>> listTar(std::unique_ptr<ByteSource> archive,
                                           const std::string& shownName) {
    const auto tar = openTar(std::move(archive), shownName);
    if (!tar) {
        return tar.problem();
    }
    auto members = list(**tar, shownName);
    if (members) {
        if (auto sound = (*tar)->readToEnd(); !sound) {
            return sound.problem();
        }
    }
    return members;
}

Result<std::unique_ptr<ByteSource>> openTarMember(std::unique_ptr<ByteSource> archive,
                                                  const std::string& member,
                                                  const std::string& shownName) {
    auto tar = openTar(std::move(archive), shownName);
    if (!tar) {
        return tar.problem();
    }
    auto bytes = openMember(std::move(*tar), member, shownName);
    if (!bytes) {
        return bytes.problem();
    }
    (*bytes)->countFromBeginning();
    return std::unique_ptr<ByteSource>(std::move(*bytes));
}

} // namespace flip

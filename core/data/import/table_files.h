#pragma once

#include "core/base/result.h"
#include "core/data/import/schema_file.h"
#include "core/data/records/packed_bytes.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// Where a table's bytes are, for openBytes().
struct TableFile {
    std::filesystem::path file;  // links resolved; empty: an optional table's, which is not there
    std::string member;          // of the archive that `file` is; empty: the file itself
    std::string shownName;       // in the source, for Problems: "ml-1m.zip/ml-1m/ratings.dat"
    std::int64_t bytes = 0;      // what its source's bytesRead() comes to, about
    std::vector<TableFile> more; // files that go on where this one ends; these have no more

    std::int64_t allBytes() const;
};

/// The files of an import's source: a folder, an archive, or one file. Owned by one thread.
class SourceFiles {
public:
    static Result<SourceFiles> open(const std::filesystem::path& source);

    bool isOneFile() const { return kind_ == Kind::File; }
    TableFile oneFile() const;

    /// The first of the names that is there, in a folder also packed (ratings.csv.gz,
    /// ratings.csv.zip), as "archive.zip/member", or in the only archive that lies there; in an
    /// archive at any depth. The last part of a name may hold "*"; where several files match they
    /// are the parts of one table (file_parts.h), else a Problem that lists them, as is a name or
    /// link that leaves the source, at `where`.
    Result<std::optional<TableFile>> find(const std::vector<std::string>& names,
                                          const std::string& where);

    /// All of the names, one after the other; nothing where one is not there.
    Result<std::optional<TableFile>> findAll(const std::vector<std::string>& names,
                                             const std::string& where);

    /// The only file of an archive; nothing where it holds several, or the source is none.
    Result<std::optional<TableFile>> onlyMember();

    std::string shown() const { return root_.string(); } // for Problems

private:
    enum class Kind { Folder, Archive, File };
    using Found = Result<std::optional<TableFile>>;
    using Members = std::vector<ArchiveMember>;

    SourceFiles(Kind kind, std::filesystem::path root) : kind_(kind), root_(std::move(root)) {}

    Found findInFolder(const std::string& name, const std::string& where);
    Found findPattern(const std::filesystem::path& pattern, const std::string& where);
    Found takeFile(const std::filesystem::path& relative, const std::string& where);
    Found findBehindArchive(const std::filesystem::path& relative, const std::string& where);
    Found findInArchive(const std::filesystem::path& archive, const std::string& shownArchive,
                        const std::string& name);
    Result<const Members*> members(const std::filesystem::path& archive,
                                   const std::string& shownArchive);
    static std::optional<TableFile> joined(std::vector<TableFile> files);
    TableFile memberFile(const std::filesystem::path& archive, const std::string& shownArchive,
                         const Members& all, const ArchiveMember& member) const;
    std::vector<std::filesystem::path> archivesHere() const;

    Kind kind_;
    std::filesystem::path root_;                       // links resolved
    std::map<std::filesystem::path, Members> members_; // of archives looked into
};

/// The tables' files, in the schema's order, of each the first with those behind it as `more`;
/// those of optional joins may be missing. A source that is one file is the first table, whatever
/// the file's name, where no other table must be there.
Result<std::vector<TableFile>> findTableFiles(const Schema& schema,
                                              const std::filesystem::path& source);

} // namespace flip

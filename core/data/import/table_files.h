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
    std::filesystem::path file;  // links resolved; empty: a missing optional table
    std::string member;          // in the archive `file`; empty: the file itself
    std::string shownName;       // in the source, for Problems: "ml-1m.zip/ml-1m/ratings.dat"
    std::int64_t bytes = 0;      // about what its source's bytesRead() will reach
    std::vector<TableFile> more; // further files, read after this one; these have no more

    std::int64_t allBytes() const;
};

/// The files to find, as a schema names them.
struct WantedFiles {
    std::vector<std::string> names;
    bool any = false;  // the first that exists; else all of them, one after the other
    std::string table; // that they belong to
    std::string where; // the line that names them, for Problems
    std::string key;   // "file" or "any_file"; empty: no schema file names them

    /// Those of a table.
    static WantedFiles of(const TableSchema& table);

    /// One of the names as messages quote it: `file = "a.csv"`, or `"a.csv" in any_file`.
    std::string written(const std::string& name) const;
};

/// The names of a table's files: `"a.csv" or "b.csv"` for any_file, `"a.csv" and "b.csv"` for file.
std::string fileNamesInWords(const TableSchema& table);

/// The files of an import's source: a folder, an archive, or one file. Owned by one thread.
class SourceFiles {
public:
    static Result<SourceFiles> open(const std::filesystem::path& source);

    bool isOneFile() const { return kind_ == Kind::File; }
    TableFile oneFile() const;

    /// Finds the named files: the first, with the others as its `more`; nothing if they do not
    /// exist. Each name is looked up in the folder, also packed (ratings.csv.gz, ratings.csv.zip),
    /// as "archive.zip/member", or in the only archive of the folder; in an archive at any depth.
    /// The last part of a name may contain "*"; if it matches several files of a folder, they must
    /// be the parts of one table (file_parts.h), each of them packed or not. Problems: a name that
    /// matches several files that are not such parts, a name or link that leads outside the source,
    /// a file that is named twice, and some files missing where all are wanted.
    Result<std::optional<TableFile>> find(const WantedFiles& wanted);

    /// The only file of an archive; nothing if it has several, or if the source is not an archive.
    Result<std::optional<TableFile>> onlyMember();

    std::string shown() const { return root_.string(); } // for Problems

private:
    enum class Kind { Folder, Archive, File };
    using Found = Result<std::optional<TableFile>>;
    using Members = std::vector<ArchiveMember>;

    SourceFiles(Kind kind, std::filesystem::path root) : kind_(kind), root_(std::move(root)) {}

    Found findFirst(const std::vector<std::string>& names, const WantedFiles& wanted);
    Found findAll(const WantedFiles& wanted);
    Found findInFolder(const std::string& name, const WantedFiles& wanted);
    Found findPattern(const std::filesystem::path& pattern, const WantedFiles& wanted);
    Found takeFile(const std::filesystem::path& relative, const std::string& name,
                   const WantedFiles& wanted);
    Found findInNamedArchive(const std::filesystem::path& relative, const WantedFiles& wanted);
    Found findInArchive(const std::filesystem::path& archive, const std::string& shownArchive,
                        const std::string& name, bool mayBeSeveral, const WantedFiles& wanted);
    Result<const Members*> members(const std::filesystem::path& archive,
                                   const std::string& shownArchive);
    static Found joined(std::vector<TableFile> files, const WantedFiles& wanted);
    TableFile memberFile(const std::filesystem::path& archive, const std::string& shownArchive,
                         const Members& all, const ArchiveMember& member) const;
    std::vector<std::filesystem::path> archivesHere() const;

    Kind kind_;
    std::filesystem::path root_;                       // links resolved
    std::map<std::filesystem::path, Members> members_; // of the archives listed so far
};

/// The files of the tables, in the schema's order: for each the first, with its further files as
/// `more`. Tables of optional joins may be missing. A source that is one file is the first table,
/// whatever its name, if no other table is required.
Result<std::vector<TableFile>> findTableFiles(const Schema& schema,
                                              const std::filesystem::path& source);

} // namespace flip

#pragma once

#include "core/base/result.h"
#include "core/base/work_folder.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace SQLite {
class Database;
}

namespace flip {

// Inside the store only: SQLite's exceptions end in these functions.

/// Opens the file, makes or migrates its tables: write-ahead log, foreign keys, 5 s of patience
/// with other writers. A file of a newer version is a Problem. The connection stays on its thread.
Result<std::unique_ptr<SQLite::Database>> openDatabase(const std::filesystem::path& file);

/// A database opened to be read, where nothing can or may be written beside it.
struct ReadDatabase {
    std::optional<WorkFolder> copy; // what the connection reads, where it is a copy
    std::unique_ptr<SQLite::Database> database;
};

/// Opens the file without making anything in its folder. Where changes wait in a write-ahead log
/// that cannot be read in its place, or the tables are of an older version, a copy in the folder
/// for temporary files is read; a file that is not there is empty.
Result<ReadDatabase> openDatabaseToRead(const std::filesystem::path& file);

/// The same, but of a file that is there, with its tables as they are, whatever their version.
Result<ReadDatabase> openDatabaseAsItIs(const std::filesystem::path& file);

/// The version of the tables that the file states; that of new files.
std::int64_t statedVersion(SQLite::Database& database);
std::int64_t newestVersion();

/// Every table and index with the SQL that makes it, in the order of their names.
std::vector<std::string> tablesOf(SQLite::Database& database);

/// The same of an empty file of this version.
std::vector<std::string> tablesOfVersion(std::int64_t version);

/// What the exception now being handled means to a person; call it inside a catch block.
Problem databaseProblem(const std::filesystem::path& file);

/// Runs work that talks to the database; whatever it throws becomes a Problem that names the file.
template <class Work>
auto guarded(const std::filesystem::path& file, Work&& work) -> decltype(work()) {
    try {
        return std::forward<Work>(work)();
    } catch (...) {
        return databaseProblem(file);
    }
}

} // namespace flip

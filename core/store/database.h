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

// For the store only. Functions that return a Result turn SQLite's exceptions into Problems; the
// others throw them.

/// Opens the file and creates or migrates its tables, with a write-ahead log, foreign keys and up
/// to 5 s of waiting for other writers. A file of a newer version is a Problem. Use the connection
/// on one thread only.
Result<std::unique_ptr<SQLite::Database>> openDatabase(const std::filesystem::path& file);

/// A database opened for reading, without writing anything beside it.
struct ReadDatabase {
    std::optional<WorkFolder> copy; // the copy that the connection reads, if any
    std::unique_ptr<SQLite::Database> database;
};

/// Opens the file for reading without creating anything in its folder. If a write-ahead log holds
/// changes and cannot be read in place, or the tables are of an older version, opens a copy in the
/// folder for temporary files. A missing file reads as empty.
Result<ReadDatabase> openDatabaseToRead(const std::filesystem::path& file);

/// The same for an existing file, with its tables as they are, of any version.
Result<ReadDatabase> openDatabaseAsItIs(const std::filesystem::path& file);

/// The version of the tables that the file states, and the version of new files.
std::int64_t statedVersion(SQLite::Database& database);
std::int64_t newestVersion();

/// Every table and index with the SQL that creates it, ordered by type and name.
std::vector<std::string> tablesOf(SQLite::Database& database);

/// The same for an empty file of this version.
std::vector<std::string> tablesOfVersion(std::int64_t version);

/// The Problem for the exception being handled; call it inside a catch block.
Problem databaseProblem(const std::filesystem::path& file);

/// Runs `work` on the database; an exception becomes a Problem that names the file.
template <class Work>
auto catchDatabaseErrors(const std::filesystem::path& file, Work&& work) -> decltype(work()) {
    try {
        return std::forward<Work>(work)();
    } catch (...) {
        return databaseProblem(file);
    }
}

} // namespace flip

#pragma once

#include "core/base/files.h"
#include "core/base/result.h"
#include "core/store/trash.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace flip {

// For the store only: what the trash of runs, the trash of datasets and other files share.
// Functions that take a database throw SQLite::Exception.

/// One row of `trash`, member by column.
struct TrashRow {
    std::int64_t run = 0;
    std::string deleted;                // ISO 8601, UTC
    std::int64_t purging = 0;           // 1 once the purge has begun
    std::optional<std::int64_t> digest; // none in rows of earlier versions
};

std::vector<TrashRow> trashRows(SQLite::Database& database);

/// Whether the row matches its checksum, if it has one.
bool isSound(const TrashRow& row);

/// Held while purging, or while inserting rows that are marked as being purged.
Result<FileLock> lockTrash(const Workspace& workspace);

/// Finishes purges that were killed half-way, unless another program is purging.
void finishPurges(const Workspace& workspace, SQLite::Database& database);

/// Takes the row of a run out of the trash.
void unmarkDeleted(SQLite::Database& database, std::int64_t run);

/// Whether the run of this id is in the trash.
bool isInTrash(SQLite::Database& database, std::int64_t run);

/// The Problem of a run that cannot be used because it is in the trash.
Problem inTrash(const std::string& run);

/// Marks a run as deleted, or as being purged.
void markDeleted(SQLite::Database& database, std::int64_t run, bool purging);

/// Whether purges have set datasets aside that still have to be removed.
bool areDatasetsAside(const Workspace& workspace);

/// Removes them and adds the result to `done`. Requires lockTrash().
void removeDatasetsAside(const Workspace& workspace, TrashReport& done);

/// Bytes of all files in a folder; links are not followed.
std::uintmax_t bytesIn(const std::filesystem::path& folder);

/// Removes a folder with everything in it; a missing folder is no error.
Result<void> removeFolder(const std::filesystem::path& folder);

} // namespace flip

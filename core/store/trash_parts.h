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

// Inside the store only: what the trash of runs, that of datasets and others share. Functions that
// take a database throw SQLite::Exception.

/// One row of `trash`, member by column.
struct TrashRow {
    std::int64_t run = 0;
    std::string deleted;                // ISO 8601, UTC
    std::int64_t purging = 0;           // 1 once it has begun
    std::optional<std::int64_t> digest; // none in rows of earlier versions
};

std::vector<TrashRow> trashRows(SQLite::Database& database);

/// Whether the row is what was written, as far as it can be told.
bool isSound(const TrashRow& row);

/// Held by whoever purges, or makes rows that look as if half purged.
Result<FileLock> lockTrash(const Workspace& workspace);

/// Finishes purges that were killed half-way, unless another program is at one.
void finishPurges(const Workspace& workspace, SQLite::Database& database);

/// Takes the row of a run out of the trash.
void unmarkDeleted(SQLite::Database& database, std::int64_t run);

/// Whether the run of this row is in the trash.
bool isInTrash(SQLite::Database& database, std::int64_t run);

/// What to say of a run that cannot be used because it is in the trash.
Problem inTrash(const std::string& run);

/// Marks a run as deleted, or as being purged.
void markDeleted(SQLite::Database& database, std::int64_t run, bool purging);

/// Whether purges have put datasets aside that are still to be removed.
bool areDatasetsAside(const Workspace& workspace);

/// Removes them, and adds to what was cleared. Only under lockTrash().
void removeDatasetsAside(const Workspace& workspace, Cleared& done);

/// Bytes of all files in a folder; links are not followed.
std::uintmax_t bytesIn(const std::filesystem::path& folder);

/// Removes a folder with everything in it; one that is not there is removed already.
Result<void> removeFolder(const std::filesystem::path& folder);

} // namespace flip

#pragma once

#include "core/base/files.h"
#include "core/base/result.h"
#include "core/store/trash.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace SQLite {
class Database;
}

namespace flip {

// Inside the store only: what the trash of runs, that of datasets and others share. Functions that
// take a database throw SQLite::Exception.

/// Held by whoever purges, or makes rows that look as if half purged.
Result<FileLock> lockTrash(const Workspace& workspace);

/// Finishes purges that were killed half-way, unless another program is at one.
void finishPurges(const Workspace& workspace, SQLite::Database& database);

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

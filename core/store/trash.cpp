#include "core/store/trash.h"
#include "core/base/hashing.h"
#include "core/store/checkpoint_files.h"
#include "core/store/database.h"
#include "core/store/run_rows.h"
#include "core/store/run_store.h"
#include "core/store/trash_parts.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;
using SQLite::TransactionBehavior;

/// The names in their order, without duplicates.
std::vector<std::string> withoutDuplicates(const std::vector<std::string>& names) {
    std::vector<std::string> once;
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
        if (seen.insert(name).second) {
            once.push_back(name);
        }
    }
    return once;
}

/// Opens flip.db and runs `work` on it.
template <class Work>
Result<TrashReport> inStore(const Workspace& workspace, Work&& work) {
    auto database = openDatabase(workspace.database());
    if (!database) {
        return database.problem();
    }
    return catchDatabaseErrors(workspace.database(), [&]() -> Result<TrashReport> {
        return std::forward<Work>(work)(**database);
    });
}

std::vector<std::string> startedFrom(SQLite::Database& database, const std::string& parent) {
    SQLite::Statement statement(database, "SELECT name FROM runs WHERE parent = ? AND id NOT IN "
                                          "(SELECT run FROM trash) ORDER BY id");
    statement.bind(1, parent);
    std::vector<std::string> names;
    while (statement.executeStep()) {
        names.push_back(statement.getColumn(0).getString());
    }
    return names;
}

/// Whether the run may be deleted together with the other chosen runs.
Result<void> checkDeletion(SQLite::Database& database, const Workspace& workspace,
                           const RunRow& row, const std::vector<std::string>& chosen, bool force) {
    if (isInTrash(database, row.id)) {
        return inTrash(row.name);
    }
    if (FileLock::isHeld(workspace.checkpoints(row.name) / kRunLock)) {
        return Problem{"is running; stop it first, with Ctrl-C where it runs", row.name};
    }
    std::vector<std::string> left =
        force ? std::vector<std::string>() : startedFrom(database, row.name);
    std::erase_if(left, [&](const std::string& child) {
        return std::ranges::find(chosen, child) != chosen.end();
    });
    if (!left.empty()) {
        return Problem{fmt::format("other runs started from its weights: {}; delete them too, or "
                                   "add --force to delete it anyway",
                                   fmt::join(left, ", ")),
                       row.name};
    }
    return {};
}

/// A run in the trash.
struct TrashedRun {
    std::int64_t id = 0;
    std::string name;
};

/// Checksum over all other columns.
std::int64_t digestOf(const TrashRow& row) {
    return std::bit_cast<std::int64_t>(
        hash64(fmt::format("{} {}:{} {}", row.run, row.deleted.size(), row.deleted, row.purging)));
}

std::vector<TrashedRun> trashedRuns(SQLite::Database& database, const char* condition = "") {
    SQLite::Statement statement(
        database,
        fmt::format("SELECT id, name FROM runs JOIN trash ON run = id {} ORDER BY id", condition));
    std::vector<TrashedRun> runs;
    while (statement.executeStep()) {
        runs.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getString()});
    }
    return runs;
}

/// Marks the runs to purge; from here on they cannot be restored.
Result<void> markForPurge(SQLite::Database& database, const std::vector<std::string>& names) {
    SQLite::Transaction transaction(database, TransactionBehavior::IMMEDIATE);
    std::vector<TrashedRun> chosen = trashedRuns(database);
    for (const std::string& name : names) {
        if (std::ranges::find(chosen, name, &TrashedRun::name) == chosen.end()) {
            return Problem{"no run of this name is in the trash; 'flip runs list --trash' shows "
                           "what is, 'flip runs delete' puts a run there",
                           name};
        }
    }
    for (const TrashedRun& run : chosen) {
        if (names.empty() || std::ranges::find(names, run.name) != names.end()) {
            markDeleted(database, run.id, /*purging=*/true);
        }
    }
    transaction.commit();
    return {};
}

std::int64_t pagesOf(SQLite::Database& database, const char* pragma) {
    return database.execAndGet(fmt::format("PRAGMA {}", pragma)).getInt64();
}

/// Returns the free pages to the disk if they are a large part of the file; a few are soon filled
/// again. Returns the bytes freed.
std::uintmax_t shrink(SQLite::Database& database) {
    constexpr std::int64_t kWorthwhile = 10; // at least one page in this many
    const std::int64_t pages = pagesOf(database, "page_count");
    if (pagesOf(database, "freelist_count") * kWorthwhile < pages) {
        return 0;
    }
    try {
        database.exec("VACUUM");
        database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const SQLite::Exception&) {
        return 0; // another program is writing, or the disk is too full; a later purge tries again
    }
    const std::int64_t left = pagesOf(database, "page_count");
    return static_cast<std::uintmax_t>(std::max<std::int64_t>(pages - left, 0) *
                                       pagesOf(database, "page_size"));
}

/// Removes every marked run, first its files, then its row. Requires lockTrash().
TrashReport removeMarked(SQLite::Database& database, const Workspace& workspace) {
    TrashReport done;
    std::set<std::int64_t> unsound; // a damaged byte must not remove a run
    for (const TrashRow& row : trashRows(database)) {
        if (!isSound(row)) {
            unsound.insert(row.run);
        }
    }
    for (const TrashedRun& run : trashedRuns(database, "AND purging = 1")) {
        if (unsound.contains(run.id)) {
            done.problems.push_back(
                {"the trash entry of run " + run.name + " is damaged; run 'flip doctor --repair'",
                 workspace.database().string(), /*systemError=*/true});
            continue;
        }
        const fs::path folder = workspace.checkpoints(run.name);
        const std::uintmax_t bytes = bytesIn(folder);
        if (auto removed = removeFolder(folder); !removed) {
            done.problems.push_back(removed.problem());
            continue;
        }
        SQLite::Transaction transaction(database, TransactionBehavior::IMMEDIATE);
        SQLite::Statement removal(database, "DELETE FROM runs WHERE id = ?");
        removal.bind(1, run.id);
        removal.exec();
        transaction.commit();
        done.runs.push_back(run.name);
        done.bytes += bytes;
    }
    return done;
}

} // namespace

Result<TrashReport> deleteRuns(const Workspace& workspace, const std::vector<std::string>& names,
                               bool force) {
    return inStore(workspace, [&](SQLite::Database& database) -> Result<TrashReport> {
        TrashReport done{.runs = withoutDuplicates(names)};
        SQLite::Transaction transaction(database, TransactionBehavior::IMMEDIATE);
        for (const std::string& name : done.runs) {
            const auto row = findRun(database, name);
            if (!row) {
                return Problem{"there is no run of this name; 'flip runs list' shows all", name};
            }
            if (auto may = checkDeletion(database, workspace, *row, done.runs, force); !may) {
                return may.problem();
            }
            markDeleted(database, row->id, /*purging=*/false);
            done.bytes += bytesIn(workspace.checkpoints(name));
        }
        transaction.commit();
        return done;
    });
}

Result<TrashReport> restoreRuns(const Workspace& workspace, const std::vector<std::string>& names) {
    return inStore(workspace, [&](SQLite::Database& database) -> Result<TrashReport> {
        TrashReport done{.runs = withoutDuplicates(names)};
        SQLite::Transaction transaction(database, TransactionBehavior::IMMEDIATE);
        const std::vector<TrashedRun> kept = trashedRuns(database, "AND purging = 0");
        for (const std::string& name : done.runs) {
            const auto run = std::ranges::find(kept, name, &TrashedRun::name);
            if (run == kept.end()) {
                return Problem{
                    "no run of this name is in the trash; 'flip runs list --trash' shows what is",
                    name};
            }
            unmarkDeleted(database, run->id);
            done.bytes += bytesIn(workspace.checkpoints(name));
        }
        transaction.commit();
        return done;
    });
}

Result<TrashReport> purgeRuns(const Workspace& workspace, const std::vector<std::string>& names) {
    const auto lock = lockTrash(workspace);
    if (!lock) {
        return lock.problem();
    }
    return inStore(workspace, [&](SQLite::Database& database) -> Result<TrashReport> {
        if (auto marked = markForPurge(database, names); !marked) {
            return marked.problem();
        }
        TrashReport done = removeMarked(database, workspace);
        done.bytes += done.runs.empty() ? 0 : shrink(database);
        return done;
    });
}

void finishPurges(const Workspace& workspace, SQLite::Database& database) {
    if (trashedRuns(database, "AND purging = 1").empty() && !areDatasetsAside(workspace)) {
        return;
    }
    if (const auto lock = lockTrash(workspace)) {
        TrashReport done = removeMarked(database, workspace);
        removeDatasetsAside(workspace, done);
    }
}

Result<FileLock> lockTrash(const Workspace& workspace) {
    return FileLock::acquire(workspace.folder() / ".trash-lock");
}

bool isInTrash(SQLite::Database& database, std::int64_t run) {
    SQLite::Statement statement(database, "SELECT 1 FROM trash WHERE run = ?");
    statement.bind(1, run);
    return statement.executeStep();
}

Problem inTrash(const std::string& run) {
    return {"is in the trash; 'flip runs restore' takes it back, 'flip runs purge' removes it",
            run};
}

void markDeleted(SQLite::Database& database, std::int64_t run, bool purging) {
    const TrashRow row{run, timeNow(), purging ? 1 : 0, std::nullopt};
    SQLite::Statement statement(
        database, "INSERT INTO trash (run, deleted, purging, digest) VALUES (?, ?, ?, ?) "
                  "ON CONFLICT (run) DO UPDATE SET deleted = excluded.deleted, "
                  "purging = excluded.purging, digest = excluded.digest");
    statement.bind(1, row.run);
    statement.bind(2, row.deleted);
    statement.bind(3, row.purging);
    statement.bind(4, digestOf(row));
    statement.exec();
}

void unmarkDeleted(SQLite::Database& database, std::int64_t run) {
    SQLite::Statement statement(database, "DELETE FROM trash WHERE run = ?");
    statement.bind(1, run);
    statement.exec();
}

std::vector<TrashRow> trashRows(SQLite::Database& database) {
    SQLite::Statement statement(database,
                                "SELECT run, deleted, purging, digest FROM trash ORDER BY run");
    std::vector<TrashRow> rows;
    while (statement.executeStep()) {
        const SQLite::Column digest = statement.getColumn(3);
        rows.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getString(),
                        statement.getColumn(2).getInt64(),
                        digest.isNull() ? std::optional<std::int64_t>() : digest.getInt64()});
    }
    return rows;
}

bool isSound(const TrashRow& row) {
    return !row.digest || *row.digest == digestOf(row);
}

std::uintmax_t bytesIn(const fs::path& folder) {
    std::uintmax_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone;
        if (entry->is_regular_file(gone) && !entry->is_symlink(gone)) {
            const std::uintmax_t size = entry->file_size(gone);
            bytes += gone ? 0 : size;
        }
    }
    return bytes;
}

Result<void> removeFolder(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) {
        return Problem{"cannot be removed: " + error.message() +
                           "; fix its permissions and purge again",
                       folder.string(), /*systemError=*/true};
    }
    return {};
}

} // namespace flip

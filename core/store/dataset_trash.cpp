#include "core/base/name.h"
#include "core/data/dataset.h"
#include "core/store/checkpoint_files.h"
#include "core/store/database.h"
#include "core/store/run_rows.h"
#include "core/store/run_store.h"
#include "core/store/trash_parts.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

namespace flip {

namespace {

namespace fs = std::filesystem;

// No dataset name contains '~' or begins with '.'.
constexpr char kBeforeNumber = '~';                  // "clicks~2": the second "clicks" deleted
constexpr std::string_view kBeingPurged = ".purge-"; // ".purge-clicks~2"

/// A dataset in the trash.
struct Entry {
    fs::path folder;
    std::string name;
    int number = 0;
};

fs::path trashOf(const Workspace& workspace) {
    return workspace.datasets() / ".trash";
}

std::optional<Entry> entryOf(const fs::path& folder) {
    const std::string word = folder.filename().string();
    const std::size_t mark = word.rfind(kBeforeNumber);
    if (word.starts_with('.') || mark == std::string::npos) {
        return std::nullopt;
    }
    Entry entry{folder, word.substr(0, mark)};
    const char* const end = word.data() + word.size();
    const auto read = std::from_chars(word.data() + mark + 1, end, entry.number);
    return read.ec == std::errc() && read.ptr == end ? std::optional(entry) : std::nullopt;
}

/// The datasets in the trash by name; of equal names, the last deleted first.
std::vector<Entry> entriesIn(const fs::path& trash) {
    std::vector<Entry> entries;
    std::error_code error;
    for (fs::directory_iterator file(trash, error), end; !error && file != end;
         file.increment(error)) {
        if (auto entry = entryOf(file->path())) {
            entries.push_back(std::move(*entry));
        }
    }
    std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
        return a.name != b.name ? a.name < b.name : a.number > b.number;
    });
    return entries;
}

bool isThere(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(path, ignored));
}

Result<void> move(const fs::path& from, const fs::path& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
        return Problem{fmt::format("cannot be moved to {}: {}", to.string(), std::strerror(errno)),
                       from.string()};
    }
    return {};
}

/// Runs outside the trash on exactly these rows; without a hash, on a dataset of this name.
std::vector<RunRow> runsOn(SQLite::Database& database, const std::string& name,
                           const std::string& hash) {
    SQLite::Statement statement(database,
                                fmt::format("SELECT {} FROM runs WHERE dataset = ? AND id NOT IN "
                                            "(SELECT run FROM trash) ORDER BY id",
                                            runColumns()));
    statement.bind(1, name);
    std::vector<RunRow> rows;
    while (statement.executeStep()) {
        RunRow row = readRun(statement);
        if (hash.empty() || row.datasetHash.empty() || row.datasetHash == hash) {
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

Problem usedByRuns(const std::string& name, const std::vector<RunRow>& rows) {
    constexpr std::size_t kNamed = 5;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(rows.size(), kNamed); ++i) {
        names.push_back(rows[i].name);
    }
    if (rows.size() > kNamed) {
        names.push_back(fmt::format("{} more", rows.size() - kNamed));
    }
    return {fmt::format("runs use this dataset: {}; delete them first, or add --with-runs to move "
                        "them to the trash too",
                        fmt::join(names, ", ")),
            name};
}

/// Puts the runs into the trash, or returns why the dataset must be kept.
Result<TrashReport> clearRuns(SQLite::Database& database, const Workspace& workspace,
                              const std::string& name, const std::string& hash, bool withRuns) {
    TrashReport done;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const std::vector<RunRow> rows = runsOn(database, name, hash);
    for (const RunRow& row : rows) {
        if (FileLock::isHeld(workspace.checkpoints(row.name) / kRunLock)) {
            return Problem{"the run '" + row.name +
                               "' is training on this dataset; stop it first, with Ctrl-C where "
                               "it runs",
                           name};
        }
    }
    if (!rows.empty() && !withRuns) {
        return usedByRuns(name, rows);
    }
    for (const RunRow& row : rows) {
        markDeleted(database, row.id, /*purging=*/false);
        done.runs.push_back(row.name);
        done.bytes += bytesIn(workspace.checkpoints(row.name));
    }
    transaction.commit();
    return done;
}

/// Moves the dataset to the trash, unless a run on it was created since clearRuns().
Result<void> moveToTrash(SQLite::Database& database, const Workspace& workspace,
                         const std::string& name, const std::string& hash) {
    if (auto made = makeFolder(trashOf(workspace)); !made) {
        return made;
    }
    // Held until the end, so that no run is created and no dataset moved meanwhile.
    const SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (const auto rows = runsOn(database, name, hash); !rows.empty()) {
        return usedByRuns(name, rows);
    }
    int number = 1;
    for (const Entry& entry : entriesIn(trashOf(workspace))) {
        number = entry.name == name ? std::max(number, entry.number + 1) : number;
    }
    return move(workspace.dataset(name),
                trashOf(workspace) / fmt::format("{}{}{}", name, kBeforeNumber, number));
}

/// Folders that purges have set aside.
std::vector<fs::path> foldersSetAside(const fs::path& trash) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator file(trash, error), end; !error && file != end;
         file.increment(error)) {
        if (file->path().filename().string().starts_with(kBeingPurged)) {
            folders.push_back(file->path());
        }
    }
    return folders;
}

} // namespace

Result<TrashReport> deleteDataset(const Workspace& workspace, const std::string& name,
                                  bool withRuns) {
    const fs::path folder = workspace.dataset(name);
    if (!checkName(name) || !isThere(folder)) {
        return Problem{"no dataset has this name; see 'flip datasets'", name};
    }
    const auto dataset = Dataset::open(folder);
    const std::string hash = dataset ? dataset->hash() : std::string();
    auto database = openDatabase(workspace.database());
    if (!database) {
        return database.problem();
    }
    return catchDatabaseErrors(workspace.database(), [&]() -> Result<TrashReport> {
        auto done = clearRuns(**database, workspace, name, hash, withRuns);
        if (!done) {
            return done;
        }
        done->bytes += bytesIn(folder);
        // After the runs are marked: a kill in between leaves a dataset without runs.
        if (auto moved = moveToTrash(**database, workspace, name, hash); !moved) {
            return moved.problem();
        }
        done->datasets.push_back(name);
        return done;
    });
}

Result<TrashReport> restoreDataset(const Workspace& workspace, const std::string& name) {
    const auto lock = lockTrash(workspace);
    if (!lock) {
        return lock.problem();
    }
    const std::vector<Entry> entries = entriesIn(trashOf(workspace));
    const auto last = std::ranges::find(entries, name, &Entry::name);
    if (last == entries.end()) {
        const auto names = trashedDatasets(workspace);
        return Problem{"no dataset of this name is in the trash, which " +
                           (names.empty() ? std::string("is empty")
                                          : fmt::format("holds: {}", fmt::join(names, ", "))),
                       name};
    }
    if (isThere(workspace.dataset(name))) {
        return Problem{"there is a dataset of this name again; delete that one first", name};
    }
    TrashReport done{.datasets = {name}, .bytes = bytesIn(last->folder)};
    if (auto moved = move(last->folder, workspace.dataset(name)); !moved) {
        return moved.problem();
    }
    return done;
}

Result<TrashReport> purgeDatasets(const Workspace& workspace,
                                  const std::vector<std::string>& names) {
    const auto lock = lockTrash(workspace);
    if (!lock) {
        return lock.problem();
    }
    const std::vector<Entry> entries = entriesIn(trashOf(workspace));
    for (const std::string& name : names) {
        if (std::ranges::find(entries, name, &Entry::name) == entries.end()) {
            return Problem{"no dataset of this name is in the trash; 'flip datasets delete' puts "
                           "one there",
                           name};
        }
    }
    TrashReport done;
    TrashReport before; // leftovers of an earlier purge, whose names may be needed again
    removeDatasetsAside(workspace, before);
    done.bytes = before.bytes;
    for (const Entry& entry : entries) {
        if (!names.empty() && std::ranges::find(names, entry.name) == names.end()) {
            continue;
        }
        // Set aside in one step, so that nobody can restore a part of it.
        const fs::path aside =
            trashOf(workspace) / (std::string(kBeingPurged) + entry.folder.filename().string());
        if (auto moved = move(entry.folder, aside); !moved) {
            done.problems.push_back(moved.problem());
        } else if (done.datasets.empty() || done.datasets.back() != entry.name) {
            done.datasets.push_back(entry.name);
        }
    }
    removeDatasetsAside(workspace, done);
    return done;
}

bool areDatasetsAside(const Workspace& workspace) {
    return !foldersSetAside(trashOf(workspace)).empty();
}

void removeDatasetsAside(const Workspace& workspace, TrashReport& done) {
    for (const fs::path& folder : foldersSetAside(trashOf(workspace))) {
        const std::uintmax_t bytes = bytesIn(folder);
        if (auto removed = removeFolder(folder); !removed) {
            done.problems.push_back(removed.problem());
        } else {
            done.bytes += bytes;
        }
    }
}

std::vector<std::string> trashedDatasets(const Workspace& workspace) {
    std::vector<std::string> names;
    for (const Entry& entry : entriesIn(trashOf(workspace))) {
        if (names.empty() || names.back() != entry.name) {
            names.push_back(entry.name);
        }
    }
    return names;
}

} // namespace flip

#include "core/store/run_store.h"

#include "core/store/checkpoint_files.h"
#include "core/store/database.h"
#include "core/store/run_rows.h"
#include "core/store/trash_parts.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <map>
#include <system_error>
#include <utility>

namespace flip {

namespace {

std::filesystem::path lockOf(const Workspace& workspace, const std::string& run) {
    return workspace.checkpoints(run) / kRunLock;
}

Problem noSuchRun(const std::string& run) {
    return {"there is no run of this name; 'flip runs list' shows all", run};
}

/// If this fails, the next program that writes the store tries again.
void finishInterruptedWork(const Workspace& workspace, SQLite::Database& database) {
    if (workspace.use() == WorkspaceUse::Write) {
        static_cast<void>(catchDatabaseErrors(workspace.database(), [&]() -> Result<void> {
            finishPurges(workspace, database);
            return {};
        }));
    }
}

} // namespace

struct RunStore::Connection {
    Workspace workspace;
    std::optional<WorkFolder> copy; // of a file that cannot be read in place
    std::unique_ptr<SQLite::Database> database;
    std::map<std::string, RunSpec> specs; // by their text: parsing one costs more than reading its
                                          // row

    const RunSpec& specOf(const RunRow& row) {
        const auto known = specs.find(row.spec);
        return known != specs.end() ? known->second
                                    : specs.emplace(row.spec, storedSpec(row)).first->second;
    }

    bool isGone(const RunRow& row) const {
        return row.status == wordOf(RunStatus::Running) &&
               !FileLock::isHeld(lockOf(workspace, row.name));
    }

    /// Marks the row as crashed if its process is gone, on disk too if possible.
    void markIfCrashed(RunRow& row) {
        if (!isGone(row)) {
            return;
        }
        try {
            // Checked again inside the transaction: the run may have ended or been resumed since.
            SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
            if (auto now = findRun(*database, row.name)) {
                row = std::move(*now);
            }
            if (isGone(row)) {
                markCrashed(*database, row);
                transaction.commit();
            }
        } catch (const SQLite::Exception&) {
            // A full disk must not hide the crash; the next reader stores it.
            row.status = wordOf(RunStatus::Crashed);
        }
    }

    RunSummary summary(RunRow row) {
        return RunSummary{.name = row.name,
                          .status = storedStatus(row),
                          .kind = storedKind(row),
                          .dataset = row.dataset,
                          .datasetHash = row.datasetHash,
                          .seed = row.seed,
                          .created = row.created,
                          .spec = specOf(row),
                          .end = storedEnding(row),
                          .parent = row.parent,
                          .lastStep = row.lastStep,
                          .lastStage = storedStage(row),
                          .identity = identityOf(row)};
    }

    /// Calls take(row) for each run that meets `condition`, newest first, and damaged(name, why)
    /// for each row that cannot be read.
    template <class Take, class Damaged>
    void forEachRow(const char* condition, Take take, Damaged damaged) {
        SQLite::Statement statement(
            *database, fmt::format("SELECT {} FROM runs {} ORDER BY created DESC, id DESC",
                                   runColumns(), condition));
        while (statement.executeStep()) {
            const std::string name = statement.getColumn("name").getString();
            try {
                take(readRun(statement));
            } catch (const StoredDamage& damage) {
                damaged(name, damage.what());
            }
        }
    }

    /// The identity in the run's first fact.
    RunIdentity identityOf(const RunRow& row) {
        SQLite::Statement statement(
            *database, fmt::format("SELECT {} FROM events WHERE run = ? ORDER BY seq LIMIT 1",
                                   eventColumns()));
        statement.bind(1, row.id);
        if (!statement.executeStep()) {
            return {};
        }
        try {
            const RunEvent event = readEvent(statement);
            const auto* started = std::get_if<RunStarted>(&event.fact);
            return started == nullptr ? RunIdentity() : started->identity;
        } catch (const StoredDamage&) {
            return {}; // replaying the run reports the damage
        }
    }

    StoredRuns stored(const char* condition) {
        // Reads all rows first: an open statement would block marking a crashed run.
        std::vector<RunRow> rows;
        StoredRuns all;
        const auto addUnreadable = [&](const std::string& name, const std::string& why) {
            all.unreadable.push_back(
                {fmt::format("the run \"{}\" cannot be read and is left out: {}", name, why),
                 workspace.database().string(), /*systemError=*/true});
        };
        forEachRow(
            condition, [&](RunRow row) { rows.push_back(std::move(row)); }, addUnreadable);
        for (RunRow& row : rows) {
            const std::string name = row.name;
            try {
                markIfCrashed(row);
                all.runs.push_back(summary(std::move(row)));
            } catch (const StoredDamage& damage) {
                addUnreadable(name, damage.what());
            }
        }
        return all;
    }
};

Result<RunStore> RunStore::open(const Workspace& workspace) {
    const std::filesystem::path file = workspace.database();
    std::error_code ignored;
    const bool toRead = workspace.use() == WorkspaceUse::Read;
    std::optional<Problem> refused;
    if (!toRead || (!workspace.isReadOnly() && std::filesystem::exists(file, ignored))) {
        auto database = openDatabase(file);
        if (database) {
            finishInterruptedWork(workspace, **database);
            return RunStore(std::make_unique<Connection>(
                Connection{.workspace = workspace, .database = std::move(*database)}));
        }
        refused = database.problem();
    }
    if (!toRead) {
        return *refused;
    }
    // A full disk or another user's log must not hide what can be read.
    auto opened = openDatabaseToRead(file);
    if (!opened) {
        return refused.value_or(opened.problem());
    }
    return RunStore(
        std::make_unique<Connection>(Connection{.workspace = workspace,
                                                .copy = std::move(opened->copy),
                                                .database = std::move(opened->database)}));
}

RunStore::RunStore(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
RunStore::RunStore(RunStore&&) noexcept = default;
RunStore& RunStore::operator=(RunStore&&) noexcept = default;
RunStore::~RunStore() = default;

Result<StoredRuns> RunStore::list() {
    return catchDatabaseErrors(connection_->workspace.database(), [&]() -> Result<StoredRuns> {
        return connection_->stored("WHERE id NOT IN (SELECT run FROM trash)");
    });
}

Result<StoredRuns> RunStore::trashed() {
    return catchDatabaseErrors(connection_->workspace.database(), [&]() -> Result<StoredRuns> {
        return connection_->stored("WHERE id IN (SELECT run FROM trash)");
    });
}

Result<std::optional<RunSummary>> RunStore::lookUp(const std::string& run) {
    using Found = std::optional<RunSummary>;
    return catchDatabaseErrors(connection_->workspace.database(), [&]() -> Result<Found> {
        auto row = findRun(*connection_->database, run);
        if (!row) {
            return Found();
        }
        if (isInTrash(*connection_->database, row->id)) {
            return inTrash(run);
        }
        connection_->markIfCrashed(*row);
        return Found(connection_->summary(std::move(*row)));
    });
}

Result<RunSummary> RunStore::find(const std::string& run) {
    auto found = lookUp(run);
    if (!found) {
        return found.problem();
    }
    if (!found->has_value()) {
        return noSuchRun(run);
    }
    return std::move(**found);
}

Result<RunRecord> RunStore::record(const std::string& run) {
    return catchDatabaseErrors(connection_->workspace.database(), [&]() -> Result<RunRecord> {
        // One transaction for both: another program may resume the run.
        const SQLite::Transaction transaction(*connection_->database);
        auto row = findRun(*connection_->database, run);
        if (!row) {
            return noSuchRun(run);
        }
        return RunRecord{*row, readEventRows(*connection_->database, row->id)};
    });
}

Result<void> RunStore::replay(const std::string& run, RunSink& sink) {
    const auto replayed = replayFrom(run, 0, sink);
    return replayed ? Result<void>() : replayed.problem();
}

Result<std::optional<RunStarted>> RunStore::startOf(const std::string& run) {
    using Found = std::optional<RunStarted>;
    return catchDatabaseErrors(connection_->workspace.database(), [&]() -> Result<Found> {
        SQLite::Statement statement(
            *connection_->database,
            fmt::format("SELECT {} FROM events WHERE kind = 'start' AND "
                        "run = (SELECT id FROM runs WHERE name = ?) ORDER BY seq DESC LIMIT 1",
                        eventColumns()));
        statement.bind(1, run);
        if (!statement.executeStep()) {
            return Found();
        }
        const RunEvent event = readEvent(statement);
        const auto* started = std::get_if<RunStarted>(&event.fact);
        return started == nullptr ? Found() : Found(*started);
    });
}

Result<std::int64_t> RunStore::replayFrom(const std::string& run, std::int64_t mark,
                                          RunSink& sink) {
    return catchDatabaseErrors(connection_->workspace.database(), [&]() -> Result<std::int64_t> {
        const auto row = findRun(*connection_->database, run);
        if (!row) {
            return noSuchRun(run);
        }
        SQLite::Statement statement(
            *connection_->database,
            fmt::format("SELECT {} FROM events WHERE run = ? AND seq > ? ORDER BY seq",
                        eventColumns()));
        statement.bind(1, row->id);
        statement.bind(2, mark);
        std::int64_t last = mark;
        while (statement.executeStep()) {
            sink.take(readEvent(statement));
            last = statement.getColumn("seq").getInt64();
        }
        return last;
    });
}

Result<RunSummary> findRun(const std::string& run, const Workspace& workspace) {
    auto store = RunStore::open(workspace);
    return store ? store->find(run) : store.problem();
}

} // namespace flip

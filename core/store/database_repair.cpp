#include "core/store/database_repair.h"

#include "core/base/files.h"
#include "core/store/checkpoint_files.h"
#include "core/store/database.h"
#include "core/store/database_file.h"
#include "core/store/run_rows.h"
#include "core/store/trash_parts.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <functional>
#include <optional>
#include <system_error>
#include <utility>

namespace flip {

namespace {

using Change = std::function<void(RunRow&)>;

/// A fact that matches its checksum and can be parsed.
struct SoundFact {
    EventRow row;
    RunEvent event;
};

std::vector<SoundFact> soundFacts(SQLite::Database& database, std::int64_t run) {
    SQLite::Statement statement(
        database, fmt::format("SELECT {} FROM events WHERE run = ? ORDER BY seq", eventColumns()));
    statement.bind(1, run);
    std::vector<SoundFact> facts;
    while (statement.executeStep()) {
        Stored<EventRow> stored = storedEvent(statement);
        auto event = eventFromJson(stored.row.body);
        if (isSound(stored) && event) {
            facts.push_back({std::move(stored.row), std::move(*event)});
        }
    }
    return facts;
}

/// Possible original values of single columns of a run, from its facts and its recipe.
std::vector<Change> candidates(const RunRow& row, const std::vector<SoundFact>& facts) {
    std::vector<Change> changes;
    for (const RunStatus status : allChoices<RunStatus>()) {
        changes.emplace_back([status](RunRow& run) { run.status = wordOf(status); });
    }
    for (const SoundFact& fact : facts) {
        if (const auto* start = std::get_if<RunStarted>(&fact.event.fact)) {
            changes.emplace_back([start](RunRow& run) { run.name = start->run; });
            changes.emplace_back([start](RunRow& run) { run.kind = wordOf(start->kind); });
            changes.emplace_back([start](RunRow& run) { run.dataset = start->dataset; });
        } else if (std::holds_alternative<RunEnded>(fact.event.fact)) {
            changes.emplace_back([&fact](RunRow& run) { run.ending = fact.row.body; });
        }
    }
    for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact) {
        if (const auto* step = std::get_if<StepDone>(&fact->event.fact)) {
            changes.emplace_back([step](RunRow& run) { run.lastStage = wordOf(step->stage); });
            changes.emplace_back([step](RunRow& run) { run.lastStep = step->step; });
            break;
        }
    }
    if (!facts.empty()) {
        changes.emplace_back([last = facts.back().row.seq](RunRow& run) { run.facts = last; });
    }
    try {
        const RunSpec spec = storedSpec(row);
        changes.emplace_back([seed = spec.seed](RunRow& run) { run.seed = seed; });
        changes.emplace_back([from = spec.finetune.from](RunRow& run) { run.parent = from; });
    } catch (const StoredDamage&) {
        // The recipe is the damaged column.
    }
    return changes;
}

/// The original row, if only one column is damaged: the candidate that matches the checksum.
std::optional<RunRow> repaired(const Stored<RunRow>& stored, const std::vector<SoundFact>& facts) {
    for (const Change& change : candidates(stored.row, facts)) {
        Stored<RunRow> changed = stored;
        change(changed.row);
        if (isSound(changed)) {
            return std::move(changed.row);
        }
    }
    return std::nullopt;
}

class Repair {
public:
    Repair(SQLite::Database& database, const Workspace& workspace, std::vector<Finding>& done)
        : database_(database), workspace_(workspace), done_(done) {}

    void rebuildIndices() {
        database_.exec("REINDEX");
        report("the indices were rebuilt from the rows");
    }

    void repairRows() {
        SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
        repairFacts();
        repairTrash();
        repairRuns();
        transaction.commit();
    }

    void finishInterruptedPurges() {
        std::vector<std::string> purging;
        for (const auto& [id, name] : namesById()) {
            for (const TrashRow& row : trashRows(database_)) {
                if (row.run == id && row.purging != 0) {
                    purging.push_back(name);
                }
            }
        }
        const bool datasetsAside = areDatasetsAside(workspace_);
        finishPurges(workspace_, database_);
        for (const std::string& name : purging) {
            if (!findRun(database_, name)) {
                report(fmt::format("the interrupted purge of run {} was finished", name));
            }
        }
        if (datasetsAside && !areDatasetsAside(workspace_)) {
            report("the interrupted purge of datasets was finished");
        }
    }

private:
    void report(std::string what) {
        done_.push_back({workspace_.database().string(), std::move(what), {}});
    }

    void repairFacts() {
        std::vector<EventRow> rows;
        {
            SQLite::Statement statement(database_,
                                        fmt::format("SELECT {} FROM events", eventColumns()));
            while (statement.executeStep()) {
                Stored<EventRow> stored = storedEvent(statement);
                const auto event = eventFromJson(stored.row.body);
                if (!event) {
                    continue;
                }
                const EventRow rebuilt = makeEventRow(*event, stored.row.seq);
                if (isSound(stored) && repeats(stored.row, rebuilt)) {
                    continue;
                }
                stored.row.time = rebuilt.time;
                stored.row.kind = rebuilt.kind;
                stored.row.stage = rebuilt.stage;
                stored.row.step = rebuilt.step;
                if (isSound(stored)) {
                    rows.push_back(std::move(stored.row));
                }
            }
        }
        for (const EventRow& row : rows) {
            rewriteEvent(database_, row);
        }
        if (!rows.empty()) {
            report(fmt::format(
                "kind, stage, step and time of {} facts were restored from the facts themselves",
                rows.size()));
        }
    }

    std::vector<Stored<RunRow>> runs() {
        SQLite::Statement statement(database_,
                                    fmt::format("SELECT {} FROM runs ORDER BY id", runColumns()));
        std::vector<Stored<RunRow>> rows;
        while (statement.executeStep()) {
            rows.push_back(storedRun(statement));
        }
        return rows;
    }

    std::vector<std::pair<std::int64_t, std::string>> namesById() {
        std::vector<std::pair<std::int64_t, std::string>> names;
        for (const Stored<RunRow>& stored : runs()) {
            names.emplace_back(stored.row.id, stored.row.name);
        }
        return names;
    }

    void repairTrash() {
        SQLite::Statement statement(database_, "SELECT 1 FROM runs WHERE id = ?");
        for (const TrashRow& row : trashRows(database_)) {
            statement.reset();
            statement.bind(1, row.run);
            const bool isThere = statement.executeStep();
            if (!isThere || !isSound(row)) {
                unmarkDeleted(database_, row.run);
                report(fmt::format(
                    "run number {} was taken out of the trash, since its trash entry was damaged",
                    row.run));
            }
        }
    }

    void repairRuns() {
        for (Stored<RunRow>& stored : runs()) {
            RunRow& row = stored.row;
            if (!isSound(stored)) {
                repairRun(stored);
            } else if (row.status == wordOf(RunStatus::Running) &&
                       !FileLock::isHeld(workspace_.checkpoints(row.name) / kRunLock)) {
                markCrashed(database_, row);
                report(fmt::format("run {} was marked as crashed: its program is gone", row.name));
            }
        }
    }

    void repairRun(const Stored<RunRow>& stored) {
        if (const auto row = repaired(stored, soundFacts(database_, stored.row.id))) {
            updateRun(database_, *row);
            report(fmt::format("the entry of run {} was restored from its facts", row->name));
        } else if (!isInTrash(database_, stored.row.id)) {
            markDeleted(database_, stored.row.id, /*purging=*/false);
            report(fmt::format("run {}, whose entry is damaged, was moved to the trash; its facts "
                               "and weights stay where they are",
                               stored.row.name));
        }
    }

    SQLite::Database& database_;
    const Workspace& workspace_;
    std::vector<Finding>& done_;
};

/// Stores the actual version of the tables, which decides what is migrated.
void setVersion(const std::filesystem::path& file, std::int64_t version,
                std::vector<Finding>& done) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    database.exec(fmt::format("PRAGMA user_version = {}", version));
    done.push_back(
        {file.string(), fmt::format("the version of its tables was set to {}", version), {}});
}

} // namespace

Result<std::vector<Finding>> repairDatabase(const Workspace& workspace) {
    using Done = std::vector<Finding>;
    const std::filesystem::path file = workspace.database();
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return Done();
    }
    return catchDatabaseErrors(file, [&]() -> Result<Done> {
        Done done;
        FileDamage damage;
        {
            auto opened = openDatabaseAsItIs(file);
            if (!opened) {
                return opened.problem();
            }
            damage = checkDatabaseFile(*opened->database, file);
        }
        const bool areTablesKnown = damage.tables.empty() || damage.version.has_value();
        if (!damage.pages.empty() || !areTablesKnown || damage.isOfNewerProgram) {
            return done;
        }
        if (damage.version) {
            setVersion(file, *damage.version, done);
        }
        auto database = openDatabase(file);
        if (!database) {
            return database.problem();
        }
        Repair repair(**database, workspace, done);
        if (!damage.indices.empty()) {
            repair.rebuildIndices();
        }
        repair.repairRows();
        repair.finishInterruptedPurges();
        return done;
    });
}

} // namespace flip

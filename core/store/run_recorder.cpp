#include "core/store/run_recorder.h"

#include "core/base/files.h"
#include "core/base/name.h"
#include "core/spec/stored_recipe.h"
#include "core/store/checkpoint_files.h"
#include "core/store/database.h"
#include "core/store/run_rows.h"
#include "core/store/run_store.h"
#include "core/store/trash_parts.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace flip {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBatch = std::chrono::milliseconds(200);
constexpr auto kPauseAfterFailure = std::chrono::seconds(2);
constexpr std::size_t kDatasetInName = 160;  // characters, so that the rest of the name fits
constexpr std::size_t kMostWaiting = 100000; // facts kept while the store cannot be written

/// Facts that readers wait for or that the next steps depend on.
bool isUrgent(const Fact& fact) {
    return !std::holds_alternative<StepDone>(fact) && !std::holds_alternative<LogLine>(fact);
}

/// Whether the run's folder holds anything but a lock, left by a run that is no longer stored.
bool hasLeftovers(const std::filesystem::path& folder) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().filename() != kRunLock) {
            return true;
        }
    }
    return false;
}

/// Removes temporary files of writeFileAtomically() that a kill left: "state.safetensors.x7Rk2a".
/// Only for the holder of the run's lock.
void removeHalfWritten(const std::filesystem::path& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().stem().extension() == ".safetensors") {
            found.push_back(entry.path());
        }
    }
    for (const std::filesystem::path& file : found) {
        std::filesystem::remove(file, error);
    }
}

Result<FileLock> lockRun(const Workspace& workspace, const std::string& run) {
    if (auto made = makeFolder(workspace.checkpoints(run)); !made) {
        return made.problem();
    }
    return FileLock::acquire(workspace.checkpoints(run) / kRunLock);
}

/// "<kind>-<dataset>-<n>" with the smallest n that is free in the store and on disk; a run that
/// only finetunes is named after its branches, which say more than its kind.
std::string freeName(SQLite::Database& database, const Workspace& workspace, const RunSpec& spec) {
    SQLite::Statement taken(database, "SELECT 1 FROM runs WHERE name = ?");
    const std::string_view kind =
        spec.kind == RunKind::Finetune ? wordOf(spec.finetune.branches) : wordOf(spec.kind);
    for (std::int64_t n = 1;; ++n) {
        std::string name =
            fmt::format("{}-{}-{}", kind, spec.data.dataset.substr(0, kDatasetInName), n);
        taken.reset();
        taken.bind(1, name);
        if (!taken.executeStep() && !hasLeftovers(workspace.checkpoints(name))) {
            return name;
        }
    }
}

/// The number of the last fact that a run resumed from this checkpoint keeps.
std::int64_t lastFactBefore(SQLite::Database& database, std::int64_t run,
                            std::optional<RunStage> stage, std::int64_t step) {
    if (!stage) {
        return 0;
    }
    const auto last = [&](const char* condition) {
        SQLite::Statement statement(
            database,
            fmt::format("SELECT ifnull(max(seq), 0) FROM events WHERE run = ? AND {}", condition));
        statement.bind(1, run);
        statement.bind(2, std::string(wordOf(*stage)));
        statement.bind(3, step);
        statement.executeStep();
        return statement.getColumn(0).getInt64();
    };
    const auto saved = last("kind = 'checkpoint' AND stage = ? AND step = ?");
    // The file may be on disk although the fact about it was lost with the process.
    return saved != 0 ? saved : last("stage = ? AND step <= ?");
}

/// Resets the run's row and facts to the checkpoint.
void rewind(SQLite::Database& database, RunRow& row, std::optional<RunStage> stage,
            std::int64_t step) {
    const auto keep = lastFactBefore(database, row.id, stage, step);
    SQLite::Statement removal(database, "DELETE FROM events WHERE run = ? AND seq > ?");
    removal.bind(1, row.id);
    removal.bind(2, keep);
    removal.exec();
    row.status = wordOf(RunStatus::Running);
    row.ended.clear();
    row.ending.clear();
    row.lastStage.clear();
    row.lastStep = 0;
    SQLite::Statement last(database, "SELECT stage, step FROM events WHERE run = ? AND "
                                     "kind = 'step' ORDER BY seq DESC LIMIT 1");
    last.bind(1, row.id);
    if (last.executeStep()) {
        row.lastStage = last.getColumn(0).getString();
        row.lastStep = last.getColumn(1).getInt64();
    }
    updateRun(database, row);
}

} // namespace

struct RunRecorder::State {
    FileLock lock; // first member: released after the last write
    std::filesystem::path file;
    std::unique_ptr<SQLite::Database> database;
    RunRow row;
    std::vector<EventRow> waiting; // taken, not yet on disk
    Clock::time_point nextFlush = Clock::time_point::min();
    std::optional<Problem> problem;

    void note(const RunEvent& event) {
        if (waiting.size() >= kMostWaiting && !isUrgent(event.fact)) {
            return;
        }
        waiting.push_back(makeEventRow(event, row.facts + 1));
        row.facts += 1;
        if (const auto* step = std::get_if<StepDone>(&event.fact)) {
            row.lastStage = wordOf(step->stage);
            row.lastStep = step->step;
        } else if (const auto* end = std::get_if<RunEnded>(&event.fact)) {
            row.status = wordOf(end->status);
            row.ended = timeNow();
            row.ending = waiting.back().body;
        }
    }

    void write() {
        const auto written = catchDatabaseErrors(file, [&]() -> Result<void> {
            SQLite::Transaction transaction(*database, SQLite::TransactionBehavior::IMMEDIATE);
            insertEvents(*database, row.id, waiting);
            updateRun(*database, row);
            transaction.commit();
            return {};
        });
        if (written) {
            waiting.clear();
            nextFlush = Clock::now() + kBatch;
            return;
        }
        // Waiting facts are written later, so that training survives a full disk.
        nextFlush = Clock::now() + kPauseAfterFailure;
        if (!problem) {
            problem = written.problem();
        }
    }
};

Result<RunRecorder> RunRecorder::create(const Workspace& workspace, const std::string& name,
                                        const RunSpec& spec, const std::string& datasetHash,
                                        const std::string& parent) {
    auto database = openDatabase(workspace.database());
    if (!database) {
        return database.problem();
    }
    return catchDatabaseErrors(workspace.database(), [&]() -> Result<RunRecorder> {
        // One transaction chooses the name and inserts the row, so that two programs never get the
        // same name.
        SQLite::Transaction transaction(**database, SQLite::TransactionBehavior::IMMEDIATE);
        const std::string run = name.empty() ? freeName(**database, workspace, spec) : name;
        if (auto good = checkName(run); !good) {
            return good.problem();
        }
        if (const auto taken = findRun(**database, run)) {
            return isInTrash(**database, taken->id)
                       ? Problem{"a run of this name is in the trash; choose another name, or "
                                 "remove that one with 'flip runs purge'",
                                 run}
                       : Problem{"a run of this name exists already; choose another name", run};
        }
        if (hasLeftovers(workspace.checkpoints(run))) {
            return Problem{"holds files of a run that is not stored; move the folder away or "
                           "choose another name",
                           workspace.checkpoints(run).string()};
        }
        // Locked before the row is inserted: a reader that sees the row sees a live run.
        auto lock = lockRun(workspace, run);
        if (!lock) {
            return lock.problem();
        }
        auto state = std::make_unique<State>();
        state->lock = std::move(*lock);
        state->file = workspace.database();
        state->row = RunRow{.name = run,
                            .status = std::string(wordOf(RunStatus::Running)),
                            .kind = std::string(wordOf(spec.kind)),
                            .dataset = spec.data.dataset,
                            .datasetHash = datasetHash,
                            .seed = spec.seed,
                            .created = timeNow(),
                            .parent = parent,
                            .spec = storedRecipe(spec)};
        insertRun(**database, state->row);
        transaction.commit();
        state->database = std::move(*database);
        return RunRecorder(std::move(state));
    });
}

Result<RunRecorder> RunRecorder::resume(const Workspace& workspace, const std::string& name,
                                        std::optional<RunStage> stage, std::int64_t step) {
    auto database = openDatabase(workspace.database());
    if (!database) {
        return database.problem();
    }
    return catchDatabaseErrors(workspace.database(), [&]() -> Result<RunRecorder> {
        if (!findRun(**database, name)) {
            return Problem{"there is no run of this name; 'flip runs list' shows all", name};
        }
        auto lock = lockRun(workspace, name);
        if (!lock) {
            return lock.problem();
        }
        removeHalfWritten(workspace.checkpoints(name));
        SQLite::Transaction transaction(**database, SQLite::TransactionBehavior::IMMEDIATE);
        auto row = findRun(**database, name);
        if (!row) {
            return Problem{"was removed by another program", name};
        }
        if (isInTrash(**database, row->id)) {
            return inTrash(name);
        }
        // A run with the status running has lost its program, since the lock was free.
        const auto status = choiceOf<RunStatus>(row->status);
        if (!status || (*status != RunStatus::Running && !canResume(*status))) {
            return Problem{
                fmt::format("has {}; only a stopped, failed or crashed run can be resumed",
                            row->status),
                name};
        }
        auto state = std::make_unique<State>();
        state->lock = std::move(*lock);
        state->file = workspace.database();
        state->row = std::move(*row);
        rewind(**database, state->row, stage, step);
        transaction.commit();
        state->database = std::move(*database);
        return RunRecorder(std::move(state));
    });
}

RunRecorder::RunRecorder(std::unique_ptr<State> state) : state_(std::move(state)) {}
RunRecorder::RunRecorder(RunRecorder&&) noexcept = default;
RunRecorder& RunRecorder::operator=(RunRecorder&& other) noexcept {
    if (this != &other) {
        flush();
        state_ = std::move(other.state_);
    }
    return *this;
}

RunRecorder::~RunRecorder() {
    flush();
}

const std::string& RunRecorder::name() const {
    return state_->row.name;
}

void RunRecorder::take(const RunEvent& event) {
    state_->note(event);
    if (isUrgent(event.fact) || Clock::now() >= state_->nextFlush) {
        state_->write();
    }
}

void RunRecorder::flush() {
    if (state_ && !state_->waiting.empty()) {
        state_->write();
    }
}

bool RunRecorder::takeLast(const RunEvent& event) {
    const RunRow before = state_->row;
    const auto waiting = static_cast<std::ptrdiff_t>(state_->waiting.size());
    state_->note(event);
    state_->write();
    if (isComplete()) {
        return true;
    }
    state_->waiting.erase(state_->waiting.begin() + waiting, state_->waiting.end());
    state_->row = before;
    return false;
}

const std::optional<Problem>& RunRecorder::problem() const {
    return state_->problem;
}

bool RunRecorder::isComplete() const {
    return state_->waiting.empty();
}

} // namespace flip

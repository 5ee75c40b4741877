#pragma once

#include "core/base/files.h"
#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flip {

struct RunRecord; // see run_rows.h

/// A run as the tables show it.
struct RunSummary {
    std::string name;
    std::string status; // running | finished | stopped | failed | diverged | crashed
    std::string kind;
    std::string dataset;
    std::string datasetHash;
    std::int64_t seed = 0;
    std::string created; // ISO 8601, UTC
    RunSpec spec;
    RunEnded end;              // metrics, seconds, problem; status as above
    std::string parent;        // the run whose weights started it; may be empty
    std::int64_t lastStep = 0; // of the last stage that stepped
    std::string lastStage;
    RunIdentity identity; // as the run began; empty where nothing of it was stored
};

/// What a store holds: the runs, and a Problem for each that cannot be read.
struct StoredRuns {
    std::vector<RunSummary> runs;
    std::vector<Problem> unreadable;
};

/// The stored runs of a workspace. One connection; lives and dies on one thread.
class RunStore {
public:
    /// Opens flip.db, makes or migrates its tables, and finishes what a kill left half-done. A file
    /// of a newer version is a Problem. Of a workspace that was opened for reading and cannot be
    /// written, or has no such file, only what is there is read.
    static Result<RunStore> open(const Workspace& workspace);

    RunStore(RunStore&&) noexcept;
    RunStore& operator=(RunStore&&) noexcept;
    ~RunStore();

    /// Newest first, without those in the trash. Runs whose process is gone are marked crashed
    /// before the answer; one whose entry is damaged, or of a newer version, is named and left out.
    Result<StoredRuns> list();

    /// The runs in the trash, newest first.
    Result<StoredRuns> trashed();

    /// The run, or nothing where there is none of this name. One in the trash is a Problem.
    Result<std::optional<RunSummary>> lookUp(const std::string& run);
    Result<RunSummary> find(const std::string& run);

    /// The run's row and facts as they are stored.
    Result<RunRecord> record(const std::string& run);

    /// Gives every stored fact of the run, in order, to the sink.
    Result<void> replay(const std::string& run, RunSink& sink);

    /// How the run began, the last time if it was resumed; nothing where it was not stored yet.
    Result<std::optional<RunStarted>> startOf(const std::string& run);

    /// The facts after `mark`, and the mark to ask with next time; 0 is the beginning. So a window
    /// follows a run of another process. Marks only grow: after a resume the next fact is a
    /// RunStarted with its resumedFromStep, and what was given beyond that step is no longer true.
    Result<std::int64_t> replayFrom(const std::string& run, std::int64_t mark, RunSink& sink);

    /// Reads everything and compares it with its checksums; at most one Problem, the first.
    std::vector<Problem> verify();

private:
    friend class RunRecorder;
    struct Connection;
    explicit RunStore(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

/// Writes one live run: its row, its facts in batches, its lock. Owned by the run's thread; facts
/// reach the disk every 200 ms and at each epoch, alignment, checkpoint and end.
class RunRecorder final : public RunSink {
public:
    /// Enters a new run. An empty name makes one from kind, dataset and a running number.
    static Result<RunRecorder> create(const Workspace& workspace, const std::string& name,
                                      const RunSpec& spec, const std::string& datasetHash,
                                      const std::string& parent);

    /// Takes up a stopped or crashed run, and clears away what a kill left half-written; facts
    /// after `keepUntil` (stage and step of the checkpoint it goes on from) are removed, they will
    /// happen again.
    static Result<RunRecorder> resume(const Workspace& workspace, const std::string& name,
                                      const std::string& stage, std::int64_t step);

    RunRecorder(RunRecorder&&) noexcept;
    RunRecorder& operator=(RunRecorder&&) noexcept;
    ~RunRecorder() override; // writes what is left; a run without RunEnded then reads crashed

    const std::string& name() const;

    /// Never throws; a store that cannot be written shows at problem().
    void take(const RunEvent& event) override;
    void flush();

    /// Takes the fact that nothing follows, if it and all before it can be written now; if not,
    /// returns false and knows nothing of it, so that it can be said otherwise.
    bool takeLast(const RunEvent& event);

    /// The first write failure, if any: disk full, file removed.
    const std::optional<Problem>& problem() const;

    /// Whether all that was taken is on the disk.
    bool isComplete() const;

private:
    struct State;
    explicit RunRecorder(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace flip

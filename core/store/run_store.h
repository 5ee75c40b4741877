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
    RunStatus status = RunStatus::Running;
    RunKind kind{};
    std::string dataset;
    std::string datasetHash;
    std::int64_t seed = 0;
    std::string created; // ISO 8601, UTC
    RunSpec spec;
    RunEnded end;              // metrics, seconds, problem; status as above
    std::string parent;        // the run whose weights started it; may be empty
    std::int64_t lastStep = 0; // of the last stage that stepped
    std::optional<RunStage> lastStage;
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

private:
    struct Connection;
    explicit RunStore(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

/// The run of this name in the workspace's store.
Result<RunSummary> findRun(const std::string& run, const Workspace& workspace);

} // namespace flip

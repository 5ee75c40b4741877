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

/// A run as lists and tables show it.
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
    std::int64_t lastStep = 0; // of the stage that stepped last
    std::optional<RunStage> lastStage;
    RunIdentity identity; // at the start of the run; empty if it was not stored
};

/// The runs of a store, and a Problem for each that cannot be read.
struct StoredRuns {
    std::vector<RunSummary> runs;
    std::vector<Problem> unreadable;
};

/// The stored runs of a workspace, over one connection. Use it on one thread only.
class RunStore {
public:
    /// Opens flip.db, creates or migrates its tables, and finishes purges that were killed
    /// half-way. A file of a newer version is a Problem. If the workspace was opened for reading
    /// and is read-only or has no flip.db, nothing is written.
    static Result<RunStore> open(const Workspace& workspace);

    RunStore(RunStore&&) noexcept;
    RunStore& operator=(RunStore&&) noexcept;
    ~RunStore();

    /// The runs outside the trash, newest first. Runs without a process are first marked as
    /// crashed. A run whose entry is damaged or of a newer version is listed as unreadable.
    Result<StoredRuns> list();

    /// The runs in the trash, newest first.
    Result<StoredRuns> trashed();

    /// The run of this name; a run in the trash is a Problem. If there is none, lookUp() returns
    /// nothing and find() a Problem.
    Result<std::optional<RunSummary>> lookUp(const std::string& run);
    Result<RunSummary> find(const std::string& run);

    /// The run's row and facts as they are stored.
    Result<RunRecord> record(const std::string& run);

    /// Passes every stored fact of the run, in order, to the sink.
    Result<void> replay(const std::string& run, RunSink& sink);

    /// The latest start of the run, by its last resume if any; nothing if none is stored yet.
    Result<std::optional<RunStarted>> startOf(const std::string& run);

    /// Passes the facts after `mark` to the sink and returns the mark for the next call; 0 is the
    /// beginning. This is how the window follows a run of another process. Marks only grow: after a
    /// resume the next fact is a RunStarted with its resumedFromStep, and earlier facts beyond that
    /// step are no longer valid.
    Result<std::int64_t> replayFrom(const std::string& run, std::int64_t mark, RunSink& sink);

private:
    struct Connection;
    explicit RunStore(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> connection_;
};

/// The run of this name in the workspace's store.
Result<RunSummary> findRun(const std::string& run, const Workspace& workspace);

} // namespace flip

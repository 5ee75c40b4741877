#pragma once

#include "core/base/result.h"
#include "core/spec/run_event.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace flip {

/// Writes one live run: its row, its facts in batches, its lock. Owned by the run's thread; facts
/// reach the disk every 200 ms and at each epoch, alignment, checkpoint and end.
class RunRecorder final : public RunSink {
public:
    /// Enters a new run. An empty name makes one from kind, dataset and a running number.
    static Result<RunRecorder> create(const Workspace& workspace, const std::string& name,
                                      const RunSpec& spec, const std::string& datasetHash,
                                      const std::string& parent);

    /// Takes up a stopped or crashed run, and clears away what a kill left half-written; facts
    /// after the checkpoint it goes on from are removed, they will happen again; without a stage,
    /// all are.
    static Result<RunRecorder> resume(const Workspace& workspace, const std::string& name,
                                      std::optional<RunStage> stage, std::int64_t step);

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

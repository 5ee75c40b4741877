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

/// Writes a live run: its row, its facts in batches, its lock. Owned by the run's thread. Facts are
/// written to disk every 200 ms, and at once unless they are steps or log lines.
class RunRecorder final : public RunSink {
public:
    /// Creates a new run. An empty name is replaced by one from kind, dataset and a running number.
    static Result<RunRecorder> create(const Workspace& workspace, const std::string& name,
                                      const RunSpec& spec, const std::string& datasetHash,
                                      const std::string& parent);

    /// Resumes a stopped, failed or crashed run and removes half-written files. Facts after the
    /// checkpoint of this stage and step are removed, since they will happen again; without a
    /// stage, all facts are removed.
    static Result<RunRecorder> resume(const Workspace& workspace, const std::string& name,
                                      std::optional<RunStage> stage, std::int64_t step);

    RunRecorder(RunRecorder&&) noexcept;
    RunRecorder& operator=(RunRecorder&&) noexcept;
    ~RunRecorder() override; // flushes; a run without RunEnded then counts as crashed

    const std::string& name() const;

    /// Never throws; a failed write is kept in problem().
    void take(const RunEvent& event) override;
    void flush();

    /// Takes the last fact if it and all before it can be written now. If not, forgets it and
    /// returns false, so that another fact can be taken in its place.
    bool takeLast(const RunEvent& event);

    /// The first write failure, if any, such as a full disk or a removed file.
    const std::optional<Problem>& problem() const;

    /// Whether every fact taken is on disk.
    bool isComplete() const;

private:
    struct State;
    explicit RunRecorder(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace flip

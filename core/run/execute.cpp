#include "core/run/execute.h"

#include "core/base/memory.h"
#include "core/run/machine.h"
#include "core/run/run_execution.h"
#include "core/run/run_inputs.h"
#include "core/run/safety_net.h"
#include "core/store/run_store.h"

#include <algorithm>
#include <chrono>
#include <functional>

namespace flip {

namespace {

using Clock = std::chrono::steady_clock;

/// Finds how far a stored run's clock went.
class LastMoment final : public RunSink {
public:
    void take(const RunEvent& event) override { seconds_ = std::max(seconds_, event.wallSeconds); }
    double seconds() const { return seconds_; }

private:
    double seconds_ = 0;
};

RunEnded failed(Problem problem) {
    RunEnded ended;
    ended.status = "failed";
    ended.problem = std::move(problem);
    return ended;
}

/// Runs `work`; whatever is thrown becomes a failed end.
RunEnded guarded(const std::function<RunEnded()>& work) {
    RunEnded ended;
    if (auto problem = caught([&] { ended = work(); })) {
        return failed(std::move(*problem));
    }
    return ended;
}

void finish(RunEnded& ended, double seconds) {
    ended.seconds = seconds;
    ended.peakRssBytes = peakRssBytes();
}

/// A run whose recorder exists: trains, then tells and stores the end, however it came about.
RunEnded conduct(const RunSpec& spec, const Workspace& workspace, RunInputs& inputs,
                 RunRecorder& recorder, RunSink& audience, const std::stop_token& stop,
                 const std::optional<TrainingState::Place>& resumed, double wallOffset) {
    const auto started = Clock::now();
    const KeptMemory kept;
    RunExecution execution(spec, workspace, recorder, audience, stop, wallOffset);
    RunEnded ended = guarded([&] { return execution.run(inputs, resumed); });
    finish(ended, wallOffset + std::chrono::duration<double>(Clock::now() - started).count());
    execution.tellEnd(ended);
    if (ended.status == "finished") {
        execution.removeState();
    }
    return ended;
}

/// An end before there was a run to store it in.
RunEnded refuse(Problem problem, RunSink& audience) {
    RunEnded ended = failed(std::move(problem));
    finish(ended, 0);
    audience.take({0, ended});
    return ended;
}

} // namespace

RunEnded executeRun(const RunSpec& spec, const Workspace& workspace, const std::string& name,
                    RunSink& audience, std::stop_token stop) noexcept {
    return guarded([&]() -> RunEnded {
        if (auto ready = preflight(spec, workspace); !ready) {
            return refuse(ready.problem(), audience);
        }
        auto inputs = RunInputs::open(spec, workspace);
        if (!inputs) {
            return refuse(inputs.problem(), audience);
        }
        auto recorder = RunRecorder::create(workspace, name, spec, (*inputs)->dataset().hash(),
                                            spec.finetune.from);
        if (!recorder) {
            return refuse(recorder.problem(), audience);
        }
        return conduct(spec, workspace, **inputs, *recorder, audience, stop, std::nullopt, 0);
    });
}

RunEnded resumeRun(const std::string& name, const Workspace& workspace, RunSink& audience,
                   std::stop_token stop) noexcept {
    return guarded([&]() -> RunEnded {
        auto store = RunStore::open(workspace);
        if (!store) {
            return refuse(store.problem(), audience);
        }
        auto summary = store->find(name);
        if (!summary) {
            return refuse(summary.problem(), audience);
        }
        if (summary->status == "finished" || summary->status == "running") {
            return refuse({"the run '" + name + "' is " + summary->status +
                               "; only a stopped, failed or crashed run can go on",
                           ""},
                          audience);
        }
        auto inputs = RunInputs::open(summary->spec, workspace);
        if (!inputs) {
            return refuse(inputs.problem(), audience);
        }
        if ((*inputs)->dataset().hash() != summary->datasetHash) {
            return refuse({"the dataset '" + summary->dataset +
                               "' has changed since this run began; import the old one again, or "
                               "start a new run",
                           ""},
                          audience);
        }
        std::optional<TrainingState::Place> place;
        const auto checkpoint = workspace.checkpoints(name) / "state.safetensors";
        std::error_code ignored;
        if (std::filesystem::exists(checkpoint, ignored)) {
            auto read = TrainingState::readPlace(checkpoint);
            if (!read) {
                return refuse(read.problem(), audience);
            }
            place = *read;
        }
        auto recorder = RunRecorder::resume(workspace, name, place ? place->stage : "",
                                            place ? place->step : 0);
        if (!recorder) {
            return refuse(recorder.problem(), audience);
        }
        LastMoment last;
        if (auto replayed = store->replay(name, last); !replayed) {
            return refuse(replayed.problem(), audience);
        }
        return conduct(summary->spec, workspace, **inputs, *recorder, audience, stop, place,
                       last.seconds());
    });
}

} // namespace flip

#include "core/run/execute.h"

#include "core/base/memory.h"
#include "core/device/safety_net.h"
#include "core/run/identify.h"
#include "core/run/preflight.h"
#include "core/run/run_execution.h"
#include "core/store/checkpoint_files.h"
#include "core/store/run_recorder.h"
#include "core/store/run_store.h"
#include "core/trained/run_inputs.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace flip {

namespace {

using Clock = std::chrono::steady_clock;

/// Finds the latest time in a stored run's facts.
class LatestTime final : public RunSink {
public:
    void take(const RunEvent& event) override { seconds_ = std::max(seconds_, event.wallSeconds); }
    double seconds() const { return seconds_; }

private:
    double seconds_ = 0;
};

RunEnded failed(Problem problem) {
    RunEnded ended;
    ended.status = RunStatus::Failed;
    ended.problem = std::move(problem);
    return ended;
}

/// Runs `work`; an exception becomes a failed end.
RunEnded failureAsEnd(const std::function<RunEnded()>& work) {
    RunEnded ended;
    if (auto problem = catchAll([&] { ended = work(); })) {
        return failed(std::move(*problem));
    }
    return ended;
}

void finish(RunEnded& ended, double seconds) {
    ended.seconds = seconds;
    ended.peakRssBytes = peakRssBytes();
}

/// Trains a run that has a recorder, then stores and reports its end, whatever it is.
RunEnded trainAndStore(const RunSpec& spec, const Workspace& workspace, RunInputs& inputs,
                       RunRecorder& recorder, RunSink& sink, const std::stop_token& stop,
                       const RunStart& start) {
    const auto started = Clock::now();
    const KeptMemory kept;
    RunExecution execution(spec, workspace, recorder, sink, stop, start.wallOffset);
    RunEnded ended = failureAsEnd([&] { return execution.run(inputs, start); });
    finish(ended, start.wallOffset + std::chrono::duration<double>(Clock::now() - started).count());
    execution.reportEnd(ended);
    if (ended.status == RunStatus::Finished) {
        execution.removeState();
    }
    return ended;
}

/// The end of a run that is refused before it is stored.
RunEnded refuse(Problem problem, RunSink& sink) {
    RunEnded ended = failed(std::move(problem));
    finish(ended, 0);
    sink.take({0, ended});
    return ended;
}

using Warnings = std::vector<std::string>;

/// Warnings about the run that this one starts from.
Result<Warnings> warningsAboutParent(const RunSpec& spec, const RunIdentity& now,
                                     const Workspace& workspace) {
    Warnings warnings;
    if (spec.finetune.from.empty()) {
        return warnings;
    }
    auto store = RunStore::open(workspace);
    if (!store) {
        return store.problem();
    }
    const auto parent = store->startOf(spec.finetune.from);
    if (!parent) {
        return parent.problem();
    }
    const std::string& model = *parent ? (*parent)->identity.languageModel : std::string();
    if (!model.empty() && !now.languageModel.empty() && model != now.languageModel) {
        warnings.push_back("the language model '" + spec.plm.path +
                           "' has other weights than the run '" + spec.finetune.from +
                           "' began with; the text encoder is taken from that run");
    }
    return warnings;
}

/// Whether a run can be resumed with the present inputs, and warnings about what changes its
/// numbers.
Result<Warnings> warningsAboutResuming(RunStore& store, const std::string& run,
                                       const RunIdentity& now) {
    Warnings warnings;
    const auto before = store.startOf(run);
    if (!before) {
        return before.problem();
    }
    if (!*before) {
        return warnings;
    }
    const auto listed = [](const std::vector<std::string>& parts, const char* between) {
        std::string text;
        for (const std::string& part : parts) {
            text += (text.empty() ? "" : between) + part;
        }
        return text;
    };
    const auto inputs = changedInputs((*before)->identity, now);
    if (!inputs.empty()) {
        return Problem{"cannot be resumed: changed since it began: " + listed(inputs, ", ") +
                           "; restore it, or start a new run",
                       run};
    }
    const auto computation = changedComputation((*before)->identity, now);
    if (!computation.empty()) {
        warnings.push_back("the numbers are not bit for bit those of an uninterrupted run: " +
                           listed(computation, "; "));
    }
    return warnings;
}

} // namespace

RunEnded executeRun(const RunSpec& spec, const Workspace& workspace, const std::string& name,
                    RunSink& sink, std::stop_token stop) noexcept {
    return failureAsEnd([&]() -> RunEnded {
        if (auto ready = preflight(spec, workspace); !ready) {
            return refuse(ready.problem(), sink);
        }
        auto inputs = RunInputs::open(spec, workspace);
        if (!inputs) {
            return refuse(inputs.problem(), sink);
        }
        auto identity = runIdentity(spec, **inputs, workspace);
        if (!identity) {
            return refuse(identity.problem(), sink);
        }
        auto warnings = warningsAboutParent(spec, *identity, workspace);
        if (!warnings) {
            return refuse(warnings.problem(), sink);
        }
        auto recorder = RunRecorder::create(workspace, name, spec, (*inputs)->dataset().hash(),
                                            spec.finetune.from);
        if (!recorder) {
            return refuse(recorder.problem(), sink);
        }
        return trainAndStore(spec, workspace, **inputs, *recorder, sink, stop,
                             {.identity = std::move(*identity), .warnings = std::move(*warnings)});
    });
}

RunEnded resumeRun(const std::string& name, const Workspace& workspace, RunSink& sink,
                   std::stop_token stop) noexcept {
    return failureAsEnd([&]() -> RunEnded {
        auto store = RunStore::open(workspace);
        if (!store) {
            return refuse(store.problem(), sink);
        }
        auto summary = store->find(name);
        if (!summary) {
            return refuse(summary.problem(), sink);
        }
        if (!canResume(summary->status)) {
            return refuse({"the run '" + name + "' is " + std::string(wordOf(summary->status)) +
                               "; only a stopped, failed or crashed run can be resumed",
                           ""},
                          sink);
        }
        auto inputs = RunInputs::open(summary->spec, workspace);
        if (!inputs) {
            return refuse(inputs.problem(), sink);
        }
        if ((*inputs)->dataset().hash() != summary->datasetHash) {
            return refuse({"the dataset '" + summary->dataset +
                               "' has changed since this run began; import the old one again, or "
                               "start a new run",
                           ""},
                          sink);
        }
        auto identity = runIdentity(summary->spec, **inputs, workspace);
        if (!identity) {
            return refuse(identity.problem(), sink);
        }
        auto warnings = warningsAboutResuming(*store, name, *identity);
        if (!warnings) {
            return refuse(warnings.problem(), sink);
        }
        std::optional<TrainingState::Progress> progress;
        const auto checkpoint = workspace.checkpoints(name) / kTrainingState;
        std::error_code ignored;
        if (std::filesystem::exists(checkpoint, ignored)) {
            auto read = TrainingState::readProgress(checkpoint);
            if (!read) {
                return refuse(read.problem(), sink);
            }
            progress = *read;
        }
        auto recorder = RunRecorder::resume(
            workspace, name, progress ? std::optional(progress->stage) : std::nullopt,
            progress ? progress->step : 0);
        if (!recorder) {
            return refuse(recorder.problem(), sink);
        }
        LatestTime latest;
        if (auto replayed = store->replay(name, latest); !replayed) {
            return refuse(replayed.problem(), sink);
        }
        return trainAndStore(summary->spec, workspace, **inputs, *recorder, sink, stop,
                             {.identity = std::move(*identity),
                              .warnings = std::move(*warnings),
                              .progress = progress,
                              .wallOffset = latest.seconds()});
    });
}

} // namespace flip

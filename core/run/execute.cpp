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
    ended.status = RunStatus::Failed;
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
                 const RunStart& start) {
    const auto started = Clock::now();
    const KeptMemory kept;
    RunExecution execution(spec, workspace, recorder, audience, stop, start.wallOffset);
    RunEnded ended = guarded([&] { return execution.run(inputs, start); });
    finish(ended, start.wallOffset + std::chrono::duration<double>(Clock::now() - started).count());
    execution.tellEnd(ended);
    if (ended.status == RunStatus::Finished) {
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

using Warnings = std::vector<std::string>;

/// What a run that starts from another one should know of it.
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
                           "' began with; what that run has learned of text is taken from it");
    }
    return warnings;
}

/// Whether a run can go on with what there is now, and what its numbers will then not be.
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
        return Problem{"cannot go on: changed since it began: " + listed(inputs, ", ") +
                           "; put it back, or start a new run",
                       run};
    }
    const auto computation = changedComputation((*before)->identity, now);
    if (!computation.empty()) {
        warnings.push_back("the numbers are not bit for bit those of a run without a pause: " +
                           listed(computation, "; "));
    }
    return warnings;
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
        auto identity = runIdentity(spec, **inputs, workspace);
        if (!identity) {
            return refuse(identity.problem(), audience);
        }
        auto warnings = warningsAboutParent(spec, *identity, workspace);
        if (!warnings) {
            return refuse(warnings.problem(), audience);
        }
        auto recorder = RunRecorder::create(workspace, name, spec, (*inputs)->dataset().hash(),
                                            spec.finetune.from);
        if (!recorder) {
            return refuse(recorder.problem(), audience);
        }
        return conduct(spec, workspace, **inputs, *recorder, audience, stop,
                       {.identity = std::move(*identity), .warnings = std::move(*warnings)});
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
        if (!canResume(summary->status)) {
            return refuse({"the run '" + name + "' is " + std::string(wordOf(summary->status)) +
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
        auto identity = runIdentity(summary->spec, **inputs, workspace);
        if (!identity) {
            return refuse(identity.problem(), audience);
        }
        auto warnings = warningsAboutResuming(*store, name, *identity);
        if (!warnings) {
            return refuse(warnings.problem(), audience);
        }
        std::optional<TrainingState::Place> place;
        const auto checkpoint = workspace.checkpoints(name) / kTrainingState;
        std::error_code ignored;
        if (std::filesystem::exists(checkpoint, ignored)) {
            auto read = TrainingState::readPlace(checkpoint);
            if (!read) {
                return refuse(read.problem(), audience);
            }
            place = *read;
        }
        auto recorder =
            RunRecorder::resume(workspace, name, place ? std::optional(place->stage) : std::nullopt,
                                place ? place->step : 0);
        if (!recorder) {
            return refuse(recorder.problem(), audience);
        }
        LastMoment last;
        if (auto replayed = store->replay(name, last); !replayed) {
            return refuse(replayed.problem(), audience);
        }
        return conduct(summary->spec, workspace, **inputs, *recorder, audience, stop,
                       {.identity = std::move(*identity),
                        .warnings = std::move(*warnings),
                        .place = place,
                        .wallOffset = last.seconds()});
    });
}

} // namespace flip

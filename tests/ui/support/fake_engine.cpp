// Replaces the entry point to training without training: a run of synthetic facts, twenty per
// second, that obeys a stop request. Linked into tests of the window in place of the engine.

#include "core/run/execute.h"

#include "core/data/dataset.h"
#include "core/run/preflight.h"

#include <chrono>
#include <thread>
#include <utility>

namespace flip {

namespace {

constexpr std::int64_t kSteps = 40;

RunEnded emitFacts(const std::string& name, RunKind kind, std::int64_t firstStep, RunSink& sink,
                   const std::stop_token& stop) {
    const auto began = std::chrono::steady_clock::now();
    const auto send = [&](Fact fact) {
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began;
        sink.take(RunEvent{wall.count(), std::move(fact)});
    };
    RunEnded end{.status = RunStatus::Finished};
    send(RunStarted{.run = name,
                    .kind = kind,
                    .identity = {.device = "cpu", .threads = 2},
                    .resumedFromStep = firstStep - 1});
    send(StageStarted{
        .stage = RunStage::Pretrain, .epochs = 1, .stepsPerEpoch = kSteps, .totalSteps = kSteps});
    for (std::int64_t step = firstStep; step <= kSteps; ++step) {
        if (stop.stop_requested()) {
            end = {.status = RunStatus::Stopped, .reason = "stopped by the user"};
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        send(StepDone{.stage = RunStage::Pretrain,
                      .step = step,
                      .epoch = 1,
                      .rows = 8,
                      .seconds = 0.05,
                      .losses = {{"total", 1.0 / static_cast<double>(step)}}});
    }
    send(end);
    return end;
}

} // namespace

RunEnded executeRun(const RunSpec& spec, const Workspace&, const std::string& name, RunSink& sink,
                    std::stop_token stop) noexcept {
    return emitFacts(name.empty() ? "fake-1" : name, spec.kind, 1, sink, stop);
}

RunEnded resumeRun(const std::string& name, const Workspace&, RunSink& sink,
                   std::stop_token stop) noexcept {
    return emitFacts(name, RunKind::Pretrain, 31, sink, stop);
}

Result<void> preflight(const RunSpec& spec, const Workspace& workspace) {
    const auto dataset = Dataset::open(workspace.dataset(spec.data.dataset));
    return dataset ? Result<void>() : Result<void>(dataset.problem());
}

} // namespace flip

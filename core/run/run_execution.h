#pragma once

#include "core/formats/safetensors.h"
#include "core/spec/run_event.h"
#include "core/spec/run_spec.h"
#include "core/store/run_recorder.h"
#include "core/train/frozen_sentences.h"
#include "core/train/training_loop.h"
#include "core/trained/run_inputs.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// How a run begins or resumes.
struct RunStart {
    RunIdentity identity;
    std::vector<std::string> warnings;               // that are logged first
    std::optional<TrainingState::Progress> progress; // of the checkpoint to resume from
    double wallOffset = 0;                           // seconds that the run took before
};

/// Executes one run: reads its inputs, trains its stages, stores the results. Lives on the run's
/// thread during executeRun(). May throw what torch throws.
class RunExecution {
public:
    RunExecution(const RunSpec& spec, const Workspace& workspace, RunRecorder& recorder,
                 RunSink& sink, std::stop_token stop, double wallOffset);

    /// Runs everything up to the last fact.
    RunEnded run(RunInputs& inputs, const RunStart& start);

    /// Removes the training state of a run whose end is stored: a finished run is never resumed,
    /// and its final weights are all that is needed.
    void removeState() const;

    /// Stores a fact and passes it to the sink.
    void report(Fact fact);

    /// The same for the last fact. A run counts as finished or stopped only if all its facts are
    /// stored; otherwise `ended` becomes a failure.
    void reportEnd(RunEnded& ended);

private:
    RunEvent eventOf(Fact fact) const;
    std::filesystem::path file(const std::string& name) const;
    LoopPlan plan(std::int64_t epochs, std::int64_t batchSize, std::int64_t maxSteps) const;
    LoopEnd pretrain(const std::optional<TrainingState::Progress>& resumed);
    LoopEnd finetune(const std::optional<TrainingState::Progress>& resumed, RunEnded& ended);
    LoopEnd trainIdsAlone(const std::optional<TrainingState::Progress>& resumed);
    LoopEnd runStages(const std::optional<TrainingState::Progress>& resumed, RunEnded& ended);

    /// The weights that finetuning starts from, and the recipe of the run that stored them.
    struct Parent {
        SafetensorsFile weights;
        RunSpec recipe;
    };

    /// What a weights file holds beside the weights; the tensors are valid as long as the parent's
    /// weights.
    struct Extra {
        std::map<std::string, std::string> metadata;
        std::map<std::string, TensorView> tensors;
    };

    /// A stage, what it trains, and where its best weights are stored.
    struct StageWork {
        RunStage stage;
        const LoopPlan& loop;
        const Parameters& parameters;
        const char* target;
        const Extra& extra;
    };

    /// Runs a stage to its end, from the checkpoint or from the weights that `start` loads.
    LoopEnd train(Stage& stage, const StageWork& work, bool resumed,
                  const std::function<Result<void>()>& start);

    /// The weights of the run's own pretraining, or of the run finetune.from; nothing if that is
    /// empty.
    Result<std::optional<Parent>> openParent() const;
    Result<void> startWeights(const std::optional<Parent>& parent, FinetuneModel& model) const;
    static Result<Extra> alignmentHeadOf(const std::optional<Parent>& parent,
                                         const FinetuneModel& model);
    LoopEnd concludeFinetuning(const FinetuneModel& model, FrozenSentences* frozen,
                               const LoopEnd& trained, RunEnded& ended) const;
    void reportTruncation();

    const RunSpec& spec_;
    const Workspace& workspace_;
    RunRecorder& recorder_;
    RunSink& sink_;
    const std::stop_token stop_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    const double wallOffset_;
    RunInputs* inputs_ = nullptr; // valid during run()
    at::Device device_;
};

} // namespace flip

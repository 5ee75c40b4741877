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

/// How a run begins, or goes on.
struct RunStart {
    RunIdentity identity;
    std::vector<std::string> warnings;         // that its first lines tell
    std::optional<TrainingState::Place> place; // of the checkpoint to go on from
    double wallOffset = 0;                     // seconds that the run has taken before
};

/// One run in the making: reads a spec's inputs, goes through its stages, stores what comes out.
/// Lives on the run's thread for the length of executeRun(). May throw what torch throws.
class RunExecution {
public:
    RunExecution(const RunSpec& spec, const Workspace& workspace, RunRecorder& recorder,
                 RunSink& audience, std::stop_token stop, double wallOffset);

    /// Everything up to the last fact.
    RunEnded run(RunInputs& inputs, const RunStart& start);

    /// Removes the checkpoint of a run whose end is stored: the final weights say all that is
    /// needed, the moments of a finished run serve nobody.
    void removeState() const;

    /// Stores a fact and tells the audience.
    void tell(Fact fact);

    /// The same of the last fact, which counts from then on. A run is finished, or stopped so that
    /// it can go on, only where its story can be read again: else it has failed, and `ended` says
    /// so.
    void tellEnd(RunEnded& ended);

private:
    RunEvent happened(Fact fact) const;
    std::filesystem::path file(const std::string& name) const;
    LoopPlan plan(std::int64_t epochs, std::int64_t batchSize, std::int64_t maxSteps) const;
    LoopEnd pretrain(const std::optional<TrainingState::Place>& resumed);
    LoopEnd finetune(const std::optional<TrainingState::Place>& resumed, RunEnded& ended);
    LoopEnd trainIdsAlone(const std::optional<TrainingState::Place>& resumed);
    LoopEnd goThroughStages(const std::optional<TrainingState::Place>& resumed, RunEnded& ended);

    /// The weights that finetuning starts from, and the recipe of the run that stored them.
    struct Parent {
        SafetensorsFile weights;
        RunSpec recipe;
    };

    /// What a file of weights holds beside them; the tensors live as long as the parent's weights.
    struct Extra {
        std::map<std::string, std::string> metadata;
        std::map<std::string, TensorView> tensors;
    };

    /// Which stage it is, over what it trains, and where its best weights are kept.
    struct StageWork {
        RunStage stage;
        const LoopPlan& loop;
        const Parameters& parameters;
        const char* target;
        const Extra& extra;
    };

    /// Takes a stage to its end, from the checkpoint or from what `start` fills in.
    LoopEnd train(Stage& stage, const StageWork& work, bool resumed,
                  const std::function<Result<void>()>& start);

    /// That of the run's own pretraining, or of the run that finetuning names; nothing where it
    /// names none.
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
    RunSink& audience_;
    const std::stop_token stop_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    const double wallOffset_;
    RunInputs* inputs_ = nullptr; // valid within run()
    at::Device device_;
};

} // namespace flip

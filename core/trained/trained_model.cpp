#include "core/trained/trained_model.h"

#include "core/trained/stored_weights.h"

#include <torch/types.h>

#include <utility>

namespace flip {

namespace {

/// Whether the run's inputs are unchanged since it was trained. The language model's weights do not
/// matter, since the run has stored its own.
Result<void> checkInputs(const RunInputs& inputs, const RunSummary& run) {
    if (inputs.dataset().hash() != run.datasetHash) {
        return Problem{"the dataset '" + run.dataset +
                           "' has changed since this run; import the old one again",
                       run.name};
    }
    const std::string& tokens = run.identity.tokenizer;
    if (inputs.readsText() && !tokens.empty() && tokens != inputs.tokenizer().hash()) {
        return Problem{"the tokenizer of '" + run.spec.plm.path +
                           "' has changed since this run; put the old one back",
                       run.name};
    }
    return {};
}

} // namespace

RunSpec specOfStage(const RunSpec& spec, RunStage stage) {
    RunSpec own = spec;
    if (stage == RunStage::IdsAlone) {
        own.finetune.branches = Branches::Id;
        own.finetune.epochs = spec.finetune.idEpochs;
        own.finetune.batchSize = spec.finetune.idBatchSize;
        own.finetune.schedule = Schedule::Constant; // patience decides when it ends
        own.finetune.warmup = 0;
    }
    return own;
}

TrainedModel::TrainedModel(RunSummary run, Checkpoint checkpoint, SafetensorsFile weights)
    : run_(std::move(run)), checkpoint_(std::move(checkpoint)), weights_(std::move(weights)),
      spec_(specOfStage(run_.spec, checkpoint_.stage)) {}

Result<std::unique_ptr<TrainedModel>> TrainedModel::open(const std::string& run,
                                                         const std::string& checkpoint,
                                                         const Workspace& workspace) {
    auto summary = findRun(run, workspace);
    if (!summary) {
        return summary.problem();
    }
    auto found = findCheckpoint(*summary, checkpoint, workspace);
    if (!found) {
        return found.problem();
    }
    auto weights = openStoredWeights(found->file);
    if (!weights) {
        return weights.problem();
    }
    std::unique_ptr<TrainedModel> trained(
        new TrainedModel(std::move(*summary), std::move(*found), std::move(*weights)));
    trained->spec_.device = "auto"; // wherever it was trained
    auto inputs = RunInputs::open(trained->spec_, workspace);
    if (!inputs) {
        return inputs.problem();
    }
    trained->inputs_ = std::move(*inputs);
    if (auto same = checkInputs(*trained->inputs_, trained->run_); !same) {
        return same.problem();
    }
    if (trained->checkpoint_.stage == RunStage::Pretrain) {
        return trained;
    }
    auto model =
        FinetuneModel::make(trained->spec_, trained->inputs_->sizes(), trained->inputs_->config(),
                            at::Device(trained->inputs_->device().device));
    if (!model) {
        return model.problem();
    }
    if (auto filled = (*model)->parameters.fill(trained->weights_, "", {""}); !filled) {
        return filled.problem();
    }
    trained->clickModel_ = std::move(*model);
    return trained;
}

Result<std::unique_ptr<PretrainModel>> TrainedModel::alignmentModel() const {
    const auto pretraining = alignmentRecipe(weights_, spec_);
    if (!pretraining) {
        return pretraining.problem();
    }
    if (!*pretraining || !inputs_->config()) {
        return Problem{"has no head to measure alignment with; a pretraining with the loss mfm "
                       "stores one, in its own weights and in those of a joint run after it",
                       run_.name};
    }
    RunSpec spec = spec_;
    spec.pretrain = (*pretraining)->pretrain;
    if (checkpoint_.stage != RunStage::Pretrain) {
        spec.pretrain.losses = {PretrainLoss::Mfm}; // the heads of the other losses are not kept
    }
    auto model = PretrainModel::make(spec, inputs_->sizes(), *inputs_->config(),
                                     at::Device(inputs_->device().device));
    if (!model) {
        return model.problem();
    }
    if (auto filled = (*model)->parameters.fill(weights_, "", {""}); !filled) {
        return filled.problem();
    }
    return std::move(*model);
}

} // namespace flip

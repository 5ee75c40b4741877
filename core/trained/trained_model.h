#pragma once

#include "core/base/result.h"
#include "core/formats/safetensors.h"
#include "core/model/flip_model.h"
#include "core/spec/run_spec.h"
#include "core/store/checkpoint_files.h"
#include "core/store/run_store.h"
#include "core/store/workspace.h"
#include "core/trained/run_inputs.h"

#include <memory>
#include <stop_token>
#include <string>

namespace flip {

/// The recipe that the model of one stage is created from: where a joint run trains its id model
/// alone, that of the branch id.
RunSpec specOfStage(const RunSpec& spec, RunStage stage);

/// A stored run opened as a model: the recipe, what the run read, and the model with the weights of
/// one of its checkpoints. Everything that uses the model of a stored run opens it here.
class TrainedModel {
public:
    /// Opens the checkpoint of this name, "" meaning the final weights. Refuses inputs that have
    /// changed since the run: another dataset under its name, another tokenizer.
    static Result<std::unique_ptr<TrainedModel>>
    open(const std::string& run, const std::string& checkpoint, const Workspace& workspace);

    /// Makes the inputs' rows readable, see RunInputs::prepare(); false if it was stopped.
    Result<bool> prepare(const std::stop_token& stop = {}) { return inputs_->prepare(spec_, stop); }

    const RunSummary& run() const { return run_; }
    const Checkpoint& checkpoint() const { return checkpoint_; }
    const RunSpec& spec() const { return spec_; } // of the checkpoint's stage
    const RunInputs& inputs() const { return *inputs_; }

    /// The click model; null for pretrained weights.
    FinetuneModel* clickModel() const { return clickModel_.get(); }

    /// All tensors of the checkpoint, as stored.
    const SafetensorsFile& weights() const { return weights_; }

    /// The model that alignment is measured on: a pretrained one, or a finetuned one with the head
    /// of its pretraining. A Problem if the checkpoint has no such head.
    Result<std::unique_ptr<PretrainModel>> alignmentModel() const;

private:
    TrainedModel(RunSummary run, Checkpoint checkpoint, SafetensorsFile weights);

    RunSummary run_;
    Checkpoint checkpoint_;
    SafetensorsFile weights_;
    RunSpec spec_;
    std::unique_ptr<RunInputs> inputs_;
    std::unique_ptr<FinetuneModel> clickModel_;
};

} // namespace flip

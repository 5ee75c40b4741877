#pragma once

#include "core/base/result.h"
#include "core/model/heads/heads.h"
#include "core/model/id/backbone.h"
#include "core/model/id/id_rows.h"
#include "core/model/parameters.h"
#include "core/model/plm/text_encoder.h"
#include "core/spec/run_spec.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// The sizes that a model takes from its dataset.
struct ModelSizes {
    std::int64_t fields = 0;                  // F, the id fields
    std::int64_t ids = 0;                     // K
    std::vector<std::int64_t> trainingCounts; // [K], for the noise of pretraining
    IdLists lists;                            // of the list fields
    std::vector<IdField> idFields;            // [F]; empty if only their number is known
};

/// The widths in id.field_dims must have been checked by fieldWidths().
BackboneOptions backboneOptions(const RunSpec& spec, const ModelSizes& sizes);

/// The model of pretraining: both encoders and the heads of the three losses. Parameters are named
/// rec.*, text.*, icl.*, mfm.*, mlm.*.
class PretrainModel {
public:
    /// Creates an untrained model; the text weights are random too, see loadTextWeights().
    static Result<std::unique_ptr<PretrainModel>> make(const RunSpec& spec, const ModelSizes& sizes,
                                                       const TextConfig& config, at::Device device);

    /// The contrastive loss (icl) of two projections of the same rows, [rows, width] each. Scalar.
    at::Tensor contrast(const at::Tensor& idProjection, const at::Tensor& textProjection) const;

    /// The current temperature of the contrastive loss. Waits for the device.
    double temperature() const;

    /// The tables that are looked up by id: those of the backbone and of the masked-feature head.
    RowTables tables() const;

    Parameters parameters;
    std::shared_ptr<IdRows> idRows;
    std::unique_ptr<Backbone> backbone;
    std::unique_ptr<TextEncoder> text;
    std::optional<ProjectionHead> projectIds;
    std::optional<ProjectionHead> projectText;
    std::optional<MaskedFeatureHead> maskedFeatureHead;
    std::optional<MaskedTokenHead> maskedTokenHead;

private:
    explicit PretrainModel(at::Device device) : parameters(device) {}

    at::Tensor contrastScale() const;

    bool usesCosine_ = false;
    at::Tensor scale_;    // [1], 1 / temperature, if it is fixed
    at::Tensor logScale_; // [1], log of 1 / temperature, if it is learned
};

/// The logits of finetuning, [rows] each; undefined for a branch that the run does not have.
struct BranchLogits {
    at::Tensor id;
    at::Tensor text;
    at::Tensor joint; // a id + (1 - a) text

    const at::Tensor& own() const { return joint.defined() ? joint : id.defined() ? id : text; }
};

/// The sentences of a batch as input of a finetuned model; what it does not have is undefined.
struct SentenceInput {
    at::Tensor tokenIds; // [tokens] of `layout`
    const TokenLayout* layout = nullptr;
    at::Tensor itemTokenIds; // of the second tower
    const TokenLayout* itemLayout = nullptr;
    at::Tensor vectors; // [rows, width], sentence vectors computed before
};

/// The model of finetuning: rec.*, text.*, item_text.* (the second tower), text_head.* and
/// fusion.*, depending on `branches`.
class FinetuneModel {
public:
    /// `config` is needed for the branches text and joint.
    static Result<std::unique_ptr<FinetuneModel>> make(const RunSpec& spec, const ModelSizes& sizes,
                                                       const std::optional<TextConfig>& config,
                                                       at::Device device);

    bool hasIds() const { return backbone != nullptr; }
    bool hasText() const { return text != nullptr; }

    bool hasItemText() const { return itemText != nullptr; }

    /// ids as in Backbone::features(). An input that no branch reads may be undefined.
    BranchLogits logits(const at::Tensor& ids, const SentenceInput& sentences,
                        const ForwardMode& mode) const;

    /// The same with the logit of the id branch computed before, so that the ids of a whole batch
    /// pass through the backbone together. `idLogit` is the result of idLogit() for these rows.
    BranchLogits logits(const at::Tensor& ids, const at::Tensor& idLogit,
                        const SentenceInput& sentences, const ForwardMode& mode) const;

    /// The logit of the id branch, [rows]; undefined without an id branch.
    at::Tensor idLogit(const at::Tensor& ids, const ForwardMode& mode) const;

    /// The sentence vectors that the text head reads: [rows, H], or [rows, 2 H] with two towers.
    at::Tensor sentenceVectors(const SentenceInput& sentences, const ForwardMode& mode) const;

    /// Sum of squares over the id tables, or only over the open rows if these are gathered. Scalar.
    at::Tensor tableSquares() const;

    /// The mixing weights of a joint model: [a], or [a, offset for the unknown id of each field],
    /// double, on the CPU. Waits for the device.
    at::Tensor mixingWeights() const;
    void setMixingWeights(const at::Tensor& weights);

    /// The bias that a joint model adds to its mixed logit; 0 except in the published recipe.
    double mixingBias() const;

    Parameters parameters;
    std::shared_ptr<IdRows> idRows; // of the backbone, if there is one
    std::unique_ptr<Backbone> backbone;
    std::unique_ptr<TextEncoder> text;
    std::unique_ptr<TextEncoder> itemText; // the second tower

private:
    explicit FinetuneModel(at::Device device) : parameters(device) {}

    at::Tensor textLogit(const SentenceInput& sentences, const ForwardMode& mode) const;

    bool idsAreFrozen_ = false;           // the id branch of a joint run is not trained
    std::optional<Linear> textHeadFirst_; // if the head has a tanh layer
    Linear textHead_;
    at::Tensor textOutputBias_; // published recipe only: a second bias of the text logit
    at::Tensor mixing(const at::Tensor& ids) const;

    at::Tensor alpha_;
    at::Tensor alphaUnknown_; // [F], added to a if the id of a field is unknown
    at::Tensor fusionBias_;   // published recipe only
};

} // namespace flip

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

/// What a dataset tells a model about its sizes.
struct ModelSizes {
    std::int64_t fields = 0;                  // F, the id fields
    std::int64_t ids = 0;                     // K
    std::vector<std::int64_t> trainingCounts; // [K], for the noise of pretraining
    IdLists lists;                            // of fields whose values are lists
    std::vector<IdField> idFields;            // [F]; empty where only their number is known
};

/// The widths of id.field_dims must have been checked, by fieldWidths().
BackboneOptions backboneOptions(const RunSpec& spec, const ModelSizes& sizes);

/// What pretraining trains: both encoders and the heads of the three losses. Parameters are named
/// rec.*, text.*, icl.*, mfm.*, mlm.*.
class PretrainModel {
public:
    /// Untrained, text weights included; see loadTextWeights().
    static Result<std::unique_ptr<PretrainModel>> make(const RunSpec& spec, const ModelSizes& sizes,
                                                       const TextConfig& config, at::Device device);

    /// The loss icl of two projections of the same rows, [rows, width] each. Scalar.
    at::Tensor contrast(const at::Tensor& idProjection, const at::Tensor& textProjection) const;

    /// What the scores of the contrast are divided by now; waits for the device.
    double temperature() const;

    /// The tables that are found by id: the backbone's and those that recover fields.
    RowTables tables() const;

    Parameters parameters;
    std::shared_ptr<IdRows> idRows;
    std::unique_ptr<Backbone> backbone;
    std::unique_ptr<TextEncoder> text;
    std::optional<ProjectionHead> projectIds;
    std::optional<ProjectionHead> projectText;
    std::optional<FieldRecovery> recoverFields;
    std::optional<TokenRecovery> recoverTokens;

private:
    explicit PretrainModel(at::Device device) : parameters(device) {}

    at::Tensor contrastScale() const;

    bool usesCosine_ = false;
    at::Tensor scale_;    // [1], 1 / temperature, where it is fixed
    at::Tensor logScale_; // [1], its logarithm, where it is learned
};

/// The logits of finetuning, [rows] each; undefined where the branch is not trained.
struct BranchLogits {
    at::Tensor id;
    at::Tensor text;
    at::Tensor joint; // a id + (1 - a) text

    const at::Tensor& own() const { return joint.defined() ? joint : id.defined() ? id : text; }
};

/// The sentences of a batch as a finetuned model reads them; undefined where it has none.
struct SentenceInput {
    at::Tensor tokenIds; // [tokens] of `layout`
    const TokenLayout* layout = nullptr;
    at::Tensor itemTokenIds; // of the second tower
    const TokenLayout* itemLayout = nullptr;
    at::Tensor vectors; // [rows, width], sentence vectors that are there already
};

/// What finetuning trains: rec.*, text.*, item_text.* (the second tower), text_head.* and fusion.*,
/// as far as `branches` asks.
class FinetuneModel {
public:
    /// `config` is needed for the branches text and joint.
    static Result<std::unique_ptr<FinetuneModel>> make(const RunSpec& spec, const ModelSizes& sizes,
                                                       const std::optional<TextConfig>& config,
                                                       at::Device device);

    bool hasIds() const { return backbone != nullptr; }
    bool hasText() const { return text != nullptr; }

    bool hasItemText() const { return itemText != nullptr; }

    /// ids as the backbone reads them. What a branch does not read may be undefined.
    BranchLogits logits(const at::Tensor& ids, const SentenceInput& sentences,
                        const ForwardMode& mode) const;

    /// The same where the id branch has spoken already: of some rows of a batch whose ids have gone
    /// through the backbone together. `idLogit` is what idLogit() gives of these rows.
    BranchLogits logits(const at::Tensor& ids, const at::Tensor& idLogit,
                        const SentenceInput& sentences, const ForwardMode& mode) const;

    /// The logit of the id branch, [rows]; undefined where there is none.
    at::Tensor idLogit(const at::Tensor& ids, const ForwardMode& mode) const;

    /// The sentence vectors that the head of the text side reads: [rows, H], or [rows, 2 H] of two
    /// towers.
    at::Tensor sentenceVectors(const SentenceInput& sentences, const ForwardMode& mode) const;

    /// Sum of squares over the id tables, over the open rows alone where they are gathered. Scalar.
    at::Tensor tableSquares() const;

    /// The mixing weights of a joint model: [a], or [a, what the unknown id of each field adds],
    /// double, on the CPU. Waits for the device.
    at::Tensor mixingWeights() const;
    void setMixingWeights(const at::Tensor& weights);

    /// What a joint model adds to its mixed logit; 0 but for the published recipe.
    double mixingBias() const;

    Parameters parameters;
    std::shared_ptr<IdRows> idRows; // of the backbone, if there is one
    std::unique_ptr<Backbone> backbone;
    std::unique_ptr<TextEncoder> text;
    std::unique_ptr<TextEncoder> itemText; // the second tower

private:
    explicit FinetuneModel(at::Device device) : parameters(device) {}

    at::Tensor textLogit(const SentenceInput& sentences, const ForwardMode& mode) const;

    bool idsAreFixed_ = false;            // the id branch of a joint run is left as it is
    std::optional<Linear> textHeadFirst_; // of a head with a tanh layer
    Linear textHead_;
    at::Tensor textOutputBias_; // published recipe only: a second bias of the text logit
    at::Tensor mixing(const at::Tensor& ids) const;

    at::Tensor alpha_;
    at::Tensor alphaUnknown_; // [F], added where the id of a field is unknown
    at::Tensor fusionBias_;   // published recipe only
};

} // namespace flip

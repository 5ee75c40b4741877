#pragma once

#include "core/model/id/row_table.h"
#include "core/model/layers.h"
#include "core/model/plm/token_layout.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// Projects one modality into the space of the contrastive loss: a = first(x),
/// y = LayerNorm(a + dropout(second(gelu(a)))) (FLIP, arXiv 2310.19453, section 4).
class ProjectionHead {
public:
    ProjectionHead(Parameters& parameters, const Initialiser& init, const std::string& name,
                   std::int64_t in, std::int64_t width, double dropout);
    at::Tensor operator()(const at::Tensor& x, const ForwardMode& mode) const; // [rows, width]

private:
    Linear first_;
    Linear second_;
    LayerNorm norm_;
    double dropout_;
};

/// The contrastive loss over instances: mean of the row-wise and column-wise cross-entropy of the
/// logits u t^T * scale with the diagonal as targets; the projections are not normalised. `scale`
/// is 1 / temperature, a tensor of one element that may be learned. `otherIds` and `otherTexts` are
/// projections from other processes, constants appended to the own rows; undefined if there are
/// none. Scalar.
at::Tensor instanceContrast(const at::Tensor& idProjection, const at::Tensor& textProjection,
                            const at::Tensor& scale, const at::Tensor& otherIds = {},
                            const at::Tensor& otherTexts = {});

/// Masked table modelling: recovers the ids of masked fields from the features of the masked row
/// and the clean text, by noise-contrastive estimation (Gutmann and Hyvarinen 2010) over all ids.
class MaskedFeatureHead {
public:
    struct Options {
        std::int64_t features = 0; // R
        std::int64_t hidden = 0;   // H
        std::int64_t fields = 0;   // F
        std::int64_t ids = 0;      // K, or fewer rows if ids share them
        std::int64_t fieldDim = 32;
        bool scaledAttention = false; // divides scores by the square root of H
    };

    /// `noiseLogProb` [K] is the log of the noise distribution, see noiseLogProbabilities().
    MaskedFeatureHead(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                      const Options& options, const at::Tensor& noiseLogProb);

    /// Attention scores of the masked row over the tokens of its sentence, before the softmax.
    /// features [rows, R], text [tokens, H] -> [rows, width of layout.whole], minus infinity at
    /// tokens that are not attended to. Not scaled, as published, unless the options request it.
    /// `overPadding` attends to padding too.
    at::Tensor fit(const at::Tensor& features, const at::Tensor& text, const TokenLayout& layout,
                   bool overPadding) const;

    /// Attention weights of the masked row over the tokens: the softmax of fit(), which sums to 1
    /// in each row. [rows, width of layout.whole]
    at::Tensor attention(const at::Tensor& features, const at::Tensor& text,
                         const TokenLayout& layout, bool overPadding) const;

    /// The text vectors averaged by the attention weights. [rows, H]
    at::Tensor context(const at::Tensor& attention, const at::Tensor& text,
                       const TokenLayout& layout) const;

    /// One vector per masked field. columns [rows, M] -> [rows, M, fieldDim]
    at::Tensor recover(const at::Tensor& features, const at::Tensor& context,
                       const at::Tensor& columns) const;

    /// Binary cross-entropy summed over the true id and the noise ids, mean over rows and masked
    /// fields. recovered [rows, M, fieldDim], targets [rows, M], noise [rows, M, k]. Scalar.
    at::Tensor loss(const at::Tensor& recovered, const at::Tensor& targets,
                    const at::Tensor& noise) const;

    /// The tables of output vectors and of biases of the ids, for lazy updates.
    RowTables tables() const { return {table_, bias_}; }
    RowSpace& space() const { return *space_; }

private:
    at::Tensor score(const at::Tensor& recovered, const at::Tensor& ids) const;

    std::int64_t fields_;
    std::int64_t fieldDim_;
    double logIds_;
    double attentionScale_;
    Linear query_;
    LayerNorm queryNorm_;
    Linear toFields_;
    std::shared_ptr<RowSpace> space_;
    std::shared_ptr<RowTable> table_; // [K, fieldDim]
    std::shared_ptr<RowTable> bias_;  // [K]
    at::Tensor noiseLogProb_;
};

/// Masked language modelling: recovers masked tokens of the sentence from the masked text and the
/// features of the clean row, or from the text alone if `features` is 0.
class MaskedTokenHead {
public:
    MaskedTokenHead(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                    std::int64_t features, std::int64_t hidden, std::int64_t vocabulary,
                    double dropout);

    /// Scores over the vocabulary. text [n, H], features [n, R] -> [n, V], one row per token.
    /// `features` is ignored if the head has none.
    at::Tensor operator()(const at::Tensor& text, const at::Tensor& features,
                          const ForwardMode& mode) const;

private:
    bool readsFeatures_;
    Linear first_;
    Linear out_;
    double dropout_;
};

/// log of counts / sum, clamped at 1e-10 and renormalised. counts [K] int64 -> [K] float
at::Tensor noiseLogProbabilities(const at::Tensor& counts);

/// The same within each field. `firstIds` [F] is the first id of each field, ascending; the ids
/// before the first field (the mask) are treated as a field.
at::Tensor noiseLogProbabilities(const at::Tensor& counts,
                                 const std::vector<std::int64_t>& firstIds);

} // namespace flip

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

/// Projection of one modality into the space of the instance contrast: a = first(x),
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

/// Instance contrast: mean of row-wise and column-wise cross-entropy of u t^T / temperature with
/// the diagonal as truth; not normalised. `scale` is 1 / temperature, a number of one element that
/// may be learned. `otherIds` and `otherTexts` are projections of other
/// processes, constants that follow the own rows; undefined when there are none. Scalar.
at::Tensor instanceContrast(const at::Tensor& idProjection, const at::Tensor& textProjection,
                            const at::Tensor& scale, const at::Tensor& otherIds = {},
                            const at::Tensor& otherTexts = {});

/// Masked table modelling: the masked fields' ids are recovered from the masked row's features and
/// the clean text, by noise-contrastive estimation (Gutmann and Hyvarinen 2010) over all ids.
class FieldRecovery {
public:
    struct Options {
        std::int64_t features = 0; // R
        std::int64_t hidden = 0;   // H
        std::int64_t fields = 0;   // F
        std::int64_t ids = 0;      // K, or the rows that ids share
        std::int64_t fieldDim = 32;
        bool scaledAttention = false; // scores divided by the root of H
    };

    /// `noiseLogProb` [K]: log of the noise distribution, see noiseLogProbabilities().
    FieldRecovery(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                  const Options& options, const at::Tensor& noiseLogProb);

    /// How well the masked row fits each token of its sentence, before the softmax. features
    /// [rows, R], text [tokens, H]; -> [rows, width of layout.whole], minus infinity where it does
    /// not look. Unscaled, as published, unless the options say otherwise. `overPadding` lets it
    /// look at padding too.
    at::Tensor fit(const at::Tensor& features, const at::Tensor& text, const TokenLayout& layout,
                   bool overPadding) const;

    /// What attention the masked row pays to each token: the softmax of fit(). It sums to 1 over
    /// the tokens looked at. [rows, width of layout.whole]
    at::Tensor attention(const at::Tensor& features, const at::Tensor& text,
                         const TokenLayout& layout, bool overPadding) const;

    /// The mixture of text that the attention picks. [rows, H]
    at::Tensor context(const at::Tensor& attention, const at::Tensor& text,
                       const TokenLayout& layout) const;

    /// One vector a masked field. columns [rows, M] -> [rows, M, fieldDim]
    at::Tensor recover(const at::Tensor& features, const at::Tensor& context,
                       const at::Tensor& columns) const;

    /// Sum over true id and noise of the binary cross-entropy, mean over rows and masked fields.
    /// recovered [rows, M, fieldDim], targets [rows, M], noise [rows, M, k]. Scalar.
    at::Tensor loss(const at::Tensor& recovered, const at::Tensor& targets,
                    const at::Tensor& noise) const;

    /// The table of the ids' vectors and that of their biases, for updates by row.
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

/// Masked language modelling: words hidden in the sentence are recovered from the masked text and
/// the clean row's features; from the text alone where `features` is 0.
class TokenRecovery {
public:
    TokenRecovery(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                  std::int64_t features, std::int64_t hidden, std::int64_t vocabulary,
                  double dropout);

    /// Scores over the vocabulary. text [n, H], features [n, R]: one row a token, not read where
    /// there are none. [n, V]
    at::Tensor operator()(const at::Tensor& text, const at::Tensor& features,
                          const ForwardMode& mode) const;

private:
    bool readsFeatures_;
    Linear first_;
    Linear out_;
    double dropout_;
};

/// log of counts / sum, clamped at 1e-10 and normalised again. counts [K] int64 -> [K] float
at::Tensor noiseLogProbabilities(const at::Tensor& counts);

/// The same within each field: `firstIds` [F] says where the ids of each field begin, ascending;
/// ids before the first (the mask) share one field.
at::Tensor noiseLogProbabilities(const at::Tensor& counts,
                                 const std::vector<std::int64_t>& firstIds);

} // namespace flip

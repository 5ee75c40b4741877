#pragma once

#include <ATen/core/Tensor.h>

namespace flip {

/// The rows to fit the mixing weights of a joint model to, all on the CPU.
struct MixingRows {
    at::Tensor id;      // [n] double, logits of the id branch
    at::Tensor text;    // [n] double, of the text branch
    at::Tensor labels;  // [n] double, 0 or 1
    at::Tensor unknown; // [n, G] bool: fields whose id is unknown; G = 0: one weight for all rows
};

/// The weights [1 + G] double that minimise the log loss of
///     a id + (1 - a) text,   a = w_0 + sum of w_g over the row's unknown fields,
/// starting from `first`. This is a logistic regression on id - text with an offset, so there is
/// one minimum; an L2 penalty towards `first`, as strong as a few rows, keeps weights at `first`
/// that no row determines. On training rows the id branch has memorised its ids and looks better
/// than it is: weights learned there depend on it too much (stacking, Wolpert 1992).
at::Tensor fitMixing(const MixingRows& rows, const at::Tensor& first);

/// The logits of the rows, mixed by the weights. [n] double
at::Tensor mixedLogits(const MixingRows& rows, const at::Tensor& weights);

} // namespace flip

#pragma once

#include "core/model/flip_model.h"
#include "core/train/batcher.h"

#include <ATen/core/Tensor.h>

namespace flip {

/// How the three losses are computed; see RunSpec::Pretrain for what each choice means.
struct PretrainChoices {
    bool separateCleanPasses = false; // one encoder pass for each of the two losses that read T
    bool attendPadding = false;       // field recovery looks at padding too
    bool headOnEveryToken = false;    // token recovery scores tokens nobody asks about
};

PretrainChoices pretrainChoices(const RunSpec& spec);

/// The losses of one batch, scalars; undefined where the model has no head for it.
struct PretrainLosses {
    at::Tensor contrast; // icl
    at::Tensor fields;   // mfm
    at::Tensor tokens;   // mlm
    at::Tensor total;    // their sum
};

/// Forward pass of FLIP's pretraining (arXiv 2310.19453, section 4): each loss reads the clean
/// other modality. A batch that hides no word has a token loss of 0.
PretrainLosses pretrainLosses(const PretrainModel& model, const Batch& batch, const Masks& masks,
                              const PretrainChoices& choices, const ForwardMode& mode);

} // namespace flip

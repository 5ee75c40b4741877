#pragma once

#include "core/model/flip_model.h"
#include "core/train/batcher.h"

#include <ATen/core/Tensor.h>

namespace flip {

/// How the three losses are computed; RunSpec::Pretrain describes the choices.
struct PretrainChoices {
    bool separateCleanPasses = false; // one encoder pass per loss that reads the clean text
    bool attendPadding = false;       // the masked-feature head attends to padding too
    bool headOnEveryToken = false; // the masked-token head scores all tokens, not only masked ones
};

PretrainChoices pretrainChoices(const RunSpec& spec);

/// The losses of one batch, scalars; undefined if the model has no head for it.
struct PretrainLosses {
    at::Tensor contrast; // icl
    at::Tensor fields;   // mfm
    at::Tensor tokens;   // mlm
    at::Tensor total;    // their sum
};

/// The forward pass of FLIP's pretraining (arXiv 2310.19453, section 4): each masked loss reads the
/// other modality unmasked. A batch without masked tokens has a token loss of 0.
PretrainLosses pretrainLosses(const PretrainModel& model, const Batch& batch, const Masks& masks,
                              const PretrainChoices& choices, const ForwardMode& mode);

} // namespace flip

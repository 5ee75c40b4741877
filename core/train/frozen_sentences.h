#pragma once

#include "core/model/flip_model.h"
#include "core/train/batcher.h"

#include <ATen/core/Tensor.h>

#include <stop_token>

namespace flip {

/// The sentences of a batch as input of the model. The batch must outlive the result.
SentenceInput sentencesOf(const Batch& batch);

/// Sentence vectors of a frozen language model: each row's vector is computed once, in a fixed
/// order, and kept. One thread. The model and the batcher must outlive it.
class FrozenSentences {
public:
    FrozenSentences(const FinetuneModel& model, const Batcher& batcher);

    /// The vectors of a batch's rows. The first call computes those of all rows, unless they would
    /// take more than 4 GiB; then they are computed for each batch. Throws PassStopped.
    SentenceInput of(const Batch& batch, const std::stop_token& stop);

private:
    at::Tensor compute(const Batch& batch, const std::stop_token& stop) const;
    void computeAll(const std::stop_token& stop);

    const FinetuneModel& model_;
    const Batcher& batcher_;
    at::Tensor vectors_; // [rows of the dataset, width]; undefined before the first call
};

} // namespace flip

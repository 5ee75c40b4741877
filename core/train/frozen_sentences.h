#pragma once

#include "core/model/flip_model.h"
#include "core/train/batcher.h"

#include <ATen/core/Tensor.h>

#include <stop_token>

namespace flip {

/// The sentences of a batch as the model reads them; the batch must outlive what is returned.
SentenceInput sentencesOf(const Batch& batch);

/// Sentence vectors of a language model that is not trained: each row's is computed once, in an
/// order that depends on nothing, and kept. One thread; model and batcher must outlive it.
class FrozenSentences {
public:
    FrozenSentences(const FinetuneModel& model, const Batcher& batcher);

    /// The vectors of a batch's rows. The first call computes those of all rows, unless they would
    /// take more than some gigabytes: then each batch's are computed anew. Throws PassStopped.
    SentenceInput of(const Batch& batch, const std::stop_token& stop);

private:
    at::Tensor compute(const Batch& batch, const std::stop_token& stop) const;
    void computeAll(const std::stop_token& stop);

    const FinetuneModel& model_;
    const Batcher& batcher_;
    at::Tensor vectors_; // [rows of the dataset, width]; undefined before the first call
};

} // namespace flip

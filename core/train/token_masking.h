#pragma once

#include "core/spec/run_spec.h"
#include "core/train/batcher.h"

#include <cstdint>

namespace flip {

/// Masks tokens while a click model is trained: each token of a field's value becomes the mask
/// token with the probability finetune.mask_ratio_text, so that the model does not memorise
/// sentences that many rows share (the masking of Devlin et al. 2019, as noise for a supervised
/// loss). The words of the template are not masked. Immutable after construction; any thread.
class TokenMasking {
public:
    TokenMasking(const RunSpec& spec, std::int64_t maskToken);

    /// Changes the token ids of a batch's sentences; the draws depend on the seed, the step and the
    /// micro-batch. Layout and owners do not change.
    void operator()(Batch& batch, std::int64_t step, std::int64_t part) const;

private:
    double rate_;
    std::uint64_t seed_;
    std::int64_t maskToken_;
};

} // namespace flip

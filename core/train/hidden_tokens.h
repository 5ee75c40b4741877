#pragma once

#include "core/spec/run_spec.h"
#include "core/train/batcher.h"

#include <cstdint>

namespace flip {

/// Hides words from a click model while it is trained: each token of a field's value becomes the
/// mask token at the rate finetune.mask_ratio_text, so that no sentence is learned by heart where
/// many rows have the same (the noise of masked language modelling, Devlin et al. 2019, under a
/// label). The words of the template stay. Immutable after construction; any thread.
class HiddenTokens {
public:
    HiddenTokens(const RunSpec& spec, std::int64_t maskToken);

    /// Changes the token ids of a batch's sentences, drawn from the stream of the seed, the step
    /// and the part of a batch. Layout and owners stay.
    void operator()(Batch& batch, std::int64_t step, std::int64_t part) const;

private:
    double rate_;
    std::uint64_t seed_;
    std::int64_t maskToken_;
};

} // namespace flip

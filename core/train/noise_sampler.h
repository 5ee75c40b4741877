#pragma once

#include "core/base/random_stream.h"
#include "core/model/id/row_mapping.h"

#include <cstdint>
#include <vector>

namespace flip {

/// Draws ids from the unigram distribution of the training split by Walker's alias method, each in
/// constant time. Immutable.
class NoiseSampler {
public:
    /// counts [K]; not all zero.
    explicit NoiseSampler(const std::vector<std::int64_t>& counts);

    std::int64_t draw(RandomStream& random) const;

    /// One sampler for each field, over the ids of the field only, in proportion to their training
    /// counts summed over the fields that share rows: the probability of a row is then that of
    /// noiseLogProbabilities() over rows. A field without counts is drawn from uniformly. counts
    /// [K]; fields in the order of their ids.
    static std::vector<NoiseSampler> ofFields(const std::vector<std::int64_t>& counts,
                                              const std::vector<IdField>& fields);

private:
    std::int64_t first_ = 0;   // id of column 0
    std::vector<double> keep_; // probability of staying in the column drawn first
    std::vector<std::int32_t> alias_;
};

} // namespace flip

#pragma once

#include "core/base/random_stream.h"
#include "core/model/id/table_form.h"

#include <cstdint>
#include <vector>

namespace flip {

/// Draws ids from the training split's unigram distribution in constant time each, by Walker's
/// alias method. Built once from the counts; immutable.
class NoiseSampler {
public:
    /// counts [K]; not all zero.
    explicit NoiseSampler(const std::vector<std::int64_t>& counts);

    std::int64_t draw(RandomStream& random) const;

    /// One sampler for each field, over the ids of the field alone, by how often training shows
    /// them, in the fields that share its rows too: so a row is as likely as
    /// noiseLogProbabilities() says of rows. A field never shown in training is drawn from evenly.
    /// counts [K]; fields in the order of their ids.
    static std::vector<NoiseSampler> ofFields(const std::vector<std::int64_t>& counts,
                                              const std::vector<IdField>& fields);

private:
    std::int64_t first_ = 0;   // the id of column 0
    std::vector<double> keep_; // probability of staying in the column drawn first
    std::vector<std::int32_t> alias_;
};

} // namespace flip

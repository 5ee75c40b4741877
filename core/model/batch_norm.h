#pragma once

#include "core/model/layers.h"
#include "core/model/parameters.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

namespace flip {

class RunningMoments;

/// Batch normalisation (Ioffe and Szegedy 2015): normalises each channel to mean 0 and variance 1,
/// over the batch in training and by the running statistics in evaluation; epsilon 1e-5. Parameters
/// NAME.weight and NAME.bias, buffers NAME.running_mean and NAME.running_var, [channels] each.
///
/// The running statistics are updated once per step, with momentum 0.1, from the mean and the
/// unbiased variance over all passes of the step together: micro-batches and the passes over clean
/// and masked ids are weighted by their size, in any order.
class BatchNorm {
public:
    BatchNorm(Parameters& parameters, const std::string& name, std::int64_t channels);

    /// x [rows, channels] or [rows, channels, n] -> the same shape. A training batch with fewer
    /// than two numbers per channel has no variance and is normalised by the running statistics.
    at::Tensor operator()(const at::Tensor& x, const ForwardMode& mode) const;

private:
    at::Tensor weight_;
    at::Tensor bias_;
    at::Tensor mean_;
    at::Tensor variance_;
    std::shared_ptr<RunningMoments> moments_;
};

} // namespace flip

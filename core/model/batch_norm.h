#pragma once

#include "core/model/layers.h"
#include "core/model/parameters.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

namespace flip {

class RunningMoments;

/// Batch normalisation (Ioffe and Szegedy 2015): each channel to mean 0 and variance 1 over the
/// batch while training, by running statistics in evaluation; epsilon 1e-5. Parameters NAME.weight
/// and NAME.bias, buffers NAME.running_mean and NAME.running_var, [channels] each.
///
/// The running statistics move once for each step that is taken, by a tenth towards the mean and
/// the unbiased variance of all that the step's passes showed, taken together: parts of a batch
/// and passes over clean and over masked ids count by their size, whatever their order.
class BatchNorm {
public:
    BatchNorm(Parameters& parameters, const std::string& name, std::int64_t channels);

    /// x [rows, channels] or [rows, channels, n] -> the same shape. A training batch that shows
    /// less than two numbers a channel has no variance: the running statistics serve it too.
    at::Tensor operator()(const at::Tensor& x, const ForwardMode& mode) const;

private:
    at::Tensor weight_;
    at::Tensor bias_;
    at::Tensor mean_;
    at::Tensor variance_;
    std::shared_ptr<RunningMoments> moments_;
};

} // namespace flip

#include "core/model/batch_norm.h"

#include <torch/types.h>

namespace flip {

namespace {

constexpr double kMomentum = 0.1;
constexpr double kEpsilon = 1e-5;

} // namespace

/// Collects the moments over the passes of one step, and updates the running statistics when the
/// step is taken.
class RunningMoments {
public:
    RunningMoments(at::Tensor mean, at::Tensor variance)
        : runningMean_(std::move(mean)), runningVariance_(std::move(variance)) {}

    /// Merges a pass with `count` numbers per channel and this mean and unbiased variance (Chan et
    /// al. 1983).
    void add(const at::Tensor& mean, const at::Tensor& variance, double count) {
        const at::Tensor squares = variance * (count - 1.0);
        if (count_ == 0) {
            mean_ = mean;
            squares_ = squares;
        } else {
            const double all = count_ + count;
            const at::Tensor difference = mean - mean_;
            mean_ = mean_ + difference * (count / all);
            squares_ = squares_ + squares + difference.square() * (count_ * count / all);
        }
        count_ += count;
    }

    void endStep(bool taken) {
        if (taken && count_ > 0) {
            const at::NoGradGuard noGradient;
            runningMean_.lerp_(mean_, kMomentum);
            runningVariance_.lerp_(squares_ / (count_ - 1.0), kMomentum);
        }
        count_ = 0;
        mean_ = squares_ = at::Tensor();
    }

private:
    at::Tensor runningMean_;
    at::Tensor runningVariance_;
    double count_ = 0;   // numbers per channel in the passes since the last step
    at::Tensor mean_;    // their mean
    at::Tensor squares_; // sum of squared deviations from it
};

BatchNorm::BatchNorm(Parameters& parameters, const std::string& name, std::int64_t channels)
    : weight_(parameters.add(name + ".weight", at::ones({channels}, at::kFloat))),
      bias_(parameters.add(name + ".bias", at::zeros({channels}, at::kFloat))),
      mean_(parameters.addBuffer(name + ".running_mean", at::zeros({channels}, at::kFloat))),
      variance_(parameters.addBuffer(name + ".running_var", at::ones({channels}, at::kFloat))),
      moments_(std::make_shared<RunningMoments>(mean_, variance_)) {
    parameters.onStep([moments = moments_](bool taken) { moments->endStep(taken); });
}

at::Tensor BatchNorm::operator()(const at::Tensor& x, const ForwardMode& mode) const {
    const std::int64_t count = x.size(0) * (x.dim() > 2 ? x.size(2) : 1);
    if (!mode.isTraining() || count < 2) {
        const auto shape =
            x.dim() > 2 ? std::vector<std::int64_t>{-1, 1} : std::vector<std::int64_t>{-1};
        const at::Tensor scale = weight_ * at::rsqrt(variance_ + kEpsilon);
        const at::Tensor shift = bias_ - mean_ * scale;
        return at::addcmul(shift.view(shape), x, scale.view(shape));
    }
    // With momentum 1 these become the mean and unbiased variance of the batch.
    const at::Tensor mean = at::zeros_like(mean_);
    const at::Tensor variance = at::zeros_like(variance_);
    const at::Tensor normal = at::batch_norm(x, weight_, bias_, mean, variance, /*training=*/true,
                                             /*momentum=*/1.0, kEpsilon, /*cudnn_enabled=*/true);
    moments_->add(mean, variance, static_cast<double>(count));
    return normal;
}

} // namespace flip

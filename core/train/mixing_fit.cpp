#include "core/train/mixing_fit.h"

#include <torch/types.h>

#include <algorithm>
#include <vector>

namespace flip {

namespace {

constexpr double kPenalty = 4;           // curvature of the penalty towards the first weights
constexpr std::int64_t kChunk = 1 << 16; // rows whose design matrix is in memory at a time
constexpr int kMostSteps = 50;
constexpr int kMostHalvings = 30;
constexpr double kSmallStep = 1e-10;

struct Objective {
    double value = 0;
    at::Tensor gradient; // [1 + G]
    at::Tensor hessian;  // [1 + G, 1 + G]
};

/// The design matrix: the factor of each weight. [rows, 1 + G]
at::Tensor design(const MixingRows& rows, std::int64_t begin, std::int64_t end) {
    const at::Tensor difference =
        (rows.id.slice(0, begin, end) - rows.text.slice(0, begin, end)).unsqueeze(1);
    return difference *
           at::cat({at::ones_like(difference), rows.unknown.slice(0, begin, end).to(at::kDouble)},
                   1);
}

Objective objectiveAt(const MixingRows& rows, const at::Tensor& weights, const at::Tensor& first,
                      bool withDerivatives) {
    const at::Tensor offset = weights - first;
    Objective sum;
    sum.value = 0.5 * kPenalty * at::dot(offset, offset).item<double>();
    if (withDerivatives) {
        sum.gradient = kPenalty * offset;
        sum.hessian = kPenalty * at::eye(weights.size(0), at::kDouble);
    }
    for (std::int64_t begin = 0; begin < rows.id.size(0); begin += kChunk) {
        const std::int64_t end = std::min(begin + kChunk, rows.id.size(0));
        const at::Tensor x = design(rows, begin, end);
        const at::Tensor labels = rows.labels.slice(0, begin, end);
        const at::Tensor logit = at::mv(x, weights) + rows.text.slice(0, begin, end);
        sum.value += at::binary_cross_entropy_with_logits(logit, labels, {}, {}, at::Reduction::Sum)
                         .item<double>();
        if (withDerivatives) {
            const at::Tensor p = at::sigmoid(logit);
            sum.gradient += at::mv(x.t(), p - labels);
            sum.hessian += at::matmul(x.t(), x * (p * (1 - p)).unsqueeze(1));
        }
    }
    return sum;
}

} // namespace

at::Tensor mixedLogits(const MixingRows& rows, const at::Tensor& weights) {
    std::vector<at::Tensor> parts{at::zeros({0}, at::kDouble)};
    for (std::int64_t begin = 0; begin < rows.id.size(0); begin += kChunk) {
        const std::int64_t end = std::min(begin + kChunk, rows.id.size(0));
        parts.push_back(at::mv(design(rows, begin, end), weights) + rows.text.slice(0, begin, end));
    }
    return at::cat(parts);
}

at::Tensor fitMixing(const MixingRows& rows, const at::Tensor& first) {
    const at::NoGradGuard noGradient;
    at::Tensor weights = first.clone();
    for (int step = 0; step < kMostSteps; ++step) {
        const Objective here = objectiveAt(rows, weights, first, /*withDerivatives=*/true);
        const at::Tensor direction = -at::mv(at::linalg_inv(here.hessian), here.gradient);
        if (direction.abs().max().item<double>() < kSmallStep) {
            break;
        }
        // Newton's step is good near the minimum; far from it, it may have to be shortened.
        double length = 1;
        bool better = false;
        for (int halving = 0; halving < kMostHalvings && !better; ++halving) {
            const at::Tensor there = weights + length * direction;
            better = objectiveAt(rows, there, first, /*withDerivatives=*/false).value < here.value;
            if (better) {
                weights = there;
            }
            length *= 0.5;
        }
        if (!better) {
            break;
        }
    }
    return weights;
}

} // namespace flip

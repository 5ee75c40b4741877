#include "core/model/kernels/row_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

// This file is compiled without contraction of a * b + c; where LibTorch fuses, std::fma is
// explicit.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__)
#define FLIP_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FLIP_WIDE
#endif
#define FLIP_INLINE inline __attribute__((always_inline))

namespace flip {

namespace {

// Vector types of the compiler: plain arrays would be written to memory and read back in every
// step. They are passed by reference, since the calling convention by value differs between the
// clones.
constexpr int kLanes = 8;
using Vector = float __attribute__((vector_size(sizeof(float) * kLanes)));

constexpr auto kMeanStep = static_cast<float>(1 - kAdamBeta1);
constexpr auto kSquareKeep = static_cast<float>(kAdamBeta2);
constexpr auto kSquareStep = static_cast<float>(1 - kAdamBeta2);
constexpr auto kEpsilon = static_cast<float>(kAdamEpsilon);

FLIP_INLINE void fuse(Vector& sum, const Vector& a, const Vector& b, const Vector& c) {
    for (int i = 0; i < kLanes; ++i) {
        sum[i] = std::fma(a[i], b[i], c[i]);
    }
}

FLIP_INLINE void root(Vector& x) {
    for (int i = 0; i < kLanes; ++i) {
        x[i] = std::sqrt(x[i]);
    }
}

/// 16 elements of a row; those beyond its width are and stay 0.
struct Lanes {
    static constexpr int kParts = 2;
    Vector part[kParts];
};
constexpr std::int64_t kWidth = Lanes::kParts * kLanes;

FLIP_INLINE void load(Lanes& lanes, const float* from, std::int64_t count) {
    if (count >= kWidth) {
        std::memcpy(&lanes, from, sizeof(lanes));
    } else {
        lanes = Lanes{};
        std::memcpy(&lanes, from, static_cast<std::size_t>(count) * sizeof(float));
    }
}

FLIP_INLINE void store(const Lanes& lanes, float* to, std::int64_t count) {
    if (count >= kWidth) {
        std::memcpy(to, &lanes, sizeof(lanes));
    } else {
        std::memcpy(to, &lanes, static_cast<std::size_t>(count) * sizeof(float));
    }
}

FLIP_INLINE bool allZero(const Lanes& lanes) {
    int other = 0;
    for (const Vector& part : lanes.part) {
        for (int i = 0; i < kLanes; ++i) {
            other |= part[i] != 0.0F;
        }
    }
    return other == 0;
}

struct AdamLanes {
    Lanes value, mean, square;
};

FLIP_INLINE void load(AdamLanes& x, const TableRow& row, std::int64_t first) {
    load(x.value, row.value + first, row.width - first);
    load(x.mean, row.mean + first, row.width - first);
    load(x.square, row.square + first, row.width - first);
}

FLIP_INLINE void store(const AdamLanes& x, const TableRow& row, std::int64_t first) {
    store(x.value, row.value + first, row.width - first);
    store(x.mean, row.mean + first, row.width - first);
    store(x.square, row.square + first, row.width - first);
}

FLIP_INLINE void stepPart(Vector& value, Vector& mean, Vector& square, const Vector& gradient,
                          const RowStep& step) {
    fuse(mean, Vector{} + kMeanStep, gradient - mean, mean);
    fuse(square, kSquareStep * gradient, gradient, square * kSquareKeep);
    Vector divisor = square;
    root(divisor);
    divisor = divisor / step.rootCorrection + kEpsilon;
    value = value * step.keep + (-step.rate * mean) / divisor;
}

/// One step with a gradient of l2 times the values.
FLIP_INLINE void stepUnread(AdamLanes& x, float l2, const RowStep& step) {
    for (int p = 0; p < Lanes::kParts; ++p) {
        const Vector gradient = l2 * x.value.part[p];
        stepPart(x.value.part[p], x.mean.part[p], x.square.part[p], gradient, step);
    }
}

/// Number of steps applied between two checks of isSettled(); a check for fewer does not pay.
constexpr std::size_t kBlock = 16;
constexpr std::size_t kChunk = 256;

/// Whether the next kChunk steps with gradient 0 can change the values only by weight decay. A
/// change below a quarter of the distance to the next float is rounded away. Per step the mean
/// shrinks by a factor of 0.9, the root by at most sqrt(0.999) and by the bias correction, which
/// may grow with the square root of the steps, and the value by `keep`; so the ratio of change to
/// value never exceeds twice its initial size. Values near 0 are excluded: there the smallest
/// floats that the mean decays to are not small compared to the value.
FLIP_INLINE bool isSettled(const AdamLanes& x, const RowStep& now, float highestRate,
                           float leastKeep) {
    if (!(leastKeep >= 0.95F)) {
        return false;
    }
    int changing = 0;
    for (int p = 0; p < Lanes::kParts; ++p) {
        Vector divisor = x.square.part[p];
        root(divisor);
        divisor = divisor / now.rootCorrection + kEpsilon;
        const Vector change = highestRate * x.mean.part[p] / divisor;
        for (int i = 0; i < kLanes; ++i) {
            const float value = std::fabs(x.value.part[p][i]);
            const bool unchanged = (value >= 1e-16F) & (std::fabs(change[i]) <= value * 0x1p-28F);
            changing |= !(unchanged | (x.mean.part[p][i] == 0.0F));
        }
    }
    return changing == 0;
}

/// Decays the moments over some steps; the values change only by weight decay.
FLIP_INLINE void decayMoments(AdamLanes& x, std::span<const RowStep> steps, float leastKeep) {
    for (int p = 0; p < Lanes::kParts; ++p) {
        Vector value = x.value.part[p];
        Vector mean = x.mean.part[p];
        Vector square = x.square.part[p];
        if (leastKeep < 1.0F) {
            for (const RowStep& step : steps) {
                value *= step.keep;
            }
        }
        for (std::size_t s = 0; s < steps.size(); ++s) {
            fuse(mean, Vector{} + kMeanStep, Vector{} - mean, mean);
            square *= kSquareKeep;
        }
        x.value.part[p] = value;
        x.mean.part[p] = mean;
        x.square.part[p] = square;
    }
}

FLIP_INLINE void replay(AdamLanes& x, std::span<const RowStep> steps) {
    while (!steps.empty()) {
        const auto chunk = steps.first(std::min(kChunk, steps.size()));
        float highestRate = 0;
        float leastKeep = 1;
        for (const RowStep& step : chunk) {
            highestRate = std::max(highestRate, step.rate);
            leastKeep = std::min(leastKeep, step.keep);
        }
        const bool noMoments = allZero(x.mean) && allZero(x.square);
        std::size_t done = chunk.size();
        if (!noMoments && !isSettled(x, chunk.front(), highestRate, leastKeep)) {
            done = std::min(kBlock, steps.size());
            for (const RowStep& step : steps.first(done)) {
                stepUnread(x, 0.0F, step);
            }
        } else if (!noMoments || leastKeep < 1.0F) {
            decayMoments(x, chunk, leastKeep);
        }
        steps = steps.subspan(done);
    }
}

FLIP_INLINE void adagradPart(Vector& value, Vector& sum, const Vector& gradient,
                             const RowStep& step) {
    Vector g;
    fuse(g, value, Vector{} + step.decay, gradient);
    fuse(sum, g, g, sum);
    Vector divisor = sum;
    root(divisor);
    value = value - (step.rate * g) / (divisor + static_cast<float>(kAdagradEpsilon));
}

} // namespace

RowStep RowStep::adamW(double learningRate, double weightDecay, std::int64_t t) {
    const auto time = static_cast<double>(t);
    RowStep step;
    step.rate = static_cast<float>(learningRate / (1 - std::pow(kAdamBeta1, time)));
    step.rootCorrection = static_cast<float>(std::sqrt(1 - std::pow(kAdamBeta2, time)));
    step.keep = weightDecay != 0 ? static_cast<float>(1 - learningRate * weightDecay) : 1.0F;
    return step;
}

RowStep RowStep::adagrad(double learningRate, double weightDecay) {
    RowStep step;
    step.rate = static_cast<float>(learningRate);
    step.decay = static_cast<float>(weightDecay);
    return step;
}

FLIP_WIDE void adamWStep(const TableRow& row, const float* gradient, const RowStep& step) {
    for (std::int64_t first = 0; first < row.width; first += kWidth) {
        AdamLanes x;
        Lanes g;
        load(x, row, first);
        load(g, gradient + first, row.width - first);
        for (int p = 0; p < Lanes::kParts; ++p) {
            stepPart(x.value.part[p], x.mean.part[p], x.square.part[p], g.part[p], step);
        }
        store(x, row, first);
    }
}

FLIP_WIDE void adamWReplay(const TableRow& row, std::span<const RowStep> steps, float l2) {
    for (std::int64_t first = 0; first < row.width; first += kWidth) {
        AdamLanes x;
        load(x, row, first);
        if (l2 != 0.0F) {
            for (const RowStep& step : steps) {
                stepUnread(x, l2, step);
            }
        } else {
            replay(x, steps);
        }
        store(x, row, first);
    }
}

FLIP_WIDE void adagradStep(const TableRow& row, const float* gradient, const RowStep& step) {
    for (std::int64_t first = 0; first < row.width; first += kWidth) {
        const std::int64_t count = row.width - first;
        Lanes value, sum, g;
        load(value, row.value + first, count);
        load(sum, row.square + first, count);
        load(g, gradient + first, count);
        for (int p = 0; p < Lanes::kParts; ++p) {
            adagradPart(value.part[p], sum.part[p], g.part[p], step);
        }
        store(value, row.value + first, count);
        store(sum, row.square + first, count);
    }
}

FLIP_WIDE void adagradReplay(const TableRow& row, std::span<const RowStep> steps, float l2) {
    for (std::int64_t first = 0; first < row.width; first += kWidth) {
        const std::int64_t count = row.width - first;
        Lanes value, sum;
        load(value, row.value + first, count);
        load(sum, row.square + first, count);
        for (const RowStep& step : steps) {
            for (int p = 0; p < Lanes::kParts; ++p) {
                const Vector gradient = l2 * value.part[p];
                adagradPart(value.part[p], sum.part[p], gradient, step);
            }
        }
        store(value, row.value + first, count);
        store(sum, row.square + first, count);
    }
}

double rowSquares(const float* values, std::int64_t width) {
    double sum = 0;
    for (std::int64_t i = 0; i < width; ++i) {
        sum += double{values[i]} * values[i];
    }
    return sum;
}

} // namespace flip

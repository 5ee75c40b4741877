#pragma once

#include "core/spec/choices.h"

#include <cstdint>

namespace flip {

/// The steps of a stage, as far as a schedule knows them.
struct ScheduleSpan {
    std::int64_t stepsPerEpoch = 1;
    std::int64_t totalSteps = 1;
    std::int64_t epochs = 1;
};

/// Learning-rate factor of a step, counted from 0: a linear warm-up over that share of all steps,
/// then 1 (Constant), or a cosine from 1 down to 0, step by step over the steps left (CosineStep)
/// or epoch by epoch over all epochs (CosineEpoch).
double scheduleFactor(Schedule schedule, double warmup, std::int64_t step,
                      const ScheduleSpan& span);

} // namespace flip

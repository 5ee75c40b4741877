#pragma once

#include "core/spec/choices.h"

#include <cstdint>

namespace flip {

/// The extent of a stage, as a schedule needs it.
struct ScheduleSpan {
    std::int64_t stepsPerEpoch = 1;
    std::int64_t totalSteps = 1;
    std::int64_t epochs = 1;
};

/// The learning-rate factor of a step, counted from 0: a linear warm-up over the share `warmup` of
/// all steps, then 1 (Constant), or a cosine from 1 to 0 that changes with each of the remaining
/// steps (CosineStep) or with each epoch, over all epochs (CosineEpoch).
double scheduleFactor(Schedule schedule, double warmup, std::int64_t step,
                      const ScheduleSpan& span);

} // namespace flip

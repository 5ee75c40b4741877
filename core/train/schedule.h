#pragma once

#include <cstdint>
#include <string>

namespace flip {

/// The steps of a stage, as far as a schedule knows them.
struct ScheduleSpan {
    std::int64_t stepsPerEpoch = 1;
    std::int64_t totalSteps = 1;
    std::int64_t epochs = 1;
};

/// Learning-rate factor of a step, counted from 0: a linear warm-up over that share of all steps,
/// then 1 ("constant"), or a cosine from 1 down to 0, step by step over the steps left
/// ("cosine-step") or epoch by epoch over all epochs ("cosine-epoch").
double scheduleFactor(const std::string& schedule, double warmup, std::int64_t step,
                      const ScheduleSpan& span);

} // namespace flip

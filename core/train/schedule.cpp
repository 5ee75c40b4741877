#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flip {

double scheduleFactor(Schedule schedule, double warmup, std::int64_t step,
                      const ScheduleSpan& span) {
    const double warmSteps = std::floor(warmup * static_cast<double>(span.totalSteps));
    if (static_cast<double>(step) < warmSteps) {
        return static_cast<double>(step + 1) / warmSteps;
    }
    double done = 1.0;
    switch (schedule) {
    case Schedule::Constant:
        return 1.0;
    case Schedule::CosineStep:
        if (const double remaining = static_cast<double>(span.totalSteps) - warmSteps;
            remaining > 0) {
            done = (static_cast<double>(step) - warmSteps) / remaining;
        }
        break;
    case Schedule::CosineEpoch:
        const std::int64_t epoch = step / std::max<std::int64_t>(span.stepsPerEpoch, 1);
        done = static_cast<double>(epoch) / static_cast<double>(span.epochs);
        break;
    }
    return 0.5 * (1.0 + std::cos(std::numbers::pi * done));
}

} // namespace flip

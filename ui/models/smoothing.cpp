#include "ui/models/smoothing.h"

#include <cmath>

namespace flip::ui {

double DebiasedAverage::add(double value) {
    if (!std::isfinite(value)) {
        return value;
    }
    mean_ = weight_ * mean_ + (1 - weight_) * value;
    remainder_ *= weight_;
    return mean_ / (1 - remainder_);
}

} // namespace flip::ui

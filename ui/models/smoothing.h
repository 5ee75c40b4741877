#pragma once

namespace flip::ui {

/// Exponential moving average without the pull of its start at zero (Adam's correction, Kingma and
/// Ba 2015): m <- w m + (1 - w) x, shown as m / (1 - w^n). A value that is not finite is shown as
/// it is and does not enter the mean.
class DebiasedAverage {
public:
    /// `weight` in [0, 1): 0 gives the values back.
    explicit DebiasedAverage(double weight) : weight_(weight) {}

    double add(double value);

private:
    double weight_;
    double mean_ = 0;
    double remainder_ = 1; // weight^n
};

} // namespace flip::ui

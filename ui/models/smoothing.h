#pragma once

namespace flip::ui {

/// Exponential moving average, corrected for its start at zero as in Adam (Kingma and Ba 2015):
/// m <- w m + (1 - w) x, shown as m / (1 - w^n). A value that is not finite is returned unchanged
/// and does not enter the mean.
class DebiasedAverage {
public:
    /// `weight` in [0, 1): 0 returns the values unchanged.
    explicit DebiasedAverage(double weight) : weight_(weight) {}

    double add(double value);

private:
    double weight_;
    double mean_ = 0;
    double remainder_ = 1; // weight^n
};

} // namespace flip::ui

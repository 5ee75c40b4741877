#include "core/data/import/import_watch.h"

namespace flip {

namespace {

constexpr std::chrono::milliseconds kBetweenReports{20};

} // namespace

Result<void> ImportWatch::begin(std::string phase, std::int64_t finishedBytes) {
    state_.phase = std::move(phase);
    finishedBytes_ = finishedBytes;
    state_.bytes = finishedBytes;
    return report();
}

Result<void> ImportWatch::step(std::int64_t bytesOfThisFile, std::int64_t rows) {
    const bool first = state_.rows == 0 && rows > 0;
    state_.rows += rows;
    state_.bytes = finishedBytes_ + bytesOfThisFile;
    // A stop takes effect at once; reports are limited to what a person can follow.
    if (!first && !stop_.stop_requested() && Clock::now() - reported_ < kBetweenReports) {
        return {};
    }
    return report();
}

Result<void> ImportWatch::report() {
    reported_ = Clock::now();
    state_.seconds = std::chrono::duration<double>(reported_ - begun_).count();
    if (progress_) {
        progress_(state_);
    }
    if (stop_.stop_requested()) {
        return Problem{"the import was cancelled; nothing was kept", ""};
    }
    return {};
}

} // namespace flip

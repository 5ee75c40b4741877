#include "core/data/import_watch.h"

namespace flip {

namespace {

constexpr std::int64_t kStepsBetweenLooks = 4096;

} // namespace

Result<void> ImportWatch::begin(std::string phase, std::int64_t finishedBytes) {
    state_.phase = std::move(phase);
    finishedBytes_ = finishedBytes;
    state_.bytes = finishedBytes;
    return tell();
}

Result<void> ImportWatch::step(std::int64_t bytesOfThisFile) {
    if (++steps_ % kStepsBetweenLooks != 0) {
        return {};
    }
    state_.bytes = finishedBytes_ + bytesOfThisFile;
    return tell();
}

Result<void> ImportWatch::tell() {
    if (progress_) {
        progress_(state_);
    }
    if (stop_.stop_requested()) {
        return Problem{"the import was cancelled; nothing was kept", ""};
    }
    return {};
}

} // namespace flip

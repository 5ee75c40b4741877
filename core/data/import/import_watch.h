#pragma once

#include "core/base/result.h"
#include "core/data/import/import.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>

namespace flip {

/// Reports the progress of an import, and ends it when it is cancelled: both functions then return
/// a Problem. Owned by the import's thread.
class ImportWatch {
public:
    ImportWatch(std::function<void(const ImportProgress&)> progress, std::stop_token stop,
                std::int64_t totalBytes)
        : progress_(std::move(progress)), stop_(std::move(stop)) {
        state_.totalBytes = totalBytes;
    }

    /// Begins a phase; `finishedBytes` of earlier files have been read.
    Result<void> begin(std::string phase, std::int64_t finishedBytes);

    /// `bytesOfThisFile` have been read of the phase's file, and `rows` more rows were kept.
    Result<void> step(std::int64_t bytesOfThisFile, std::int64_t rows);

private:
    using Clock = std::chrono::steady_clock;

    Result<void> report();

    std::function<void(const ImportProgress&)> progress_;
    std::stop_token stop_;
    ImportProgress state_;
    std::int64_t finishedBytes_ = 0;
    Clock::time_point begun_ = Clock::now();
    Clock::time_point reported_{};
};

} // namespace flip

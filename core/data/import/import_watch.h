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

/// What an import tells while it works, and whether it may go on. Owned by the import's thread.
class ImportWatch {
public:
    ImportWatch(std::function<void(const ImportProgress&)> progress, std::stop_token stop,
                std::int64_t totalBytes)
        : progress_(std::move(progress)), stop_(std::move(stop)) {
        state_.totalBytes = totalBytes;
    }

    /// Begins a phase; `finished` bytes of earlier files are done with.
    Result<void> begin(std::string phase, std::int64_t finishedBytes);

    /// Some more of the phase's file was read and so many rows were kept of it.
    Result<void> step(std::int64_t bytesOfThisFile, std::int64_t rows);

private:
    using Clock = std::chrono::steady_clock;

    Result<void> tell();

    std::function<void(const ImportProgress&)> progress_;
    std::stop_token stop_;
    ImportProgress state_;
    std::int64_t finishedBytes_ = 0;
    Clock::time_point begun_ = Clock::now();
    Clock::time_point told_{};
};

} // namespace flip

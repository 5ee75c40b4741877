#pragma once

#include "core/base/result.h"
#include "core/data/import.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

    /// One record of the phase's file was read. Cheap: tells and asks every few thousand only.
    Result<void> step(std::int64_t bytesOfThisFile);

    /// One row was kept.
    void addRow() { ++state_.rows; }

private:
    Result<void> tell();

    std::function<void(const ImportProgress&)> progress_;
    std::stop_token stop_;
    ImportProgress state_;
    std::int64_t finishedBytes_ = 0;
    std::int64_t steps_ = 0;
};

/// Lines that were left out: how many, and the first of them with the reason.
class BadLines {
public:
    /// `describe` makes the Problem; called for the first lines only.
    template <class Describe>
    void add(Describe describe) {
        ++count_;
        if (examples_.size() < kExamples) {
            examples_.push_back(describe());
        }
    }

    std::int64_t count() const { return count_; }
    const std::vector<Problem>& examples() const { return examples_; }

private:
    static constexpr std::size_t kExamples = 20;
    std::int64_t count_ = 0;
    std::vector<Problem> examples_;
};

} // namespace flip

#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace flip::ui {

/// What is shown under a column's name: its most frequent values and how often they were clicked.
struct FieldStatistics {
    struct Value {
        std::string text;
        std::int64_t rows = 0;
        std::int64_t positives = 0;
    };
    std::vector<Value> top; // most frequent first, at most kTopValues
    std::int64_t rows = 0;  // counted
    std::int64_t values = 0;
};

inline constexpr int kTopValues = 24;

/// Counts the values of every field over all rows, reading each column once. Returns an empty
/// vector within milliseconds of a stop request. Runs on any thread; keep it off the GUI thread.
std::vector<FieldStatistics> countFields(const Dataset& dataset, std::stop_token stop = {});

} // namespace flip::ui

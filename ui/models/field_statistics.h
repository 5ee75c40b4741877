#pragma once

#include "core/data/dataset.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace flip::ui {

/// What stands under a column's name: its commonest values and how often they were clicked.
struct FieldStatistics {
    struct Value {
        std::string text;
        std::int64_t rows = 0;
        std::int64_t positives = 0;
    };
    std::vector<Value> top; // by rows, at most kTopValues
    std::int64_t rows = 0;  // counted
    std::int64_t values = 0;
};

inline constexpr int kTopValues = 24;

/// Counts the values of every field over all rows. Reads the columns once; obeys `stop` within
/// some milliseconds and then returns nothing. Any thread; keep it off the GUI's.
std::vector<FieldStatistics> countFields(const Dataset& dataset, std::stop_token stop = {});

} // namespace flip::ui

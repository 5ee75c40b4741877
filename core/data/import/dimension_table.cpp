#include "core/data/import/dimension_table.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace flip {

bool DimensionTable::add(const RecordBatch& batch) {
    std::string scratch;
    for (std::size_t record = 0; record < batch.records(); ++record) {
        const std::uint32_t before = keys_.size();
        const auto code = keys_.add(key_.read(batch, record, columns_, scratch));
        if (!code) {
            return false;
        }
        if (!collect_.empty()) {
            for (std::size_t cell = 0; cell < cellColumns_.size(); ++cell) {
                const std::string_view text =
                    cellColumns_[cell].read(batch, record, columns_, scratch);
                const auto value = text.empty() ? std::nullopt : collectedValues_.add(text);
                if (value) {
                    collected_.push_back({*code, static_cast<std::uint32_t>(cell), *value});
                }
            }
            continue;
        }
        if (*code < before) {
            ++repeatedKeys_;
            continue;
        }
        for (const CellColumns& cell : cellColumns_) {
            bytes_ += cell.read(batch, record, columns_, scratch);
            offsets_.push_back(bytes_.size());
        }
    }
    return true;
}

void DimensionTable::finish() {
    if (collect_.empty()) {
        return;
    }
    // Join the distinct values of each cell, in the order of the file.
    const auto cellOf = [](const Collected& one) { return std::pair(one.row, one.cell); };
    std::ranges::stable_sort(collected_, {}, cellOf);
    std::size_t at = 0;
    std::vector<std::uint32_t> taken;
    for (std::uint32_t row = 0; row < keys_.size(); ++row) {
        for (std::uint32_t cell = 0; cell < cellColumns_.size(); ++cell) {
            taken.clear();
            for (; at < collected_.size() && cellOf(collected_[at]) == std::pair(row, cell); ++at) {
                const std::uint32_t value = collected_[at].value;
                if (std::ranges::find(taken, value) != taken.end()) {
                    continue;
                }
                bytes_ += taken.empty() ? "" : collect_;
                bytes_ += collectedValues_.value(value);
                taken.push_back(value);
            }
            offsets_.push_back(bytes_.size());
        }
    }
    collected_ = {};
    collectedValues_ = {};
}

std::int64_t DimensionTable::find(std::string_view key) const {
    const auto code = keys_.find(key);
    return code ? std::int64_t{*code} : -1;
}

std::string_view DimensionTable::cell(std::int64_t row, std::size_t cell) const {
    const std::size_t at = static_cast<std::size_t>(row) * cellColumns_.size() + cell;
    return std::string_view(bytes_).substr(offsets_[at], offsets_[at + 1] - offsets_[at]);
}

} // namespace flip

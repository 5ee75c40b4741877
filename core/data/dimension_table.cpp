#include "core/data/dimension_table.h"

namespace flip {

bool DimensionTable::add(const RecordBatch& batch) {
    std::string scratch;
    for (std::size_t record = 0; record < batch.records(); ++record) {
        const std::uint32_t before = keys_.size();
        const auto code = keys_.add(key_.read(batch, record, columns_, scratch));
        if (!code) {
            return false;
        }
        if (*code < before) {
            ++repeatedKeys_;
            continue;
        }
        for (const CellPlace& place : places_) {
            bytes_ += place.read(batch, record, columns_, scratch);
            offsets_.push_back(bytes_.size());
        }
    }
    return true;
}

std::int64_t DimensionTable::find(std::string_view key) const {
    const auto code = keys_.find(key);
    return code ? std::int64_t{*code} : -1;
}

std::string_view DimensionTable::cell(std::int64_t row, std::size_t cell) const {
    const std::size_t at = static_cast<std::size_t>(row) * places_.size() + cell;
    return std::string_view(bytes_).substr(offsets_[at], offsets_[at + 1] - offsets_[at]);
}

} // namespace flip

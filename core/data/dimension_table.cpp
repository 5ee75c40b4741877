#include "core/data/dimension_table.h"

namespace flip {

Result<DimensionTable> DimensionTable::load(TableReader& reader, const Cell& key,
                                            const std::vector<Cell>& cells) {
    DimensionTable table;
    table.cellsPerRow_ = cells.size();
    CsvRecord record;
    std::string scratch;
    for (;;) {
        const auto found = reader.next(record);
        if (!found) {
            return found.problem();
        }
        if (!*found) {
            return table;
        }
        const std::uint32_t before = table.keys_.size();
        const auto code = table.keys_.add(key.read(record, scratch));
        if (!code) {
            return Problem{"has more than 4294967294 keys; that is the most a join can hold",
                           reader.name()};
        }
        if (*code < before) {
            ++table.repeatedKeys_;
            continue;
        }
        for (const Cell& cell : cells) {
            table.bytes_ += cell.read(record, scratch);
            table.offsets_.push_back(table.bytes_.size());
        }
    }
}

std::int64_t DimensionTable::find(std::string_view key) const {
    const auto code = keys_.find(key);
    return code ? std::int64_t{*code} : -1;
}

std::string_view DimensionTable::cell(std::int64_t row, std::size_t cell) const {
    const std::size_t at = static_cast<std::size_t>(row) * cellsPerRow_ + cell;
    return std::string_view(bytes_).substr(offsets_[at], offsets_[at + 1] - offsets_[at]);
}

} // namespace flip

#pragma once

#include "core/base/result.h"
#include "core/data/import/table_source.h"
#include "core/data/records/value_dictionary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A joined table in memory: the needed cells by key. A repeated key never multiplies rows: either
/// its further records are counted and skipped, or the distinct values of all its records are
/// collected in one cell. Filled by one thread, then read by any.
class DimensionTable {
public:
    DimensionTable() = default;
    /// `collect` separates collected values; empty: the first record with a key is used.
    DimensionTable(CellColumns key, std::vector<CellColumns> cells, std::size_t columns,
                   std::string collect)
        : key_(std::move(key)), cellColumns_(std::move(cells)), columns_(columns),
          collect_(std::move(collect)) {}

    /// Adds the records of a parsed batch; returns false if there are too many keys.
    bool add(const RecordBatch& batch);

    /// Call it after the last batch and before reading the first cell.
    void finish();

    std::int64_t rows() const { return keys_.size(); }
    std::int64_t repeatedKeys() const { return repeatedKeys_; }

    /// The row with this key; -1 if no row has it.
    std::int64_t find(std::string_view key) const;

    std::string_view cell(std::int64_t row, std::size_t cell) const;

private:
    CellColumns key_;
    std::vector<CellColumns> cellColumns_; // [cells]
    std::size_t columns_ = 0;              // in a record
    std::string collect_;

    ValueDictionary keys_; // the n-th key is that of row n
    std::vector<std::uint64_t> offsets_{0};
    std::string bytes_;
    std::int64_t repeatedKeys_ = 0;

    /// A value in one of the cells of a key's record.
    struct Collected {
        std::uint32_t row;
        std::uint32_t cell;
        std::uint32_t value; // code in collectedValues_
        bool operator==(const Collected&) const = default;
    };
    std::vector<Collected> collected_; // in the order of the file, until finish()
    ValueDictionary collectedValues_;
};

} // namespace flip

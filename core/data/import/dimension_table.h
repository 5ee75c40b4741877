#pragma once

#include "core/base/result.h"
#include "core/data/import/table_source.h"
#include "core/data/records/value_dictionary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A joined table in memory: by key, the cells that are needed. A key that comes again never
/// multiplies rows: either it is counted and left out, or the distinct values of its records are
/// collected in one cell. Filled by one thread, then read by any.
class DimensionTable {
public:
    DimensionTable() = default;
    /// `collect` stands between collected values; empty: the first record with a key counts.
    DimensionTable(CellPlace key, std::vector<CellPlace> cells, std::size_t columns,
                   std::string collect)
        : key_(std::move(key)), places_(std::move(cells)), columns_(columns),
          collect_(std::move(collect)) {}

    /// Adds the records of a parsed batch; false where there are more keys than can be numbered.
    bool add(const RecordBatch& batch);

    /// To be called once all batches are in, before the first cell is read.
    void finish();

    std::int64_t rows() const { return keys_.size(); }
    std::int64_t repeatedKeys() const { return repeatedKeys_; }

    /// The row with this key; -1 if there is none.
    std::int64_t find(std::string_view key) const;

    std::string_view cell(std::int64_t row, std::size_t cell) const;

private:
    CellPlace key_;
    std::vector<CellPlace> places_; // of the cells
    std::size_t columns_ = 0;       // of a record
    std::string collect_;

    ValueDictionary keys_; // the n-th key is that of row n
    std::vector<std::uint64_t> offsets_{0};
    std::string bytes_;
    std::int64_t repeatedKeys_ = 0;

    /// A value that a key's record holds in one of the cells.
    struct Collected {
        std::uint32_t row;
        std::uint32_t cell;
        std::uint32_t value; // in collectedValues_
        bool operator==(const Collected&) const = default;
    };
    std::vector<Collected> collected_; // in the order of the file, until finish()
    ValueDictionary collectedValues_;
};

} // namespace flip

#pragma once

#include "core/base/result.h"
#include "core/data/table_reader.h"
#include "core/data/value_dictionary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A joined table in memory: by key, the cells that are needed. A key that comes again is counted
/// and left out: a join never multiplies rows. Immutable after loading.
class DimensionTable {
public:
    static Result<DimensionTable> load(TableReader& reader, const Cell& key,
                                       const std::vector<Cell>& cells);

    std::int64_t rows() const { return keys_.size(); }
    std::int64_t repeatedKeys() const { return repeatedKeys_; }

    /// The row with this key; -1 if there is none.
    std::int64_t find(std::string_view key) const;

    std::string_view cell(std::int64_t row, std::size_t cell) const;

private:
    ValueDictionary keys_; // the n-th key is that of row n
    std::size_t cellsPerRow_ = 0;
    std::vector<std::uint64_t> offsets_{0};
    std::string bytes_;
    std::int64_t repeatedKeys_ = 0;
};

} // namespace flip

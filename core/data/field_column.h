#pragma once

#include "core/base/result.h"
#include "core/data/column_writer.h"
#include "core/data/manifest.h"
#include "core/data/row_source.h"
#include "core/data/schema_file.h"
#include "core/data/value_dictionary.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace flip {

/// One field of a dataset in the making: numbers its values row by row and, once the split is
/// known, gives ids to those the training rows hold often enough. Codes go to the disk at once;
/// memory holds the distinct values only. Owned by one thread.
class FieldColumn {
public:
    static Result<FieldColumn> open(const FieldSchema& schema, std::size_t index,
                                    const std::filesystem::path& columnsFolder);

    /// Adds the value of the row at hand.
    Result<void> add(RowSource& rows);

    /// Writes what is left; ids begin at `firstId`: the unknown value's, then those of the values
    /// that at least `minCount` training rows hold, in the order in which those rows first hold
    /// them.
    Result<ManifestField> finish(std::span<const Split> splits, std::int64_t minCount,
                                 std::int64_t firstId);

private:
    FieldColumn(const FieldSchema& schema, std::size_t index, std::filesystem::path folder,
                ColumnWriter codes)
        : name_(schema.name), use_(schema.use), index_(index), folder_(std::move(folder)),
          codes_(std::move(codes)) {}

    Result<std::uint32_t> codeOf(RowSource& rows);
    Result<std::uint32_t> codeOf(std::string_view value);

    std::string name_;
    FieldUse use_;
    std::size_t index_;
    std::filesystem::path folder_;
    ColumnWriter codes_;
    ValueDictionary values_;
    std::vector<std::uint32_t> codeOfJoinedRow_; // kNoCode: not met yet
};

} // namespace flip

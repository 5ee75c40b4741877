#pragma once

#include "core/base/files.h"
#include "core/base/result.h"
#include "core/data/import/column_writer.h"
#include "core/data/import/row_source.h"
#include "core/data/import/schema_file.h"
#include "core/data/import/value_ids.h"
#include "core/data/manifest.h"
#include "core/data/records/value_dictionary.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace flip {

/// One field of a dataset that is being imported: assigns codes to its values row by row and, once
/// the split is known, ids to those that enough training rows hold. Codes are written to the disk
/// at once; memory holds only the distinct values. Used by one thread at a time.
class FieldColumn {
public:
    static Result<FieldColumn> open(const FieldSchema& schema, std::size_t index,
                                    const std::filesystem::path& columnsFolder);

    /// Adds the values of a batch's rows.
    Result<void> add(const RowSource& source, const RowBatch& rows);

    /// After the last row: assigns ids to the values of the training rows, see value_ids.h.
    /// `fields` is one field, or all that share a vocabulary, in the order of the schema.
    static Result<void> count(std::span<FieldColumn* const> fields, std::span<const Split> splits,
                              std::int64_t minCount);

    std::int64_t ids() const { return info_.ids; } // after count(); without the unknown id

    /// Sets the unknown id; the others follow.
    void setFirstId(std::int64_t id) { info_.firstId = id; }

    /// Writes the remaining files.
    Result<ManifestField> finish();

private:
    FieldColumn(const FieldSchema& schema, std::size_t index, std::filesystem::path folder,
                ColumnWriter codes)
        : buckets_(schema.buckets), index_(index), folder_(std::move(folder)),
          codes_(std::move(codes)) {
        info_.name = schema.name;
        info_.use = schema.use;
        info_.kind = schema.kind;
        info_.separator = schema.kind == FieldKind::Multi ? schema.separator : "";
        info_.shares = schema.shares;
    }

    Result<void> encode(const RowSource& source, const RowBatch& rows);
    Result<std::uint32_t> codeOf(std::string_view value);
    Result<MappedFile> finishCodes();
    void takeIds(ValueIds ids, std::span<const std::uint32_t> codes, std::span<const Split> splits);
    void countEmptyAndMisfitRows(std::span<const std::uint32_t> codes);
    Result<ListFiles> writeLists() const;
    Problem tooManyValues() const;

    FieldInfo info_;
    std::int64_t buckets_; // for kind Number
    std::size_t index_;
    std::filesystem::path folder_;
    ColumnWriter codes_;
    ValueDictionary values_;
    std::vector<std::uint32_t> codeOfJoinedRow_; // kNoCode: not seen yet
    std::vector<std::uint32_t> batchCodes_;      // of the rows being added
    ColumnFile codesFile_;                       // after the last row
    ValueIds ids_;                               // relative to info_.firstId until finish()
};

} // namespace flip

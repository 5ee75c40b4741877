#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/data/import_source.h"
#include "core/data/import_tally.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A file of datasets/NAME/columns/, named after its content hash.
struct ColumnFile {
    std::string hash;
    std::int64_t bytes = 0;

    std::string fileName() const { return hash + ".bin"; }
};

/// The additional files of a list field: its elements, and which of them each value consists of.
struct ListFiles {
    std::int64_t elements = 0; // distinct elements in all rows
    ColumnFile offsets;        // std::uint64_t [elements + 1], into `bytes`
    ColumnFile bytes;          // the elements, one after the other
    ColumnFile ends;           // std::uint64_t [values + 1], into `ids`
    ColumnFile ids;            // std::int64_t, ids of each value's known elements, at least one id
};

/// A field with its files.
struct ManifestField {
    FieldInfo info;
    ColumnFile codes;               // std::uint32_t [rows]
    ColumnFile offsets;             // std::uint64_t [values + 1], into `bytes`
    ColumnFile bytes;               // the values, one after the other
    ColumnFile idOfCodes;           // std::int64_t [values]
    std::optional<ListFiles> lists; // of kind Multi only

    std::vector<ColumnFile> files() const;
};

/// How the dataset was imported; not part of its content hash.
struct ImportRecord {
    std::string preset; // empty: the user's own schema
    std::string schema; // the schema file's text
    std::string labelRule;
    std::int64_t minCount = 1;
    ImportSource source;
    ImportTally tally;
};

/// datasets/NAME/manifest.json: describes the dataset and names its files. All numbers in the files
/// are little-endian.
struct Manifest {
    static constexpr std::string_view kFileName = "manifest.json";
    static constexpr std::int64_t kFormat = 1;
    static constexpr std::int64_t kSharingFormat = 2;   // if fields share a vocabulary
    static constexpr std::int64_t kFineTimesFormat = 3; // if times have decimals
    static constexpr std::int64_t kBracketsFormat = 4;  // if lists may be in brackets
    static constexpr std::int64_t kLastFormat = kBracketsFormat;

    /// The lowest of these formats that can represent the dataset, so that older versions can read
    /// it if possible.
    std::int64_t format() const;

    std::int64_t rows = 0;
    std::int64_t positives = 0;
    std::int64_t idCount = 0;
    SplitRows splitRows{};
    std::vector<ManifestField> fields;
    ColumnFile labels;                     // std::uint8_t [rows]
    ColumnFile splits;                     // std::uint8_t [rows]
    std::optional<ColumnFile> times;       // std::int64_t [rows]
    int timeDecimals = 0;                  // times are in 10^-timeDecimals of the source's unit
    std::optional<ColumnFile> badLineList; // the first bad lines, as BadLines::toText() writes them
    ImportRecord import;

    /// Of content and split: the columns and their fields, without what the import left out.
    std::string contentHash() const;

    /// Every file of columns/.
    std::vector<ColumnFile> files() const;

    std::string toJson() const;
    static Result<Manifest> fromJson(std::string_view json, const std::string& where);
};

} // namespace flip

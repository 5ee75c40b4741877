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

/// A file of datasets/NAME/columns/, named after its content.
struct ColumnFile {
    std::string hash;
    std::int64_t bytes = 0;

    std::string fileName() const { return hash + ".bin"; }
};

/// What a field whose values are lists has besides: its elements, and which of them make a value.
struct ListFiles {
    std::int64_t elements = 0; // distinct ones in all rows
    ColumnFile offsets;        // std::uint64_t [elements + 1], into `bytes`
    ColumnFile bytes;          // the elements, one after the other
    ColumnFile ends;           // std::uint64_t [values + 1], into `ids`
    ColumnFile ids;            // std::int64_t, the known elements of each value, at least one id
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

/// How the dataset was made; no part of its content.
struct ImportRecord {
    std::string preset; // empty: a schema of the person's own
    std::string schema; // the schema file's text
    std::string labelRule;
    std::int64_t minCount = 1;
    ImportSource source;
    ImportTally tally;
};

/// datasets/NAME/manifest.json: what the dataset is and which files hold it. All numbers of the
/// files are little-endian.
struct Manifest {
    static constexpr std::string_view kFileName = "manifest.json";
    static constexpr std::int64_t kFormat = 1;
    static constexpr std::int64_t kSharingFormat = 2;   // where fields share a vocabulary
    static constexpr std::int64_t kFineTimesFormat = 3; // where times have decimals
    static constexpr std::int64_t kBracketsFormat = 4;  // where lists stand in brackets
    static constexpr std::int64_t kLastFormat = kBracketsFormat;

    /// The least of them that holds it, so that older programs read what they can.
    std::int64_t format() const;

    std::int64_t rows = 0;
    std::int64_t positives = 0;
    std::int64_t idCount = 0;
    SplitRows splitRows{};
    std::vector<ManifestField> fields;
    ColumnFile labels;                     // std::uint8_t [rows]
    ColumnFile splits;                     // std::uint8_t [rows]
    std::optional<ColumnFile> times;       // std::int64_t [rows], in 10^-timeDecimals
    int timeDecimals = 0;                  // of the source's unit
    std::optional<ColumnFile> badLineList; // the first bad lines, as BadLines::toText() writes them
    ImportRecord import;

    /// Of content and split: what the columns hold and which field each one is. What was left out
    /// is no content.
    std::string contentHash() const;

    /// Every file of columns/.
    std::vector<ColumnFile> files() const;

    std::string toJson() const;
    static Result<Manifest> fromJson(std::string_view json, const std::string& where);
};

} // namespace flip

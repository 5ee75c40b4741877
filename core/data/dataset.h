#pragma once

#include "core/base/result.h"
#include "core/data/field_info.h"
#include "core/data/import_source.h"
#include "core/data/import_tally.h"
#include "core/data/records/bad_lines.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Rows of a dataset that are held in memory.
struct MemoryRows {
    struct Field {
        FieldInfo info;                      // `values` is set by what stands here
        std::vector<std::uint32_t> codes;    // [rows]
        std::vector<std::uint64_t> offsets;  // [values + 1], into `bytes`
        std::string bytes;                   // the values, one after the other
        std::vector<std::int64_t> idOfCodes; // [values]
        std::vector<std::uint64_t> listEnds; // [values + 1], into `listIds`; of kind Multi only
        std::vector<std::int64_t> listIds;
    };
    std::vector<Field> fields;
    std::int64_t idCount = 0;
    std::vector<std::uint8_t> labels; // [rows]
    std::vector<std::uint8_t> splits; // [rows]
    std::vector<std::int64_t> times;  // [rows], or empty
    int timeDecimals = 0;
};

/// An imported table: columns on disk, memory-mapped, immutable. Opening costs milliseconds
/// whatever the size. Safe to read from any thread.
///
/// One id space serves all fields: 0 is the mask, then each field has one id for unknown values
/// followed by its training vocabulary. Fields that share a vocabulary have an id space each all
/// the same, equally long and in the same order: the n-th id of one is the value of the n-th of the
/// other.
class Dataset {
public:
    /// Opens datasets/NAME; damage and foreign versions are Problems that name the file.
    static Result<Dataset> open(const std::filesystem::path& folder);

    /// Rows that were not imported, such as those to predict. Without name, hash and source.
    static Dataset inMemory(MemoryRows rows);

    Dataset(Dataset&&) noexcept;
    Dataset& operator=(Dataset&&) noexcept;
    ~Dataset();

    const std::string& name() const;
    const std::string& hash() const;      // of content and split; independent of the name
    const std::string& splitHash() const; // of which row is in which split
    std::int64_t rows() const;
    std::int64_t positives() const;
    std::int64_t minCount() const;      // training rows that an id of its own asked for
    const std::string& schema() const;  // the text of the schema file that it was imported by
    const ImportTally& tally() const;   // what the import left out
    const ImportSource& source() const; // what it read and how it divided the rows

    /// The first bad lines, at most BadLines::kKept. Reads a file.
    Result<std::vector<BadLine>> firstBadLines() const;

    std::int64_t splitRows(Split split) const;
    const SplitRows& splitRows() const;
    std::int64_t idCount() const; // K: all fields' ids, their unknowns, and the mask

    const std::vector<FieldInfo>& fields() const;
    int findField(std::string_view name) const; // -1 if there is none
    std::vector<int> idFields() const;          // indices of fields with use Both or Id
    std::vector<std::string> idFieldNames() const;
    std::vector<int> textFields() const; // ... Both or Text

    std::span<const std::uint8_t> labels() const;          // [rows], 0 or 1
    std::span<const std::uint8_t> splits() const;          // [rows], as Split
    std::span<const std::int64_t> times() const;           // [rows], empty without a time column;
                                                           // in 10^-timeDecimals()
    int timeDecimals() const;                              // of the source's unit; mostly 0
    std::span<const std::uint32_t> codes(int field) const; // [rows], index of the value
    std::string_view value(int field, std::uint32_t code) const; // as it stood in the source
    std::span<const std::int64_t> idOfCode(int field) const;     // [values], global id; of a list
                                                                 // that of its first known element

    /// All global ids of a value: of a list those of its known elements, else the one.
    std::span<const std::int64_t> idsOfCode(int field, std::uint32_t code) const;

    /// Row indices of a split, in source order.
    std::vector<std::int64_t> rowsOf(Split split) const;

    /// Occurrences of each id in the training split; 0 for fields that are words only, whose ids no
    /// model sees. [idCount()]
    std::vector<std::int64_t> trainingCounts() const;

    /// Compares every file with the hash in its name; one Problem a damaged file.
    std::vector<Problem> verify() const;

    /// The object of `flip datasets show --json`, as the contract spells it.
    std::string toJson() const;

private:
    struct Content;
    explicit Dataset(std::unique_ptr<Content> content);
    std::unique_ptr<Content> content_;
};

} // namespace flip

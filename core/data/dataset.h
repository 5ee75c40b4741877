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
        FieldInfo info;                      // `values` is set by inMemory()
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

/// An imported table: columns on disk, memory-mapped, immutable. Opening takes milliseconds at any
/// size. Safe to read from any thread.
///
/// All fields share one id space: 0 is the mask, then each field has one id for unknown values
/// followed by its training vocabulary. Fields that share a vocabulary still have a range of ids
/// each, equally long and in the same order: the n-th id of each range stands for the same value.
class Dataset {
public:
    /// Opens datasets/NAME. Damage or an unsupported format is a Problem that names the file.
    static Result<Dataset> open(const std::filesystem::path& folder);

    /// Rows that were not imported, for example rows to predict. Has no name, hash or source.
    static Dataset inMemory(MemoryRows rows);

    Dataset(Dataset&&) noexcept;
    Dataset& operator=(Dataset&&) noexcept;
    ~Dataset();

    const std::string& name() const;
    const std::string& hash() const;      // of content and split; independent of the name
    const std::string& splitHash() const; // of the assignment of rows to splits
    std::int64_t rows() const;
    std::int64_t positives() const;
    std::int64_t minCount() const;      // training rows that a value needed to get its own id
    const std::string& schema() const;  // the text of the schema file that it was imported with
    const ImportTally& tally() const;   // what the import left out
    const ImportSource& source() const; // what it read and how it split the rows

    /// The first bad lines, at most BadLines::kKept. Reads a file.
    Result<std::vector<BadLine>> firstBadLines() const;

    std::int64_t splitRows(Split split) const;
    const SplitRows& splitRows() const;
    std::int64_t idCount() const; // K: the ids of all fields, their unknown ids, and the mask

    const std::vector<FieldInfo>& fields() const;
    int findField(std::string_view name) const; // -1 if no field has this name
    std::vector<int> idFields() const;          // indices of fields with use Both or Id
    std::vector<std::string> idFieldNames() const;
    std::vector<int> textFields() const; // ... Both or Text

    std::span<const std::uint8_t> labels() const;          // [rows], 0 or 1
    std::span<const std::uint8_t> splits() const;          // [rows], as Split
    std::span<const std::int64_t> times() const;           // [rows], in 10^-timeDecimals() of the
                                                           // source's unit; empty without times
    int timeDecimals() const;                              // usually 0
    std::span<const std::uint32_t> codes(int field) const; // [rows], index of the value
    std::string_view value(int field, std::uint32_t code) const; // as in the source
    std::span<const std::int64_t> idOfCode(int field) const;     // [values], global id; for a list
                                                                 // that of its first known element

    /// All global ids of a value: for a list those of its known elements, otherwise its single id.
    std::span<const std::int64_t> idsOfCode(int field, std::uint32_t code) const;

    /// Row indices of a split, in source order.
    std::vector<std::int64_t> rowsOf(Split split) const;

    /// Occurrences of each id in the training split; 0 for fields used only as text, whose ids no
    /// model reads. [idCount()]
    std::vector<std::int64_t> trainingCounts() const;

    /// Compares every file with the hash in its name and checks the numbers in it; one Problem per
    /// damaged file.
    std::vector<Problem> verify() const;

    /// The same for files whose hashes have been compared already.
    std::vector<Problem> verifyNumbers() const;

    /// The JSON object that `flip datasets show --json` prints.
    std::string toJson() const;

private:
    struct Content;
    explicit Dataset(std::unique_ptr<Content> content);
    std::vector<Problem> verifyFiles(bool hashes) const;
    std::unique_ptr<Content> content_;
};

} // namespace flip

#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Consecutive records of a raw table: first their raw bytes; after parsing, also their cells.
struct RecordBatch {
    /// A cell's text: a part of `text`, valid UTF-8.
    struct Cell {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };

    /// A record that cannot be used.
    struct Defect {
        std::int64_t line = 0; // relative to `firstLine`
        std::string reason;    // "is not valid UTF-8; name the file's encoding"
    };

    std::string text;           // raw bytes, then cells that differ from them
    std::size_t rawBytes = 0;   // of `text`
    std::int64_t firstLine = 1; // line where the first record starts, from 1
    std::int64_t lineCount = 0; // line breaks in the raw bytes
    bool last = false;          // nothing follows

    std::vector<Cell> cells;             // [records, columns]
    std::vector<std::uint32_t> lines;    // [records], where each starts, relative to `firstLine`
    std::vector<Defect> defects;         // sorted by line
    std::vector<std::size_t> firstCells; // [records + 1] if records differ in length, else empty
    std::size_t unfinished = 0; // raw bytes at the end whose record continues in the next batch

    std::size_t records() const { return lines.size(); }
    std::string_view cell(const Cell& cell) const {
        return std::string_view(text).substr(cell.begin, cell.size);
    }

    void clear() {
        text.clear();
        rawBytes = 0;
        lineCount = 0;
        last = false;
        unfinished = 0;
        cells.clear();
        lines.clear();
        firstCells.clear();
        defects.clear();
    }
};

/// A requested column of a file that does not list its columns or has values of many types.
struct WantedColumn {
    std::string name;
    bool isList = false; // its cells are read by forEachListElement(), so lists may be in brackets;
                         // otherwise a list is its elements joined by separators

    bool operator==(const WantedColumn&) const = default;
};

/// Reads raw files of one kind in batches and parses them. Batches are read one after the other;
/// parsing needs nothing but the batch, so many are parsed in parallel.
class RecordFormat {
public:
    virtual ~RecordFormat() = default;

    /// The columns of every record. Fixed once the file is open.
    virtual const std::vector<std::string>& columns() const = 0;

    /// Fills `text`, `rawBytes`, `firstLine`, `lineCount` and `last` of a cleared batch with the
    /// next bytes, about `wantedBytes` of them; false at the end. Input that cannot be split into
    /// records becomes a defect, without bytes. One thread at a time.
    virtual Result<bool> read(RecordBatch& batch, std::size_t wantedBytes) = 0;

    /// Fills cells, lines and defects from the raw bytes, which begin with a new record. A record
    /// with another number of columns is a defect. If the last record continues beyond the bytes,
    /// `unfinished` is the number of its bytes: the caller puts them before those of the next batch
    /// and parses that batch again. ValueKey::kInlineBytes bytes of padding follow the cells. Any
    /// thread, several batches in parallel.
    virtual void parse(RecordBatch& batch) const = 0;

    /// How many bytes of the file on disk have been read.
    virtual std::int64_t bytesRead() const = 0;
};

} // namespace flip

#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// Some successive records of a raw table: first their raw bytes, then, parsed, their cells.
struct RecordBatch {
    /// A cell's text: a part of `text`, valid UTF-8.
    struct Cell {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };

    /// A record that cannot be used.
    struct Defect {
        std::int64_t line = 0; // counted from 0 at `firstLine`
        std::string reason;    // "is not valid UTF-8; name the file's encoding"
    };

    std::string text;           // raw bytes, then cells that do not stand in them as they are
    std::size_t rawBytes = 0;   // of `text`
    std::int64_t firstLine = 1; // where the first record starts, from 1
    std::int64_t lineCount = 0; // line breaks in the raw bytes
    bool last = false;          // nothing follows

    std::vector<Cell> cells;             // [records, columns]
    std::vector<std::uint32_t> lines;    // [records], where each starts, from 0 at `firstLine`
    std::vector<Defect> defects;         // in order of lines
    std::vector<std::size_t> firstCells; // [records + 1] where records differ in length, else empty
    std::size_t unfinished = 0; // raw bytes at the end whose record goes on in the next batch

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

/// A column that is asked for, of files that do not name their columns or hold values of many
/// kinds.
struct WantedColumn {
    std::string name;
    bool isList = false; // its cells are read by forEachListElement(), so that lists may stand in
                         // brackets there; elsewhere a list is its elements and separators

    bool operator==(const WantedColumn&) const = default;
};

/// How raw files of one kind are cut into batches and parsed. A batch is cut by one thread after
/// the other; parsing needs nothing but the batch, so that many are parsed at once.
class RecordFormat {
public:
    virtual ~RecordFormat() = default;

    /// Of every record. Fixed once the file is open.
    virtual const std::vector<std::string>& columns() const = 0;

    /// Fills `text`, `rawBytes`, `firstLine`, `lineCount` and `last` of a cleared batch with the
    /// next bytes, about `wantedBytes` of them; false at the end. What cannot even be cut becomes a
    /// defect, with no bytes. One thread at a time.
    virtual Result<bool> read(RecordBatch& batch, std::size_t wantedBytes) = 0;

    /// Fills cells, lines and defects from the raw bytes, as if a record began there; a record of
    /// another number of columns is a defect. Where the last record goes on behind the bytes,
    /// `unfinished` says from where: the caller puts those bytes before the next batch's and parses
    /// that one again. Behind the cells stand ValueKey::kWhole bytes of padding. Any thread,
    /// several batches at once.
    virtual void parse(RecordBatch& batch) const = 0;

    /// How much of the file on the disk has been read.
    virtual std::int64_t bytesRead() const = 0;
};

} // namespace flip

#pragma once

#include "core/base/result.h"
#include "core/base/text_encoding.h"
#include "core/data/records/byte_source.h"
#include "core/data/records/line_blocks.h"
#include "core/data/records/record_format.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The format of a delimited text file. LF and CRLF end a record; a byte order mark is skipped.
struct CsvFormat {
    std::string delimiter = ",";
    std::string quote = "\""; // one byte, doubled inside a quoted field; empty: no quoting
    std::string escape;       // one byte, escapes quote and itself in a quoted field; empty: none
    TextEncoding encoding = TextEncoding::Utf8;
    std::size_t maxFieldBytes = 1 << 20;
    std::size_t maxRecordBytes = 1 << 24;
    std::size_t blockBytes = 1 << 18; // per batch
};

/// A Problem at `where` if delimiter, quote and escape are invalid or contradict each other.
Result<void> checkFormat(const CsvFormat& format, const std::string& where);

/// Parses records of a delimited text file. A record whose quote is never closed, or closed in the
/// middle of a field, loses only its first line: parsing continues with the next line. Of a record
/// longer than maxRecordBytes all that was read is lost. Immutable; any thread.
class CsvParser {
public:
    explicit CsvParser(CsvFormat format) : format_(std::move(format)) {}

    const CsvFormat& format() const { return format_; }

    /// See RecordFormat::parse(). Records with another number of cells than `columns` are defects.
    /// With `columns` 0 any number is accepted, and `firstCells` holds where the cells of each
    /// record begin.
    void parse(RecordBatch& batch, std::size_t columns) const;

private:
    class Scan;
    CsvFormat format_;
};

/// A delimited text file. Without a header and column names its records may have any number of
/// cells.
class CsvRecords final : public RecordFormat {
public:
    /// `columns` are the column names of a file without a header. Problems name the file as
    /// `shownName`.
    static Result<std::unique_ptr<CsvRecords>> open(std::unique_ptr<ByteSource> source,
                                                    const CsvFormat& format, bool header,
                                                    std::vector<std::string> columns,
                                                    std::string shownName);

    const std::vector<std::string>& columns() const override { return columns_; }
    Result<bool> read(RecordBatch& batch, std::size_t wantedBytes) override {
        return blocks_.read(batch, wantedBytes);
    }
    void parse(RecordBatch& batch) const override { parser_.parse(batch, columns_.size()); }
    std::int64_t bytesRead() const override { return blocks_.bytesRead(); }

private:
    CsvRecords(std::unique_ptr<ByteSource> source, const CsvFormat& format)
        : blocks_(std::move(source)), parser_(format) {}

    Result<void> readHeader(const std::string& shownName);

    LineBlocks blocks_;
    CsvParser parser_;
    std::vector<std::string> columns_;
};

} // namespace flip

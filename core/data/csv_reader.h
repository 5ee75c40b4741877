#pragma once

#include "core/base/result.h"
#include "core/base/text_encoding.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// How a delimited text file is written. LF and CRLF end a record; a byte order mark is skipped.
struct CsvFormat {
    std::string delimiter = ",";
    std::string quote = "\""; // one byte, doubled inside a quoted field; empty: no quoting
    TextEncoding encoding = TextEncoding::Utf8;
    std::size_t maxFieldBytes = 1 << 20;
    std::size_t blockBytes = 1 << 18; // read from the disk at a time
};

/// A Problem at `where` if no file can be read so: delimiter and quote contradict each other.
Result<void> checkFormat(const CsvFormat& format, const std::string& where);

/// One record in UTF-8. The views live until the reader's next step.
struct CsvRecord {
    std::vector<std::string_view> fields;
    std::int64_t line = 0;   // where it starts, from 1
    std::string_view defect; // not empty: the line is bad, for this reason; no fields then
};

/// Reads a delimited text file record by record, in memory bounded by the largest record.
/// A quote that is closed in the middle of a field makes its first line bad; reading goes on with
/// the line after it, so that nothing else is lost. Owned by one thread.
class CsvReader {
public:
    /// `shownName` stands in Problems: "ratings.csv:17".
    static Result<CsvReader> open(const std::filesystem::path& file, CsvFormat format,
                                  std::string shownName);

    /// The next record; false at the end. A field above the limit, such as one whose quote is
    /// never closed, is a Problem with the line it opens on.
    Result<bool> next(CsvRecord& record);

    std::int64_t bytesRead() const { return consumed_; }
    const std::string& name() const { return name_; }
    std::string where(std::int64_t line) const { return name_ + ":" + std::to_string(line); }

private:
    struct CloseFile {
        void operator()(std::FILE* file) const;
    };
    struct Span {
        std::size_t begin;
        std::size_t end;
        bool doubledQuotes;
    };
    enum class Scan { Record, NeedsMore, Defect };

    CsvReader() = default;
    Result<void> readMore();
    Result<Scan> scanRecord();
    Result<Scan> scanQuoted(std::size_t& at);
    Result<Scan> scanPlain(std::size_t& at);
    Scan endOfField(std::size_t& at, bool& recordEnds) const;
    Scan recoverAfterFirstLine();
    Problem unclosedQuote(std::size_t at) const;
    Problem fieldTooLong() const;
    void takeFields(CsvRecord& record);

    // Constant after opening.
    std::unique_ptr<std::FILE, CloseFile> file_;
    std::string name_;
    CsvFormat format_;
    std::array<bool, 256> stops_{}; // bytes that may end a plain field

    std::string buffer_;
    std::size_t begin_ = 0; // of the bytes not yet handed out
    std::size_t end_ = 0;
    bool atEnd_ = false;

    // The record found by the last scan.
    std::vector<Span> spans_;
    std::size_t next_ = 0;        // where the record after it begins
    std::int64_t lineBreaks_ = 0; // in it, its own end included
    std::string converted_;       // its fields, where latin-1 bytes became UTF-8

    std::int64_t line_ = 1;
    std::int64_t consumed_ = 0;
};

} // namespace flip

#include "core/data/records/csv_records.h"

#include "core/base/trimmed.h"
#include "core/data/records/value_dictionary.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flip {

namespace {

std::string megabytes(std::size_t bytes) {
    return bytes >= (1 << 20) ? std::to_string(bytes >> 20) + " MiB"
                              : std::to_string(bytes) + " bytes";
}

/// Sets a bit for each of the 64 bytes at `text` that equals `one` or `other`; the lowest bit is
/// the first byte.
std::uint64_t matches(const char* text, char one, char other) {
#if defined(__SSE2__)
    const __m128i ones = _mm_set1_epi8(one);
    const __m128i others = _mm_set1_epi8(other);
    std::uint64_t bits = 0;
    for (int part = 3; part >= 0; --part) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + 16 * part));
        const __m128i equal =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, ones), _mm_cmpeq_epi8(bytes, others));
        bits = bits << 16 | static_cast<std::uint32_t>(_mm_movemask_epi8(equal));
    }
    return bits;
#else
    std::uint64_t bits = 0;
    for (int i = 0; i < 64; ++i) {
        bits |= static_cast<std::uint64_t>(text[i] == one || text[i] == other) << i;
    }
    return bits;
#endif
}

} // namespace

Result<void> checkFormat(const CsvFormat& format, const std::string& where) {
    if (format.delimiter.empty()) {
        return Problem{"the delimiter is empty; name one, such as \",\"", where};
    }
    if (format.quote.size() > 1) {
        return Problem{"the quote must be one byte or empty; write quote = \"\" if there is none",
                       where};
    }
    if (format.escape.size() > 1) {
        return Problem{"the escape must be one byte or empty, such as escape = \"\\\\\"", where};
    }
    if ((format.delimiter + format.quote + format.escape).find_first_of("\r\n") !=
        std::string::npos) {
        return Problem{"delimiter, quote and escape cannot contain a line break", where};
    }
    if (!format.quote.empty() && format.delimiter.find(format.quote) != std::string::npos) {
        return Problem{"the delimiter contains the quote; they must differ", where};
    }
    if (!format.escape.empty() && (format.quote.empty() || format.escape == format.quote ||
                                   format.delimiter.find(format.escape) != std::string::npos)) {
        return Problem{"the escape needs a quote, and must differ from the quote and the delimiter",
                       where};
    }
    return {};
}

/// One pass over a batch.
class CsvParser::Scan {
public:
    Scan(const CsvFormat& format, RecordBatch& batch, std::size_t columns)
        : format_(format), batch_(batch), columns_(columns), end_(batch.rawBytes),
          delimiter_(format.delimiter) {
        const std::string_view raw(batch.text.data(), end_);
        checkUtf8_ = format.encoding == TextEncoding::Utf8 && !isUtf8(raw);
        convert_ = format.encoding == TextEncoding::Latin1 && !isAscii(raw);
    }

    void run() {
        const bool quoted = !format_.quote.empty() &&
                            std::memchr(batch_.text.data(), format_.quote[0], end_) != nullptr;
        if (!quoted && delimiter_.size() == 1 && !checkUtf8_ && !convert_ && columns_ != 0) {
            parsePlainRecords();
        } else {
            parseAnyRecords();
        }
        if (columns_ == 0) {
            batch_.firstCells.push_back(batch_.cells.size());
        }
        batch_.text.append(ValueKey::kInlineBytes, '\0');
    }

private:
    /// Where a field is in the raw bytes.
    struct Field {
        std::size_t begin;
        std::size_t end;
        bool rewritten; // contains doubled quotes or escapes
    };
    enum class Found { Record, Unfinished, Defect };

    /// Parses records whose fields end at the next delimiter or line break. Nearly all files take
    /// this path, so it must be fast.
    void parsePlainRecords() {
        const char* const text = batch_.text.data();
        const char delimiter = delimiter_[0];
        recordBegin_ = 0;
        std::size_t begin = 0; // of the field
        std::size_t at = 0;
        constexpr std::size_t kBlock = 64;
        for (; at + kBlock <= end_; at += kBlock) {
            std::uint64_t bits = matches(text + at, delimiter, '\n');
            while (bits != 0) {
                const std::size_t stop = at + static_cast<std::size_t>(std::countr_zero(bits));
                bits &= bits - 1;
                endPlainField(text, begin, stop);
                begin = stop + 1;
            }
        }
        for (; at < end_; ++at) {
            if (text[at] == delimiter || text[at] == '\n') {
                endPlainField(text, begin, at);
                begin = at + 1;
            }
        }
        if (recordBegin_ < end_) {
            addPlainCell(begin, end_);
            closePlainRecord();
        }
    }

    void endPlainField(const char* text, std::size_t begin, std::size_t stop) {
        if (text[stop] != '\n') {
            addPlainCell(begin, stop);
            return;
        }
        addPlainCell(begin, stop > begin && text[stop - 1] == '\r' ? stop - 1 : stop);
        closePlainRecord();
        recordBegin_ = stop + 1;
        ++line_;
    }

    void addPlainCell(std::size_t begin, std::size_t end) {
        tooLong_ = tooLong_ || end - begin > format_.maxFieldBytes;
        batch_.cells.push_back(
            {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)});
    }

    void closePlainRecord() {
        const std::size_t first = batch_.records() * columns_;
        if (tooLong_) {
            tooLong_ = false;
            batch_.cells.resize(first);
            addDefect(line_, fieldTooLong());
            return;
        }
        closeRecord(first);
    }

    /// Adds the cells from `first` on as a record, if they are as many as the columns.
    void closeRecord(std::size_t first) {
        const std::size_t count = batch_.cells.size() - first;
        if (columns_ == 0) {
            batch_.firstCells.push_back(first);
        } else if (count != columns_) {
            batch_.cells.resize(first);
            addDefect(line_, "expected " + std::to_string(columns_) + " columns, found " +
                                 std::to_string(count) + "; fix or remove the line");
            return;
        }
        batch_.lines.push_back(static_cast<std::uint32_t>(line_));
    }

    /// Parses records of any kind.
    void parseAnyRecords() {
        for (std::size_t at = 0; at < end_;) {
            const Found found = scanRecord(at);
            if (found == Found::Unfinished && end_ - at <= format_.maxRecordBytes) {
                batch_.unfinished = end_ - at;
                return;
            }
            if (found == Found::Unfinished) {
                // Parsing again from each of its lines could take quadratic time.
                addDefect(line_, "the record is longer than " + megabytes(format_.maxRecordBytes) +
                                     "; check the quotes");
                return;
            }
            if (found == Found::Record) {
                addRecord(at);
            }
            line_ += lineBreaks_;
            at = next_;
        }
    }

    Found scanRecord(std::size_t begin) {
        fields_.clear();
        lineBreaks_ = 0;
        std::size_t at = begin;
        for (bool recordEnds = false; !recordEnds;) {
            const bool quoted =
                !format_.quote.empty() && at < end_ && batch_.text[at] == format_.quote[0];
            Found found = quoted ? scanQuoted(at) : scanPlain(at);
            if (found == Found::Record) {
                found = endOfField(at, recordEnds);
            }
            if (found == Found::Unfinished) {
                return found;
            }
            if (found == Found::Defect) {
                addDefect(defectLine_, std::move(reason_));
                recoverAfterFirstLine(begin);
                return found;
            }
        }
        next_ = at;
        lineBreaks_ += at > begin && batch_.text[at - 1] == '\n' ? 1 : 0;
        return Found::Record;
    }

    Found scanQuoted(std::size_t& at) {
        const char* const text = batch_.text.data();
        const char quote = format_.quote[0];
        const bool escapes = !format_.escape.empty();
        const std::size_t open = at + 1;
        bool rewritten = false;
        for (std::size_t from = open;;) {
            const std::size_t close = find(quote, from, end_);
            if (escapes) {
                const std::size_t escape = find(format_.escape[0], from, close);
                if (escape < close) {
                    rewritten = true;
                    from = std::min(escape + 2, end_);
                    continue;
                }
            }
            if (close - open > format_.maxFieldBytes || (close == end_ && batch_.last)) {
                return defect(line_ + lineBreaks_,
                              "the quote opened here is not closed within " +
                                  megabytes(format_.maxFieldBytes) +
                                  " or the rest of the file; close it, or set quote = \"\" if "
                                  "the file has no quoting");
            }
            if (close == end_) {
                return Found::Unfinished;
            }
            if (close + 1 < end_ && text[close + 1] == quote) {
                rewritten = true;
                from = close + 2;
                continue;
            }
            lineBreaks_ += std::count(text + open, text + close, '\n');
            fields_.push_back({open, close, rewritten});
            at = close + 1;
            return Found::Record;
        }
    }

    Found scanPlain(std::size_t& at) {
        const char* const text = batch_.text.data();
        const std::size_t open = at;
        for (;; ++at) {
            while (at < end_ && text[at] != '\n' && text[at] != delimiter_[0]) {
                ++at;
            }
            if (at == end_ || text[at] == '\n' ||
                std::string_view(text + at, end_ - at).starts_with(delimiter_)) {
                break;
            }
        }
        if (at - open > format_.maxFieldBytes) {
            return defect(line_ + lineBreaks_, fieldTooLong());
        }
        const bool endsInCrLf = at < end_ && text[at] == '\n' && at > open && text[at - 1] == '\r';
        fields_.push_back({open, endsInCrLf ? at - 1 : at, false});
        return Found::Record;
    }

    Found endOfField(std::size_t& at, bool& recordEnds) {
        const std::string_view rest(batch_.text.data() + at, end_ - at);
        for (const std::string_view end : {std::string_view("\n"), std::string_view("\r\n")}) {
            if (rest.starts_with(end)) {
                at += end.size();
                recordEnds = true;
                return Found::Record;
            }
        }
        if (rest.starts_with(delimiter_)) {
            at += delimiter_.size();
            return Found::Record;
        }
        if (rest.empty()) {
            recordEnds = true; // only the last line of a file can end like this
            return Found::Record;
        }
        return defect(line_, "text follows a closing quote; double the quotes inside a field");
    }

    void recoverAfterFirstLine(std::size_t begin) {
        const std::size_t lineEnd = find('\n', begin, end_);
        lineBreaks_ = lineEnd == end_ ? 0 : 1;
        next_ = lineEnd == end_ ? end_ : lineEnd + 1;
    }

    /// Turns the fields found into cells.
    void addRecord(std::size_t begin) {
        if (checkUtf8_ && !isUtf8(std::string_view(batch_.text.data() + begin, next_ - begin))) {
            addDefect(line_, "is not valid UTF-8; name the file's encoding");
            return;
        }
        const std::size_t first = batch_.cells.size();
        for (const Field& field : fields_) {
            if (!field.rewritten && !convert_) {
                batch_.cells.push_back({static_cast<std::uint32_t>(field.begin),
                                        static_cast<std::uint32_t>(field.end - field.begin)});
                continue;
            }
            // Text that differs from the raw bytes goes after them, since they may be parsed again.
            const std::size_t start = batch_.text.size();
            plain_.assign(batch_.text, field.begin, field.end - field.begin);
            if (field.rewritten) {
                unquote(plain_);
            }
            if (convert_) {
                appendLatin1AsUtf8(plain_, batch_.text);
            } else {
                batch_.text += plain_;
            }
            batch_.cells.push_back({static_cast<std::uint32_t>(start),
                                    static_cast<std::uint32_t>(batch_.text.size() - start)});
        }
        closeRecord(first);
    }

    void unquote(std::string& field) const {
        const char quote = format_.quote[0];
        const char escape = format_.escape.empty() ? quote : format_.escape[0];
        std::size_t to = 0;
        for (std::size_t from = 0; from < field.size(); ++from) {
            const bool skips =
                (field[from] == quote || field[from] == escape) && from + 1 < field.size();
            from += skips ? 1 : 0;
            field[to++] = field[from];
        }
        field.resize(to);
    }

    /// The position of a byte in [from, end); `end` if it is not there.
    std::size_t find(char wanted, std::size_t from, std::size_t end) const {
        const void* const found = std::memchr(batch_.text.data() + from, wanted, end - from);
        return found == nullptr
                   ? end
                   : static_cast<std::size_t>(static_cast<const char*>(found) - batch_.text.data());
    }

    Found defect(std::int64_t line, std::string reason) {
        defectLine_ = line;
        reason_ = std::move(reason);
        return Found::Defect;
    }

    void addDefect(std::int64_t line, std::string reason) {
        batch_.defects.push_back({line, std::move(reason)});
    }

    std::string fieldTooLong() const {
        return "a field is longer than " + megabytes(format_.maxFieldBytes) +
               "; check the delimiter and the line endings";
    }

    // Constant.
    const CsvFormat& format_;
    RecordBatch& batch_;
    const std::size_t columns_; // 0: any number
    const std::size_t end_;     // of the raw bytes
    const std::string_view delimiter_;
    bool checkUtf8_ = false;
    bool convert_ = false;

    // Current position.
    std::int64_t line_ = 0;
    std::size_t recordBegin_ = 0;
    bool tooLong_ = false; // a field of the current record

    // The record found by the last scan.
    std::vector<Field> fields_;
    std::size_t next_ = 0;        // where the next record begins
    std::int64_t lineBreaks_ = 0; // in the record, including its end
    std::int64_t defectLine_ = 0;
    std::string reason_;
    std::string plain_;
};

void CsvParser::parse(RecordBatch& batch, std::size_t columns) const {
    Scan(format_, batch, columns).run();
}

Result<std::unique_ptr<CsvRecords>> CsvRecords::open(std::unique_ptr<ByteSource> source,
                                                     const CsvFormat& format, bool header,
                                                     std::vector<std::string> columns,
                                                     std::string shownName) {
    if (auto sound = checkFormat(format, shownName); !sound) {
        return sound.problem();
    }
    std::unique_ptr<CsvRecords> records(new CsvRecords(std::move(source), format));
    records->columns_ = std::move(columns);
    if (header) {
        if (auto done = records->readHeader(shownName); !done) {
            return done.problem();
        }
    }
    return records;
}

Result<void> CsvRecords::readHeader(const std::string& shownName) {
    RecordBatch batch;
    // A header may contain quoted line breaks, so one line is not always enough. Empty lines before
    // it are skipped.
    do {
        RecordBatch line;
        const auto found = blocks_.read(line, 0);
        if (!found) {
            return found.problem();
        }
        if (!*found) {
            if (batch.rawBytes > 0) {
                break; // its quote is never closed
            }
            return Problem{"the file is empty; its first line must name the columns", shownName};
        }
        if (line.defects.empty()) {
            line.firstLine = batch.rawBytes > 0 ? batch.firstLine : line.firstLine;
            line.text.insert(0, batch.text, 0, batch.rawBytes);
            line.rawBytes = line.text.size();
            parser_.parse(line, 0);
        }
        batch = std::move(line);
        if (!batch.defects.empty()) {
            const RecordBatch::Defect& defect = batch.defects.front();
            return Problem{"the header cannot be read (" + defect.reason + ")",
                           shownName + ":" + std::to_string(batch.firstLine + defect.line)};
        }
        if (batch.unfinished == 0 && batch.cells.size() == 1 &&
            trimmed(batch.cell(batch.cells[0])).empty()) {
            batch.clear();
        }
    } while (batch.unfinished > 0 || batch.rawBytes == 0);
    const std::string where = shownName + ":" + std::to_string(batch.firstLine);
    if (batch.records() == 0) {
        return Problem{"the header ends inside a quoted name; close the quote", where};
    }
    std::set<std::string_view> seen;
    for (const RecordBatch::Cell& cell : batch.cells) {
        const std::string_view column = batch.cell(cell);
        // Spreadsheets may export several empty columns without a name; no schema can name them.
        if (!seen.insert(column).second && !trimmed(column).empty()) {
            return Problem{"the column name " + quotedText(column) +
                               " appears twice; rename one of them",
                           where};
        }
        columns_.emplace_back(column);
    }
    return {};
}

} // namespace flip

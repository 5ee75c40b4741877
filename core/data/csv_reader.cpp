#include "core/data/csv_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace flip {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMaxRecordBytes = std::size_t{64} << 20;

std::string megabytes(std::size_t bytes) {
    return bytes >= (1 << 20) ? std::to_string(bytes >> 20) + " MiB"
                              : std::to_string(bytes) + " bytes";
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
    if (format.delimiter.find_first_of("\r\n") != std::string::npos ||
        format.quote.find_first_of("\r\n") != std::string::npos) {
        return Problem{"delimiter and quote cannot hold a line break", where};
    }
    if (!format.quote.empty() && format.delimiter.find(format.quote) != std::string::npos) {
        return Problem{"the delimiter holds the quote; they must differ", where};
    }
    return {};
}

void CsvReader::CloseFile::operator()(std::FILE* file) const {
    std::fclose(file);
}

Result<CsvReader> CsvReader::open(const std::filesystem::path& file, CsvFormat format,
                                  std::string shownName) {
    if (auto sound = checkFormat(format, shownName); !sound) {
        return sound.problem();
    }
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        return Problem{error ? "cannot be read: " + error.message()
                             : "is not a regular file; name a file",
                       file.string()};
    }
    CsvReader reader;
    reader.file_.reset(std::fopen(file.c_str(), "rb"));
    if (reader.file_ == nullptr) {
        return Problem{std::string("cannot be read: ") + std::strerror(errno), file.string()};
    }
    reader.name_ = std::move(shownName);
    reader.format_ = std::move(format);
    reader.stops_[static_cast<unsigned char>('\n')] = true;
    reader.stops_[static_cast<unsigned char>(reader.format_.delimiter.front())] = true;
    while (reader.end_ < kByteOrderMark.size() && !reader.atEnd_) {
        if (auto done = reader.readMore(); !done) {
            return done.problem();
        }
    }
    if (std::string_view(reader.buffer_).substr(0, reader.end_).starts_with(kByteOrderMark)) {
        reader.begin_ = kByteOrderMark.size();
        reader.consumed_ = static_cast<std::int64_t>(kByteOrderMark.size());
    }
    return reader;
}

Result<bool> CsvReader::next(CsvRecord& record) {
    for (;;) {
        if (begin_ == end_ && atEnd_) {
            return false;
        }
        const Result<Scan> scan = scanRecord();
        if (!scan) {
            return scan.problem();
        }
        if (*scan == Scan::NeedsMore) {
            if (auto done = readMore(); !done) {
                return done.problem();
            }
            continue;
        }
        record.line = line_;
        record.fields.clear();
        record.defect = {};
        const std::string_view bytes(buffer_.data() + begin_, next_ - begin_);
        if (*scan == Scan::Defect) {
            record.defect = "text follows a closing quote; double the quotes inside a field";
        } else if (format_.encoding == TextEncoding::Utf8 && !isUtf8(bytes)) {
            record.defect = "is not valid UTF-8; name the file's encoding";
        } else {
            takeFields(record);
        }
        line_ += lineBreaks_;
        consumed_ += static_cast<std::int64_t>(bytes.size());
        begin_ = next_;
        return true;
    }
}

Result<void> CsvReader::readMore() {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    if (end_ > kMaxRecordBytes) {
        return Problem{"the record is longer than " + megabytes(kMaxRecordBytes) +
                           "; check the delimiter and the line ends",
                       where(line_)};
    }
    // Doubling keeps the work of scanning a long record again linear in its length.
    const std::size_t wanted = std::max(format_.blockBytes, end_);
    if (buffer_.size() < end_ + wanted) {
        buffer_.resize(end_ + wanted);
    }
    const std::size_t count =
        std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
    if (std::ferror(file_.get()) != 0) {
        return Problem{std::string("reading failed half-way: ") + std::strerror(errno), name_};
    }
    end_ += count;
    atEnd_ = std::feof(file_.get()) != 0;
    return {};
}

Result<CsvReader::Scan> CsvReader::scanRecord() {
    spans_.clear();
    lineBreaks_ = 0;
    std::size_t at = begin_;
    for (bool recordEnds = false; !recordEnds;) {
        const bool quoted = !format_.quote.empty() && at < end_ && buffer_[at] == format_.quote[0];
        Result<Scan> field = quoted ? scanQuoted(at) : scanPlain(at);
        if (field && *field == Scan::Record) {
            field = endOfField(at, recordEnds);
        }
        if (!field || *field == Scan::NeedsMore) {
            return field;
        }
        if (*field == Scan::Defect) {
            return recoverAfterFirstLine();
        }
    }
    next_ = at;
    lineBreaks_ += at > begin_ && buffer_[at - 1] == '\n' ? 1 : 0;
    return Scan::Record;
}

Result<CsvReader::Scan> CsvReader::scanQuoted(std::size_t& at) {
    const std::size_t open = at + 1;
    bool doubled = false;
    for (std::size_t from = open;;) {
        const void* found = std::memchr(buffer_.data() + from, format_.quote[0], end_ - from);
        const std::size_t close =
            found == nullptr
                ? end_
                : static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
        if (close - open > format_.maxFieldBytes || (found == nullptr && atEnd_)) {
            return unclosedQuote(at);
        }
        if (found == nullptr || (close + 1 == end_ && !atEnd_)) {
            return Scan::NeedsMore;
        }
        if (close + 1 < end_ && buffer_[close + 1] == format_.quote[0]) {
            doubled = true;
            from = close + 2;
            continue;
        }
        const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(open);
        const auto last = buffer_.begin() + static_cast<std::ptrdiff_t>(close);
        lineBreaks_ += std::count(first, last, '\n');
        spans_.push_back({open, close, doubled});
        at = close + 1;
        return Scan::Record;
    }
}

Result<CsvReader::Scan> CsvReader::scanPlain(std::size_t& at) {
    const std::size_t open = at;
    const std::string_view delimiter = format_.delimiter;
    for (;; ++at) {
        while (at < end_ && !stops_[static_cast<unsigned char>(buffer_[at])]) {
            ++at;
        }
        if (at - open > format_.maxFieldBytes) {
            return fieldTooLong();
        }
        if (at == end_) {
            if (!atEnd_) {
                return Scan::NeedsMore;
            }
            break;
        }
        if (buffer_[at] == '\n') {
            break;
        }
        const std::string_view rest(buffer_.data() + at, end_ - at);
        if (rest.starts_with(delimiter)) {
            break;
        }
        if (!atEnd_ && delimiter.starts_with(rest)) {
            return Scan::NeedsMore;
        }
    }
    const bool endsInCrLf =
        at < end_ && buffer_[at] == '\n' && at > open && buffer_[at - 1] == '\r';
    spans_.push_back({open, endsInCrLf ? at - 1 : at, false});
    return Scan::Record;
}

CsvReader::Scan CsvReader::endOfField(std::size_t& at, bool& recordEnds) const {
    const std::string_view rest(buffer_.data() + at, end_ - at);
    for (const std::string_view end : {std::string_view("\n"), std::string_view("\r\n")}) {
        if (rest.starts_with(end)) {
            at += end.size();
            recordEnds = true;
            return Scan::Record;
        }
    }
    if (rest.starts_with(format_.delimiter)) {
        at += format_.delimiter.size();
        return Scan::Record;
    }
    if (rest.empty() && atEnd_) {
        recordEnds = true;
        return Scan::Record;
    }
    const bool mayBecomeAnEnd = std::string_view("\r\n").starts_with(rest) ||
                                std::string_view(format_.delimiter).starts_with(rest);
    return mayBecomeAnEnd && !atEnd_ ? Scan::NeedsMore : Scan::Defect;
}

CsvReader::Scan CsvReader::recoverAfterFirstLine() {
    const void* found = std::memchr(buffer_.data() + begin_, '\n', end_ - begin_);
    if (found == nullptr && !atEnd_) {
        return Scan::NeedsMore;
    }
    lineBreaks_ = found == nullptr ? 0 : 1;
    next_ = found == nullptr
                ? end_
                : static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
    return Scan::Defect;
}

Problem CsvReader::unclosedQuote(std::size_t at) const {
    const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto last = buffer_.begin() + static_cast<std::ptrdiff_t>(at);
    return Problem{"the quote opened here is not closed within " +
                       megabytes(format_.maxFieldBytes) +
                       " or the rest of the file; close it, or set quote = \"\" if the file has "
                       "no quoting",
                   where(line_ + std::count(first, last, '\n'))};
}

Problem CsvReader::fieldTooLong() const {
    return Problem{"a field is longer than " + megabytes(format_.maxFieldBytes) +
                       "; check the delimiter and the line ends",
                   where(line_)};
}

void CsvReader::takeFields(CsvRecord& record) {
    converted_.clear();
    const std::string_view bytes(buffer_.data() + begin_, next_ - begin_);
    const bool convert = format_.encoding == TextEncoding::Latin1 && !isAscii(bytes);
    if (convert) {
        converted_.reserve(2 * bytes.size()); // views into it are taken while it grows
    }
    for (const Span& span : spans_) {
        char* const first = buffer_.data() + span.begin;
        char* last = buffer_.data() + span.end;
        if (span.doubledQuotes) {
            const char quote = format_.quote[0];
            char* to = first;
            for (const char* from = first; from != last; ++from) {
                *to++ = *from;
                from += *from == quote ? 1 : 0;
            }
            last = to;
        }
        std::string_view field(first, static_cast<std::size_t>(last - first));
        if (convert) {
            const std::size_t start = converted_.size();
            appendLatin1AsUtf8(field, converted_);
            field = std::string_view(converted_).substr(start);
        }
        record.fields.push_back(field);
    }
}

} // namespace flip

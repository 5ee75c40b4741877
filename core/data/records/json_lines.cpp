#include "core/data/records/json_lines.h"

#include "core/base/text_encoding.h"
#include "core/data/records/json_text.h"
#include "core/data/records/list_elements.h"
#include "core/data/records/value_dictionary.h"

#include <cstring>
#include <string_view>
#include <vector>

namespace flip {

namespace {

std::vector<std::string> namesOf(const std::vector<WantedColumn>& columns) {
    std::vector<std::string> names;
    for (const WantedColumn& column : columns) {
        names.push_back(column.name);
    }
    return names;
}

} // namespace

/// One pass over a batch. Zero bytes follow the raw bytes: like a line break, they end any value,
/// so that no check for the end of the bytes is needed.
class JsonLines::Scan {
public:
    Scan(const JsonPaths& paths, const std::vector<bool>& areLists,
         const std::string& listSeparator, RecordBatch& batch)
        : paths_(paths), areLists_(areLists), listSeparator_(listSeparator), batch_(batch),
          columns_(paths[0].columnsBelow.size()), lists_(columns_), seenIn_(paths.size(), 0),
          marks_(paths.size()) {}

    void run() {
        const std::size_t raw = batch_.rawBytes;
        batch_.text.append(kJsonPadding, '\0');
        addedBegin_ = batch_.text.size();
        text_ = batch_.text.data();
        const char* const end = text_ + raw;
        const bool allUtf8 = isUtf8({text_, raw});
        std::uint32_t line = 0;
        for (const char* begin = text_; begin < end; ++line) {
            const auto* const lineBreak = static_cast<const char*>(
                std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
            const char* const lineEnd = lineBreak == nullptr ? end : lineBreak;
            const std::string_view text(begin, static_cast<std::size_t>(lineEnd - begin));
            if (!allUtf8 && !isUtf8(text)) {
                batch_.defects.push_back({line, "is not valid UTF-8, as JSON must be"});
            } else {
                readLine(line, text);
            }
            begin = lineEnd + 1;
        }
        batch_.text += added_;
        batch_.text.append(ValueKey::kInlineBytes, '\0');
    }

private:
    using Cell = RecordBatch::Cell;

    void readLine(std::uint32_t line, std::string_view text) {
        const std::size_t first = batch_.cells.size();
        batch_.cells.resize(first + columns_);
        cells_ = batch_.cells.data() + first;
        for (std::vector<Cell>& list : lists_) {
            list.clear();
        }
        at_ = text.data();
        lineBegin_ = text.data();
        lineEnd_ = text.data() + text.size();
        reason_.clear();
        skipBlanks();
        if (at_ == lineEnd_) {
            reason_ = "the line is empty";
        } else if (*at_ != '{') {
            fail("it does not begin with {");
        } else if (readValue(0, 0)) {
            skipBlanks();
            if (at_ == lineEnd_) {
                joinLists();
            } else {
                fail("something follows the object");
            }
        }
        if (reason_.empty()) {
            batch_.lines.push_back(line);
            return;
        }
        batch_.cells.resize(first);
        batch_.defects.push_back(
            {line, "is not a JSON object (" + reason_ + "); write one object per line"});
    }

    /// Reads the value at `node`. Stops after it, or at an error.
    bool readValue(std::size_t node, int level) {
        const JsonPaths::Node& wanted = paths_[node];
        const char* const begin = at_;
        if (*at_ == '"') {
            const JsonString string = scanJsonString(at_);
            if (string.wrong != nullptr) {
                return failIn(string);
            }
            return wanted.columns.empty() || store(wanted, string);
        }
        const bool isValid = *at_ == '{'   ? readObject(node, level)
                             : *at_ == '[' ? readList(node, level)
                                           : skipScalar();
        if (!isValid) {
            return false;
        }
        if (*begin != 'n') { // null
            store(wanted, cellOf(begin, at_));
        }
        return true;
    }

    bool readObject(std::size_t node, int level) {
        if (level == kMostLevels) {
            return fail("it is nested too deeply");
        }
        const JsonPaths::Node& wanted = paths_[node];
        const std::uint64_t object = ++objects_;
        return eachMember([&](const JsonString& name) {
            const std::size_t child = findMember(wanted, name);
            if (child == JsonPaths::kNone) {
                return skipValue(level + 1);
            }
            beginMember(child, object);
            return readValue(child, level + 1);
        });
    }

    bool readList(std::size_t node, int level) {
        if (level == kMostLevels) {
            return fail("it is nested too deeply");
        }
        const JsonPaths::Node& wanted = paths_[node];
        std::size_t number = 0;
        return eachItem([&] {
            const char* const begin = at_;
            bool isRead = false;
            for (const auto& [wantedNumber, child] : wanted.items) {
                if (wantedNumber == number) {
                    isRead = true;
                    if (!readValue(child, level + 1)) {
                        return false;
                    }
                }
            }
            ++number;
            if (wanted.everyItem != JsonPaths::kNone) {
                at_ = begin; // an item may also be wanted by its number
                return readValue(wanted.everyItem, level + 1);
            }
            return isRead || skipValue(level + 1);
        });
    }

    bool skipValue(int level) {
        switch (*at_) {
        case '"': {
            const JsonString string = scanJsonString(at_);
            return string.wrong == nullptr || failIn(string);
        }
        case '{':
            return level < kMostLevels
                       ? eachMember([&](const JsonString&) { return skipValue(level + 1); })
                       : fail("it is nested too deeply");
        case '[':
            return level < kMostLevels ? eachItem([&] { return skipValue(level + 1); })
                                       : fail("it is nested too deeply");
        default:
            return skipScalar();
        }
    }

    /// Calls read(name) at each member's value.
    template <class Read>
    bool eachMember(Read read) {
        ++at_;
        skipBlanks();
        if (*at_ == '}') {
            ++at_;
            return true;
        }
        for (;;) {
            if (*at_ != '"') {
                return fail("a member's name in quotes is missing");
            }
            const JsonString name = scanJsonString(at_);
            if (name.wrong != nullptr) {
                return failIn(name);
            }
            skipBlanks();
            if (*at_ != ':') {
                return fail("a colon is missing");
            }
            ++at_;
            skipBlanks();
            if (!read(name)) {
                return false;
            }
            skipBlanks();
            if (*at_ == '}') {
                ++at_;
                return true;
            }
            if (*at_ != ',') {
                return fail("a comma or } is missing");
            }
            ++at_;
            skipBlanks();
        }
    }

    /// Calls read() at each item.
    template <class Read>
    bool eachItem(Read read) {
        ++at_;
        skipBlanks();
        if (*at_ == ']') {
            ++at_;
            return true;
        }
        for (;;) {
            if (!read()) {
                return false;
            }
            skipBlanks();
            if (*at_ == ']') {
                ++at_;
                return true;
            }
            if (*at_ != ',') {
                return fail("a comma or ] is missing");
            }
            ++at_;
            skipBlanks();
        }
    }

    /// A number, true, false or null.
    bool skipScalar() {
        const char* const end = jsonScalarEnd(at_);
        if (end == nullptr) {
            return fail("this is not a value");
        }
        at_ = end;
        return true;
    }

    void skipBlanks() {
        while (*at_ == ' ' || *at_ == '\t' || *at_ == '\r') {
            ++at_;
        }
    }

    /// Records where a member begins; an earlier value of it in the same object is discarded.
    void beginMember(std::size_t node, std::uint64_t object) {
        const JsonPaths::Node& wanted = paths_[node];
        std::vector<std::size_t>& marks = marks_[node];
        marks.resize(wanted.columnsBelow.size());
        const bool again = seenIn_[node] == object;
        seenIn_[node] = object;
        for (std::size_t i = 0; i < marks.size(); ++i) {
            const std::size_t column = wanted.columnsBelow[i];
            if (!again) {
                marks[i] = lists_[column].size();
                continue;
            }
            lists_[column].resize(marks[i]);
            cells_[column] = {};
        }
    }

    void store(const JsonPaths::Node& wanted, Cell cell) {
        for (const std::size_t column : wanted.columns) {
            if (!paths_.isList(column)) {
                cells_[column] = cell;
            } else if (cell.size > 0) {
                lists_[column].push_back(cell);
            }
        }
    }

    bool store(const JsonPaths::Node& wanted, const JsonString& string) {
        if (!string.escaped) {
            store(wanted, cellOf(string.text.data(), string.text.data() + string.text.size()));
            return true;
        }
        const std::size_t begin = added_.size();
        if (!appendUnescaped(string.text, added_)) {
            at_ = string.text.data();
            return fail("a string contains half of a surrogate pair");
        }
        store(wanted, addedFrom(begin));
        return true;
    }

    void joinLists() {
        for (std::size_t column = 0; column < columns_; ++column) {
            const std::vector<Cell>& list = lists_[column];
            elements_.clear();
            for (const Cell& cell : list) {
                elements_.push_back(textOf(cell));
            }
            const bool inBrackets = areLists_[column] && needBrackets(elements_, listSeparator_);
            if (list.size() == 1 && !inBrackets) {
                cells_[column] = list.front();
            }
            if (list.empty() || (list.size() == 1 && !inBrackets)) {
                continue;
            }
            std::size_t size = 0;
            for (const Cell& cell : list) {
                size += 2 * cell.size + listSeparator_.size() + 4; // quotes and escapes
            }
            const std::size_t begin = added_.size();
            if (begin + size > kMostAdded) {
                reason_ = "its lists are too long";
                return;
            }
            added_.reserve(begin + size); // so that views of elements in it stay valid
            ListWriter writer(inBrackets, listSeparator_, added_);
            for (const Cell& cell : list) {
                writer.add(textOf(cell));
            }
            writer.finish();
            cells_[column] = addedFrom(begin);
        }
    }

    std::string_view textOf(const Cell& cell) const {
        return cell.begin < addedBegin_
                   ? std::string_view(text_ + cell.begin, cell.size)
                   : std::string_view(added_).substr(cell.begin - addedBegin_, cell.size);
    }

    Cell cellOf(const char* begin, const char* end) const {
        return {static_cast<std::uint32_t>(begin - text_), static_cast<std::uint32_t>(end - begin)};
    }

    Cell addedFrom(std::size_t begin) const {
        return {static_cast<std::uint32_t>(addedBegin_ + begin),
                static_cast<std::uint32_t>(added_.size() - begin)};
    }

    /// The member of this name; kNone where no column reads it.
    std::size_t findMember(const JsonPaths::Node& wanted, const JsonString& name) {
        if (!name.escaped) {
            return wanted.member(name.text);
        }
        name_.clear();
        // No column name contains half of a surrogate pair.
        return appendUnescaped(name.text, name_) ? wanted.member(name_) : JsonPaths::kNone;
    }

    bool fail(const char* reason) {
        reason_ = at_ == lineEnd_
                      ? "the line ends before the object does"
                      : std::string(reason) + ", at byte " + std::to_string(at_ - lineBegin_ + 1);
        return false;
    }

    bool failIn(const JsonString& string) { return fail(string.wrong); }

    // Offsets into the raw bytes and the added text must fit into 32 bits.
    static constexpr std::size_t kMostAdded = std::size_t{1} << 30;

    // Constant.
    const JsonPaths& paths_;
    const std::vector<bool>& areLists_; // [columns]
    const std::string& listSeparator_;
    RecordBatch& batch_;
    const std::size_t columns_;
    const char* text_ = nullptr; // of the batch
    std::size_t addedBegin_ = 0; // where `added_` begins, after raw bytes and padding

    // Of the current line.
    const char* at_ = nullptr;
    const char* lineBegin_ = nullptr;
    const char* lineEnd_ = nullptr;
    std::string reason_;                          // why it is not an object; empty: it is one
    Cell* cells_ = nullptr;                       // [columns]
    std::vector<std::vector<Cell>> lists_;        // [columns], of paths with "*"
    std::vector<std::uint64_t> seenIn_;           // [nodes], the last object that had it
    std::vector<std::vector<std::size_t>> marks_; // [nodes][columns below], list lengths before it
    std::uint64_t objects_ = 0;
    std::string name_;
    std::vector<std::string_view> elements_; // of a list, valid until something is added

    std::string added_; // of all lines: text that differs from the raw bytes
};

JsonLines::JsonLines(std::unique_ptr<ByteSource> source, const std::vector<WantedColumn>& wanted,
                     std::string listSeparator)
    : blocks_(std::move(source)), columns_(namesOf(wanted)), paths_(columns_),
      listSeparator_(std::move(listSeparator)) {
    for (const WantedColumn& column : wanted) {
        areLists_.push_back(column.isList);
    }
}

void JsonLines::parse(RecordBatch& batch) const {
    Scan(paths_, areLists_, listSeparator_, batch).run();
}

} // namespace flip

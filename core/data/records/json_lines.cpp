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

/// One pass over a batch. Behind the raw bytes stand some that are zero: as a line break does, they
/// end whatever is being read, so that nothing has to ask where the bytes end.
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
        behind_ = batch_.text.size();
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
        batch_.text.append(ValueKey::kWhole, '\0');
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
            {line, "is no JSON object (" + reason_ + "); write one object a line"});
    }

    /// A value that `node` is about. Stops behind it, or where it is wrong.
    bool readValue(std::size_t node, int level) {
        const JsonPaths::Node& wanted = paths_[node];
        const char* const begin = at_;
        if (*at_ == '"') {
            const JsonString string = scanJsonString(at_);
            if (string.wrong != nullptr) {
                return failIn(string);
            }
            return wanted.columns.empty() || take(wanted, string);
        }
        const bool goesOn = *at_ == '{'   ? readObject(node, level)
                            : *at_ == '[' ? readList(node, level)
                                          : skipScalar();
        if (!goesOn) {
            return false;
        }
        if (*begin != 'n') { // null
            take(wanted, cellOf(begin, at_));
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
            const std::size_t child =
                wanted.member(name.escaped ? std::string_view(unescape(name)) : name.text);
            if (child == JsonPaths::kNone) {
                return skipValue(level + 1);
            }
            meet(child, object);
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
                at_ = begin; // an item may be wanted by its number, too
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
        const char* const behind = behindJsonScalar(at_);
        if (behind == nullptr) {
            return fail("this is no value");
        }
        at_ = behind;
        return true;
    }

    void skipBlanks() {
        while (*at_ == ' ' || *at_ == '\t' || *at_ == '\r') {
            ++at_;
        }
    }

    /// Notes where a member begins; what the same object said of it before does not count.
    void meet(std::size_t node, std::uint64_t object) {
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

    void take(const JsonPaths::Node& wanted, Cell cell) {
        for (const std::size_t column : wanted.columns) {
            if (!paths_.isList(column)) {
                cells_[column] = cell;
            } else if (cell.size > 0) {
                lists_[column].push_back(cell);
            }
        }
    }

    bool take(const JsonPaths::Node& wanted, const JsonString& string) {
        if (!string.escaped) {
            take(wanted, cellOf(string.text.data(), string.text.data() + string.text.size()));
            return true;
        }
        const std::size_t begin = added_.size();
        if (!appendUnescaped(string.text, added_)) {
            at_ = string.text.data();
            return fail("a text holds half of a surrogate pair");
        }
        take(wanted, addedFrom(begin));
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
            added_.reserve(begin + size); // elements that stand in it do not move
            ListWriter writer(inBrackets, listSeparator_, added_);
            for (const Cell& cell : list) {
                writer.add(textOf(cell));
            }
            writer.finish();
            cells_[column] = addedFrom(begin);
        }
    }

    std::string_view textOf(const Cell& cell) const {
        return cell.begin < behind_
                   ? std::string_view(text_ + cell.begin, cell.size)
                   : std::string_view(added_).substr(cell.begin - behind_, cell.size);
    }

    Cell cellOf(const char* begin, const char* end) const {
        return {static_cast<std::uint32_t>(begin - text_), static_cast<std::uint32_t>(end - begin)};
    }

    Cell addedFrom(std::size_t begin) const {
        return {static_cast<std::uint32_t>(behind_ + begin),
                static_cast<std::uint32_t>(added_.size() - begin)};
    }

    const std::string& unescape(const JsonString& name) {
        name_.clear();
        appendUnescaped(name.text, name_); // half a pair is a name that nobody asks for
        return name_;
    }

    bool fail(const char* reason) {
        reason_ = at_ == lineEnd_
                      ? "the line ends within it"
                      : std::string(reason) + ", at byte " + std::to_string(at_ - lineBegin_ + 1);
        return false;
    }

    bool failIn(const JsonString& string) { return fail(string.wrong); }

    // What is added to the raw bytes must be countable in 32 bits together with them.
    static constexpr std::size_t kMostAdded = std::size_t{1} << 30;

    // Constant.
    const JsonPaths& paths_;
    const std::vector<bool>& areLists_; // [columns]
    const std::string& listSeparator_;
    RecordBatch& batch_;
    const std::size_t columns_;
    const char* text_ = nullptr; // of the batch
    std::size_t behind_ = 0;     // the raw bytes and what pads them

    // Of the line at hand.
    const char* at_ = nullptr;
    const char* lineBegin_ = nullptr;
    const char* lineEnd_ = nullptr;
    std::string reason_;                          // why it is no object; empty: it is one
    Cell* cells_ = nullptr;                       // [columns]
    std::vector<std::vector<Cell>> lists_;        // [columns], of paths with "*"
    std::vector<std::uint64_t> seenIn_;           // [nodes], the object that had it last
    std::vector<std::vector<std::size_t>> marks_; // [nodes][columns below], lengths of lists then
    std::uint64_t objects_ = 0;
    std::string name_;
    std::vector<std::string_view> elements_; // of a list, valid until something is added

    std::string added_; // of all lines: texts that do not stand in the raw bytes as they are
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

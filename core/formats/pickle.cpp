#include "core/formats/pickle.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <unordered_map>

namespace flip {

namespace {

using Id = PickleValue::Id;
using Kind = PickleValue::Kind;

/// Limits time and memory; the largest weights files need some hundred thousand.
constexpr std::size_t kMaximumWork = std::size_t{1} << 22;

constexpr unsigned kNewestProtocol = 5;

/// The instructions in pickles of tensors, named as in Python's pickletools.
enum Instruction : unsigned char {
    kMark = '(',
    kStop = '.',
    kPop = '0',
    kPopMark = '1',
    kDup = '2',
    kBinFloat = 'G',
    kBinInt = 'J',
    kBinInt1 = 'K',
    kBinInt2 = 'M',
    kNone = 'N',
    kBinPersId = 'Q',
    kReduce = 'R',
    kBinString = 'T',
    kShortBinString = 'U',
    kBinUnicode = 'X',
    kBinBytes = 'B',
    kShortBinBytes = 'C',
    kEmptyList = ']',
    kAppend = 'a',
    kBuild = 'b',
    kGlobal = 'c',
    kAppends = 'e',
    kBinGet = 'h',
    kLongBinGet = 'j',
    kBinPut = 'q',
    kLongBinPut = 'r',
    kSetItem = 's',
    kTuple = 't',
    kEmptyTuple = ')',
    kSetItems = 'u',
    kEmptyDict = '}',
    kProtocol = 0x80,
    kTuple1 = 0x85,
    kTuple2 = 0x86,
    kTuple3 = 0x87,
    kNewTrue = 0x88,
    kNewFalse = 0x89,
    kLong1 = 0x8a,
    kLong4 = 0x8b,
    kShortBinUnicode = 0x8c,
    kBinUnicode8 = 0x8d,
    kBinBytes8 = 0x8e,
    kStackGlobal = 0x93,
    kMemoize = 0x94,
    kFrame = 0x95
};

/// The stack machine that executes a pickle. The first error is kept in problem() and ends run();
/// an operation that fails returns a harmless value.
class Machine {
public:
    Machine(std::string_view bytes, std::span<const std::string_view> globals,
            const std::string& where)
        : bytes_(bytes), globals_(globals), where_(where) {
        values_.emplace_back(); // returned by a failed operation
    }

    void run() {
        while (!problem_ && !root_) {
            charge(1);
            step(static_cast<unsigned char>(unsignedNumber(1)));
        }
    }

    const std::optional<Problem>& problem() const { return problem_; }
    Id root() const { return *root_; }
    std::size_t position() const { return at_; }
    std::vector<PickleValue> takeValues() { return std::move(values_); }

private:
    void fail(std::string what) {
        if (!problem_) {
            problem_ = Problem{std::move(what), where_};
        }
    }
    void damaged(const std::string& what) { fail(what + "; the file is damaged, get it again"); }

    /// Counts instructions, and the items that they copy.
    void charge(std::size_t work) {
        work_ += work;
        if (work_ > kMaximumWork) {
            damaged("holds more values than any file of weights");
        }
    }

    // Reading bytes.

    std::string_view take(std::uint64_t count) {
        if (count > bytes_.size() - at_) {
            damaged("is cut off or states a wrong length");
            return {};
        }
        const std::string_view part = bytes_.substr(at_, static_cast<std::size_t>(count));
        at_ += part.size();
        return part;
    }

    /// A little-endian number of `size` bytes.
    std::uint64_t unsignedNumber(std::size_t size) {
        std::uint64_t number = 0;
        const std::string_view part = take(size);
        for (std::size_t i = part.size(); i > 0; --i) {
            number = number << 8 | static_cast<unsigned char>(part[i - 1]);
        }
        return number;
    }

    std::string_view line() {
        const std::size_t end = bytes_.find('\n', at_);
        if (end == std::string_view::npos) {
            damaged("is cut off in the middle of a name");
            return {};
        }
        const std::string_view text = bytes_.substr(at_, end - at_);
        at_ = end + 1;
        return text;
    }

    // The stack: only values above the last mark can be popped.

    std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

    void push(Id id) { stack_.push_back(id); }

    void pushNew(PickleValue value) {
        values_.push_back(std::move(value));
        push(static_cast<Id>(values_.size() - 1));
    }

    Id pop() {
        if (stack_.size() <= floor()) {
            damaged("takes a value from an empty stack");
            return 0;
        }
        const Id id = stack_.back();
        stack_.pop_back();
        return id;
    }

    Id top() {
        const Id id = pop();
        push(id);
        return id;
    }

    /// Removes the last mark and everything above it. Returns what was above it.
    std::vector<Id> popToMark() {
        if (marks_.empty()) {
            damaged("ends a group that never began");
            return {};
        }
        const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        std::vector<Id> items(begin, stack_.end());
        stack_.erase(begin, stack_.end());
        marks_.pop_back();
        return items;
    }

    // Making values.

    void pushTuple(std::size_t count) {
        std::vector<Id> items(count);
        for (std::size_t i = count; i > 0; --i) {
            items[i - 1] = pop();
        }
        pushNew({Kind::Tuple, 0, {}, std::move(items)});
    }

    void pushLong(std::uint64_t size) {
        const std::string_view digits = take(size);
        if (digits.size() > sizeof(std::int64_t)) {
            return pushNew({Kind::Integer, 0, digits, {}});
        }
        const bool negative = !digits.empty() && (digits.back() & 0x80) != 0;
        std::uint64_t number = negative ? ~std::uint64_t{0} : 0;
        for (std::size_t i = digits.size(); i > 0; --i) {
            number = number << 8 | static_cast<unsigned char>(digits[i - 1]);
        }
        pushNew({Kind::Integer, static_cast<std::int64_t>(number), {}, {}});
    }

    void pushGlobal(std::string_view module, std::string_view name) {
        const std::string whole = std::string(module) + "." + std::string(name);
        const auto known = std::find(globals_.begin(), globals_.end(), whole);
        if (known == globals_.end()) {
            return fail("asks for '" + printable(whole) +
                        "', which weights do not need and which is never run; get the model as "
                        "model.safetensors, or from a source that you trust");
        }
        pushNew({Kind::Global, 0, *known, {}});
    }

    static std::string printable(const std::string& text) {
        std::string clean = text.substr(0, 100);
        std::replace_if(
            clean.begin(), clean.end(),
            [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
        return clean;
    }

    void pushStackGlobal() {
        const PickleValue& name = values_[pop()];
        const PickleValue& module = values_[pop()];
        if (name.kind != Kind::Text || module.kind != Kind::Text) {
            return damaged("names a Python global by a value that is not text");
        }
        pushGlobal(module.text, name.text);
    }

    void reduce() {
        const Id arguments = pop();
        const Id callee = pop();
        if (values_[callee].kind != Kind::Global || values_[arguments].kind != Kind::Tuple) {
            return damaged("calls a value that is not a function");
        }
        if (values_[callee].text != "collections.OrderedDict") {
            return pushNew({Kind::Call, 0, {}, {callee, arguments}});
        }
        PickleValue dict{Kind::Dict, 0, {}, {}};
        if (!values_[arguments].items.empty()) { // Python 2 passes all pairs at once
            const PickleValue& pairs = values_[values_[arguments].items[0]];
            charge(pairs.items.size());
            for (const Id pair : pairs.items) {
                const PickleValue& both = values_[pair];
                if (both.items.size() != 2) {
                    return damaged("makes a dictionary from a value that is not a pair");
                }
                dict.items.insert(dict.items.end(), both.items.begin(), both.items.end());
            }
        }
        pushNew(std::move(dict));
    }

    void add(Kind kind, std::span<const Id> items) {
        PickleValue& target = values_[top()];
        if (target.kind != kind) {
            return damaged("adds to a value that is not a list or dictionary");
        }
        if (kind == Kind::Dict && items.size() % 2 != 0) {
            return damaged("has a key without a value");
        }
        target.items.insert(target.items.end(), items.begin(), items.end());
    }

    void memoize(std::uint64_t index) { memo_[index] = top(); }

    void recall(std::uint64_t index) {
        const auto stored = memo_.find(index);
        if (stored == memo_.end()) {
            return damaged("refers to a value that was never stored");
        }
        push(stored->second);
    }

    void step(unsigned char instruction);

    const std::string_view bytes_;
    const std::span<const std::string_view> globals_;
    const std::string& where_;
    std::size_t at_ = 0;
    std::size_t work_ = 0;
    std::vector<PickleValue> values_;
    std::vector<Id> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint64_t, Id> memo_;
    std::optional<Id> root_;
    std::optional<Problem> problem_;
};

void Machine::step(unsigned char instruction) {
    switch (instruction) {
    case kProtocol:
        if (const std::uint64_t version = unsignedNumber(1); version > kNewestProtocol) {
            fail("is a pickle of protocol " + std::to_string(version) +
                 ", which is too new; save it again with protocol 2, or as model.safetensors");
        }
        return;
    case kFrame:
        if (unsignedNumber(8) > bytes_.size() - at_) {
            damaged("is cut off or states a wrong length");
        }
        return;
    case kStop:
        root_ = pop();
        return;
    case kMark:
        return marks_.push_back(stack_.size());
    case kPop:
        pop();
        return;
    case kPopMark:
        popToMark();
        return;
    case kDup:
        return push(top());
    case kNone:
        return pushNew({Kind::None, 0, {}, {}});
    case kNewTrue:
    case kNewFalse:
        return pushNew({Kind::Bool, instruction == kNewTrue ? 1 : 0, {}, {}});
    case kBinInt:
        return pushNew({Kind::Integer,
                        static_cast<std::int32_t>(static_cast<std::uint32_t>(unsignedNumber(4))),
                        {},
                        {}});
    case kBinInt1:
        return pushNew({Kind::Integer, static_cast<std::int64_t>(unsignedNumber(1)), {}, {}});
    case kBinInt2:
        return pushNew({Kind::Integer, static_cast<std::int64_t>(unsignedNumber(2)), {}, {}});
    case kLong1:
        return pushLong(unsignedNumber(1));
    case kLong4:
        return pushLong(unsignedNumber(4));
    case kBinFloat:
        take(8);
        return pushNew({Kind::Real, 0, {}, {}});
    case kShortBinUnicode:
    case kShortBinString: // strings of Python 2, read as text
        return pushNew({Kind::Text, 0, take(unsignedNumber(1)), {}});
    case kBinUnicode:
    case kBinString:
        return pushNew({Kind::Text, 0, take(unsignedNumber(4)), {}});
    case kBinUnicode8:
        return pushNew({Kind::Text, 0, take(unsignedNumber(8)), {}});
    case kShortBinBytes:
        return pushNew({Kind::Bytes, 0, take(unsignedNumber(1)), {}});
    case kBinBytes:
        return pushNew({Kind::Bytes, 0, take(unsignedNumber(4)), {}});
    case kBinBytes8:
        return pushNew({Kind::Bytes, 0, take(unsignedNumber(8)), {}});
    case kEmptyList:
        return pushNew({Kind::List, 0, {}, {}});
    case kEmptyTuple:
        return pushTuple(0);
    case kEmptyDict:
        return pushNew({Kind::Dict, 0, {}, {}});
    case kTuple1:
        return pushTuple(1);
    case kTuple2:
        return pushTuple(2);
    case kTuple3:
        return pushTuple(3);
    case kTuple:
        return pushNew({Kind::Tuple, 0, {}, popToMark()});
    case kAppend: {
        const std::array items{pop()};
        return add(Kind::List, items);
    }
    case kAppends: {
        const std::vector<Id> items = popToMark();
        return add(Kind::List, items);
    }
    case kSetItem: {
        const Id value = pop();
        const std::array items{pop(), value};
        return add(Kind::Dict, items);
    }
    case kSetItems: {
        const std::vector<Id> items = popToMark();
        return add(Kind::Dict, items);
    }
    case kBinPut:
        return memoize(unsignedNumber(1));
    case kLongBinPut:
        return memoize(unsignedNumber(4));
    case kMemoize:
        return memoize(memo_.size());
    case kBinGet:
        return recall(unsignedNumber(1));
    case kLongBinGet:
        return recall(unsignedNumber(4));
    case kGlobal: {
        const std::string_view module = line();
        const std::string_view name = line();
        return problem_ ? void() : pushGlobal(module, name);
    }
    case kStackGlobal:
        return pushStackGlobal();
    case kReduce:
        return reduce();
    case kBinPersId: {
        PickleValue persistent{Kind::Persistent, 0, {}, values_[pop()].items};
        charge(persistent.items.size());
        return pushNew(std::move(persistent));
    }
    case kBuild: { // attributes of a dictionary, such as the versions of modules
        const Id attributes = pop();
        if (values_[attributes].kind != Kind::Dict || values_[top()].kind != Kind::Dict) {
            damaged("sets attributes of a value that has none");
        }
        return;
    }
    default:
        std::array<char, 8> hex{};
        std::snprintf(hex.data(), hex.size(), "0x%02x", instruction);
        return damaged("holds the pickle instruction " + std::string(hex.data()) +
                       ", which no file of weights needs");
    }
}

} // namespace

Result<Pickle> Pickle::read(std::string_view bytes, std::span<const std::string_view> globals,
                            const std::string& where) {
    Machine machine(bytes, globals, where);
    machine.run();
    if (machine.problem()) {
        return *machine.problem();
    }
    Pickle pickle;
    pickle.root_ = machine.root();
    pickle.size_ = machine.position();
    pickle.values_ = machine.takeValues();
    return pickle;
}

} // namespace flip

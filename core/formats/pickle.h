#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// One value of a pickle. Values refer to each other by id and may form cycles.
struct PickleValue {
    using Id = std::uint32_t;
    enum class Kind {
        None,
        Bool,
        Integer,
        Real, // its number is not kept: weights files need none
        Text,
        Bytes,
        List,
        Tuple,
        Dict,      // items: key, value, key, value, ...
        Global,    // a Python global; text: its name, "torch.Size"
        Call,      // a call of a global; items: the global, the tuple of arguments
        Persistent // an object stored outside the pickle; items: those of its persistent id
    };

    Kind kind = Kind::None;
    std::int64_t integer = 0; // Integer, Bool
    std::string_view text;    // also the bytes of an Integer of more than 64 bits
    std::vector<Id> items;
};

/// A Python pickle (protocols 2 to 5) as plain values. Nothing is run or imported: a global that is
/// not on the reader's list is refused and named. Reading takes time and memory in proportion to
/// the size of the input, whatever lengths it states. Immutable; any thread.
class Pickle {
public:
    /// Reads one pickle from the beginning of `bytes`. Both views, and the names in `globals`, must
    /// outlive the result; `where` is the file that a Problem names.
    static Result<Pickle> read(std::string_view bytes, std::span<const std::string_view> globals,
                               const std::string& where);

    const PickleValue& root() const { return values_[root_]; }
    const PickleValue& operator[](PickleValue::Id id) const { return values_[id]; }
    const std::vector<PickleValue>& values() const { return values_; }

    /// Size in bytes, including the STOP instruction.
    std::size_t size() const { return size_; }

private:
    Pickle() = default;
    std::vector<PickleValue> values_;
    PickleValue::Id root_ = 0;
    std::size_t size_ = 0;
};

} // namespace flip

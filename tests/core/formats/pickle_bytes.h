#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flip::test {

// Builds pickles, valid or hostile, instruction by instruction; parts are joined with +.

inline std::string little(std::uint64_t number, std::size_t bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes; ++i) {
        out += static_cast<char>(number >> (8 * i));
    }
    return out;
}

inline std::string begin() {
    return "\x80\x02";
}
inline std::string none() {
    return "N";
}
inline std::string text(std::string_view value) {
    return "X" + little(value.size(), 4) + std::string(value);
}
inline std::string integer(std::int64_t value) {
    return "\x8a\x08" + little(static_cast<std::uint64_t>(value), 8);
}
inline std::string tuple(const std::string& items) {
    return "(" + items + "t";
}
inline std::string dict(const std::string& keysAndValues) {
    return "}(" + keysAndValues + "u";
}
inline std::string global(const std::string& module, const std::string& name) {
    return "c" + module + "\n" + name + "\n";
}
inline std::string call(const std::string& callee, const std::string& arguments) {
    return callee + tuple(arguments) + "R";
}

/// What torch.save writes for a storage of `count` numbers.
inline std::string storage(const std::string& type, const std::string& key, std::int64_t count) {
    return tuple(text("storage") + global("torch", type) + text(key) + text("cpu") +
                 integer(count)) +
           "Q";
}

/// What it writes for a tensor in a storage; `shape` and `strides` are the items of a tuple.
inline std::string tensor(const std::string& inStorage, std::int64_t offset,
                          const std::string& shape, const std::string& strides) {
    return call(global("torch._utils", "_rebuild_tensor_v2"),
                inStorage + integer(offset) + tuple(shape) + tuple(strides) + "\x89" +
                    call(global("collections", "OrderedDict"), ""));
}

} // namespace flip::test

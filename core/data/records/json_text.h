#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flip {

/// A string in a JSON document, as written.
struct JsonString {
    std::string_view text;       // between the quotes
    bool escaped = false;        // contains backslashes
    const char* wrong = nullptr; // if not null: why the string is invalid
};

/// Number of bytes after a document that must be readable, and zero.
inline constexpr std::size_t kJsonPadding = 16;

/// Reads the string whose opening quote is at `at`, and moves `at` past it, or to the error.
JsonString scanJsonString(const char*& at);

/// The end of the number, true, false or null that begins at `at`; nullptr if none of these does.
const char* jsonScalarEnd(const char* at);

/// Appends a string with its escapes decoded, in UTF-8; false if it contains half of a surrogate
/// pair.
bool appendUnescaped(std::string_view text, std::string& target);

} // namespace flip

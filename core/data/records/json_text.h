#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flip {

/// A text in a JSON document, as it is written.
struct JsonString {
    std::string_view text;       // between the quotes
    bool escaped = false;        // holds backslashes
    const char* wrong = nullptr; // not null: it is none, for this reason
};

/// So many bytes behind a document must be readable; they must be zero.
inline constexpr std::size_t kJsonPadding = 16;

/// Reads the text whose opening quote stands at `at`, and moves `at` behind it, or to what is
/// wrong.
JsonString scanJsonString(const char*& at);

/// Where a number, true, false or null ends that begins at `at`; nullptr if it is none of these.
const char* behindJsonScalar(const char* at);

/// Appends what a text means, in UTF-8; false where it holds half of a surrogate pair.
bool appendUnescaped(std::string_view text, std::string& target);

} // namespace flip

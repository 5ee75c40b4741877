#pragma once

#include <string>
#include <string_view>

namespace flip {

/// The character encoding of a text file.
enum class TextEncoding { Utf8, Latin1 };

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool isUtf8(std::string_view bytes);

/// Whether every byte is below 128.
bool isAscii(std::string_view bytes);

/// Appends ISO 8859-1 bytes as UTF-8; every byte is valid.
void appendLatin1AsUtf8(std::string_view bytes, std::string& text);

/// Quotes text of a raw file for a message: on one line, shortened if it is long.
std::string quotedText(std::string_view text);

} // namespace flip

#pragma once

#include "core/data/records/byte_source.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace flip::fuzz {

/// All bytes of a source that cannot fail, read `step` at a time.
inline std::string allBytes(ByteSource& source, std::size_t step) {
    std::string all;
    std::string part(step, '\0');
    for (;;) {
        const auto count = source.read(part.data(), part.size());
        if (!count || *count == 0) {
            return all;
        }
        all.append(part, 0, *count);
    }
}

/// What PlainLineEnds makes of a text with a quote, byte by byte.
inline std::string plainLineEnds(std::string text, char quote, std::size_t blockBytes) {
    const std::string_view block = std::string_view(text).substr(0, blockBytes);
    const bool isWhole = text.size() < blockBytes;
    bool inQuotes = false;
    bool converts = false;
    for (std::size_t i = 0; i < block.size(); ++i) {
        inQuotes = block[i] == quote ? !inQuotes : inQuotes;
        converts = converts || (block[i] == '\r' && !inQuotes && (isWhole || i + 1 < block.size()));
    }
    if (!converts || block.find('\n') != std::string_view::npos) {
        return text;
    }
    for (std::size_t i = 0; i < text.size() && text[i] != '\n'; ++i) {
        const bool isPair = i + 1 < text.size() && text[i + 1] == '\n';
        text[i] = text[i] == '\r' && !isPair ? '\n' : text[i];
    }
    return text;
}

} // namespace flip::fuzz

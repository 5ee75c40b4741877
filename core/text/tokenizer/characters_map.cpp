#include "core/text/tokenizer/characters_map.h"

#include "core/base/text_encoding.h"

#include <algorithm>
#include <cstddef>

namespace flip {

namespace {

std::uint32_t offsetOf(std::uint32_t unit) {
    return (unit >> 10U) << ((unit & (1U << 9U)) >> 6U);
}

/// The label of a unit that is not a leaf; a leaf has the highest bit set.
std::uint32_t labelOf(std::uint32_t unit) {
    return unit & ((1U << 31U) | 0xFFU);
}

bool hasLeaf(std::uint32_t unit) {
    return (unit & (1U << 8U)) != 0;
}

std::uint32_t leafOf(std::uint32_t unit) {
    return unit & ((1U << 31U) - 1);
}

std::optional<std::string> decodedBase64(std::string_view text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const std::size_t padding =
        text.ends_with("==") ? 2 : static_cast<std::size_t>(text.ends_with('='));
    std::uint32_t group = 0;
    for (std::size_t i = 0; i + padding < text.size(); ++i) {
        const std::size_t digit = kDigits.find(text[i]);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        group = (group << 6U) | static_cast<std::uint32_t>(digit);
        if (i % 4 > 0) {
            bytes += static_cast<char>((group >> (6U - 2U * (i % 4))) & 0xFFU);
        }
    }
    return bytes;
}

std::uint32_t wordAt(std::string_view bytes, std::size_t at) {
    std::uint32_t word = 0;
    for (std::size_t i = 4; i > 0; --i) {
        word = (word << 8U) | static_cast<unsigned char>(bytes[at + i - 1]);
    }
    return word;
}

} // namespace

Result<CharactersMap> CharactersMap::read(std::string_view base64) {
    constexpr std::size_t kWord = 4;
    const Problem damaged{"\"precompiled_charsmap\" is damaged; download the file again", ""};
    auto bytes = decodedBase64(base64);
    if (!bytes || bytes->size() < kWord) {
        return damaged;
    }
    const std::size_t size = wordAt(*bytes, 0) / kWord * kWord;
    if (size < kWord || size > bytes->size() - kWord) {
        return damaged;
    }
    CharactersMap map;
    for (std::size_t at = kWord; at < kWord + size; at += kWord) {
        map.trie_.push_back(wordAt(*bytes, at));
    }
    map.replacements_ = bytes->substr(kWord + size);
    if (!isUtf8(map.replacements_)) {
        return damaged;
    }
    map.bytes_ = std::move(*bytes);
    return map;
}

std::optional<std::string_view> CharactersMap::find(std::string_view utf8) const {
    std::size_t at = offsetOf(trie_[0]);
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        at ^= byte;
        if (byte == 0 || at >= trie_.size() || labelOf(trie_[at]) != byte) {
            return std::nullopt;
        }
        const std::uint32_t unit = trie_[at];
        at ^= offsetOf(unit);
        if (hasLeaf(unit)) {
            if (at >= trie_.size() || leafOf(trie_[at]) > replacements_.size()) {
                return std::nullopt;
            }
            const auto rest = std::string_view(replacements_).substr(leafOf(trie_[at]));
            return rest.substr(0, std::min(rest.find('\0'), rest.size()));
        }
    }
    return std::nullopt;
}

} // namespace flip

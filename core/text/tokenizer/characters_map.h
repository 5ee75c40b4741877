#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// The character replacements of a SentencePiece model, as stored in it: a double-array trie (Aoe
/// 1989) from UTF-8 to offsets in a list of replacements. Immutable; any thread.
class CharactersMap {
public:
    /// Decodes "precompiled_charsmap" from base64. Returns a Problem without a place if it is
    /// invalid.
    static Result<CharactersMap> read(std::string_view base64);

    /// The replacement of the shortest entry that the text begins with.
    std::optional<std::string_view> find(std::string_view utf8) const;

    /// The decoded bytes, which determine all replacements.
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::vector<std::uint32_t> trie_;
    std::string replacements_; // each ends with a zero byte
};

} // namespace flip

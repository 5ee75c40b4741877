#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// What SentencePiece replaces in a text, as its models carry it: a double-array trie (Aoe 1989)
/// from UTF-8 to places in a list of replacements. Immutable; any thread.
class CharactersMap {
public:
    /// Reads the bytes of "precompiled_charsmap" from base 64. A Problem without a place if they
    /// are none.
    static Result<CharactersMap> read(std::string_view base64);

    /// The replacement of the shortest entry that the text begins with.
    std::optional<std::string_view> find(std::string_view utf8) const;

    /// Everything that decides the replacements.
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::vector<std::uint32_t> trie_;
    std::string replacements_; // each ends with a byte of 0
};

} // namespace flip

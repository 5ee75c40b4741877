#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A piece that is found in the text before the model sees it: "[MASK]", or one a user added.
struct AddedToken {
    std::string content;
    std::int32_t id = 0;
    bool special = false;
    bool singleWord = false;  // only where no word character touches it
    bool stripsLeft = false;  // takes the white space before it
    bool stripsRight = false; // takes the white space behind it
    bool normalized = false;  // is looked for in the normalized text
};

/// Finds added tokens: leftmost first, then longest, then earliest in the list, special ones
/// before others. Immutable; any thread.
class AddedTokens {
public:
    struct Match {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::int32_t id = 0;
    };

    AddedTokens() = default;

    /// `contents` are the tokens' texts as they are looked for, normalized where that applies.
    AddedTokens(const std::vector<AddedToken>& tokens, const std::vector<std::string>& contents);

    bool empty() const { return patterns_.empty(); }

    /// Whether a token is just its text: no condition on its neighbours, no white space taken.
    bool plain() const { return plain_; }

    bool takesWhiteSpace() const { return takesWhiteSpace_; }
    bool touchesWhiteSpace() const { return touchesWhiteSpace_; } // begins or ends with some

    /// Matches in code points of the text, in order. They may overlap in white space only.
    std::vector<Match> find(std::u32string_view text) const;

    /// The same in bytes of UTF-8.
    std::vector<Match> findIn(std::string_view utf8) const;

    /// The token that begins at text[at]; an id below 0 if none does. For plain() tokens.
    Match at(std::string_view text, std::size_t at) const {
        if (!begins_[static_cast<unsigned char>(text[at])]) {
            return {at, at, -1};
        }
        const Pattern* found = longestAt(text, at);
        return found == nullptr ? Match{at, at, -1}
                                : Match{at, at + found->bytes.size(), found->token.id};
    }

    /// Whether a match might reach over the border, whatever stands around the two, or depend on
    /// the other side of it.
    bool mayCross(std::string_view left, std::string_view right) const;

    /// Whether a token on one side of the border might take white space from the other, whatever
    /// stands around the two.
    bool mayTakeAcross(std::string_view left, std::string_view right) const;

    /// Whether a token might begin the text, whatever follows it.
    bool mayBegin(std::string_view text) const;

private:
    struct Pattern {
        AddedToken token;
        std::string bytes;
        std::u32string text;
    };

    const Pattern* longestAt(std::string_view text, std::size_t at) const;

    std::vector<Pattern> patterns_;  // the longest first
    std::array<bool, 256> begins_{}; // by first byte
    std::size_t longest_ = 0;
    bool plain_ = true;
    bool takesWhiteSpace_ = false;
    bool touchesWhiteSpace_ = false;
};

} // namespace flip

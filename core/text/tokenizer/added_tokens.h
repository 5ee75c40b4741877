#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flip {

/// A token that is found in the text before it is split: "[MASK]", or one that a user added.
struct AddedToken {
    std::string content;
    std::int32_t id = 0;
    bool special = false;
    bool singleWord = false;  // only if no word character is next to it
    bool stripsLeft = false;  // includes the white space before it
    bool stripsRight = false; // includes the white space after it
    bool normalized = false;  // is searched for in the normalized text
};

/// Finds added tokens: leftmost first, then longest, then special before others, then earliest in
/// the list. Immutable; any thread.
class AddedTokens {
public:
    struct Match {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::int32_t id = 0;
    };

    AddedTokens() = default;

    /// `contents` are the texts to search for, normalized where that applies.
    AddedTokens(const std::vector<AddedToken>& tokens, const std::vector<std::string>& contents);

    bool empty() const { return patterns_.empty(); }

    /// Whether every token is just its text: no condition on neighbours, no white space included.
    bool plain() const { return plain_; }

    bool takesWhiteSpace() const { return takesWhiteSpace_; }
    bool touchesWhiteSpace() const { return touchesWhiteSpace_; } // one begins or ends with it

    /// Matches in order, in code points of the text. They may overlap only in white space.
    std::vector<Match> find(std::u32string_view text) const;

    /// The same in bytes of UTF-8.
    std::vector<Match> findIn(std::string_view utf8) const;

    /// The token that begins at text[at]; its id is below 0 if there is none. For plain() tokens.
    Match at(std::string_view text, std::size_t at) const {
        if (!begins_[static_cast<unsigned char>(text[at])]) {
            return {at, at, -1};
        }
        const Pattern* found = longestAt(text, at);
        return found == nullptr ? Match{at, at, -1}
                                : Match{at, at + found->bytes.size(), found->token.id};
    }

    /// Whether a match might cross the border or depend on the other side of it, whatever surrounds
    /// the two texts.
    bool mayCross(std::string_view left, std::string_view right) const;

    /// Whether a token on one side of the border might include white space from the other side,
    /// whatever surrounds the two texts.
    bool mayTakeAcross(std::string_view left, std::string_view right) const;

    /// Whether the text might begin with a token, whatever follows it.
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

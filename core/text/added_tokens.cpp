#include "core/text/added_tokens.h"

#include "core/text/unicode.h"

#include <algorithm>
#include <cassert>

namespace flip {

namespace {

bool isWhiteSpace(char32_t c) {
    return (characterBits(c) & kWhiteSpace) != 0;
}

/// Whether the one begins with the other, as far as the shorter goes.
bool agree(std::string_view a, std::string_view b) {
    const std::size_t common = std::min(a.size(), b.size());
    return a.substr(0, common) == b.substr(0, common);
}

} // namespace

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens,
                         const std::vector<std::string>& contents) {
    assert(tokens.size() == contents.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        patterns_.push_back({tokens[i], contents[i], decodeUtf8(contents[i])});
        const Pattern& pattern = patterns_.back();
        begins_[static_cast<unsigned char>(pattern.bytes.front())] = true;
        longest_ = std::max(longest_, pattern.bytes.size());
        const bool takes = pattern.token.stripsLeft || pattern.token.stripsRight;
        plain_ = plain_ && !takes && !pattern.token.singleWord;
        takesWhiteSpace_ = takesWhiteSpace_ || takes;
        touchesWhiteSpace_ = touchesWhiteSpace_ || isWhiteSpace(pattern.text.front()) ||
                             isWhiteSpace(pattern.text.back());
    }
    std::stable_sort(patterns_.begin(), patterns_.end(), [](const Pattern& a, const Pattern& b) {
        if (a.bytes.size() != b.bytes.size()) {
            return a.bytes.size() > b.bytes.size();
        }
        return a.token.special && !b.token.special;
    });
}

AddedTokens::Match AddedTokens::longestAt(std::string_view text, std::size_t at) const {
    const std::string_view rest = text.substr(at);
    for (const Pattern& pattern : patterns_) {
        if (rest.starts_with(pattern.bytes)) {
            return {at, at + pattern.bytes.size(), pattern.token.id};
        }
    }
    return {at, at, -1};
}

std::vector<AddedTokens::Match> AddedTokens::find(std::u32string_view text) const {
    std::vector<Match> matches;
    if (patterns_.empty()) {
        return matches;
    }
    std::vector<char32_t> begins;
    for (const Pattern& pattern : patterns_) {
        begins.push_back(pattern.text.front());
    }
    std::size_t taken = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (std::find(begins.begin(), begins.end(), text[at]) == begins.end()) {
            ++at;
            continue;
        }
        const std::u32string_view rest = text.substr(at);
        const auto found =
            std::find_if(patterns_.begin(), patterns_.end(),
                         [rest](const Pattern& p) { return rest.starts_with(p.text); });
        if (found == patterns_.end()) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        std::size_t end = at + found->text.size();
        at = end;
        if (found->token.singleWord) {
            const bool joinedLeft = begin > 0 && isWordCharacter(text[begin - 1]);
            const bool joinedRight = end < text.size() && isWordCharacter(text[end]);
            if (joinedLeft || joinedRight) {
                continue;
            }
        }
        if (found->token.stripsLeft) {
            while (begin > taken && isWhiteSpace(text[begin - 1])) {
                --begin;
            }
        }
        if (found->token.stripsRight) {
            while (end < text.size() && isWhiteSpace(text[end])) {
                ++end;
            }
        }
        matches.push_back({begin, end, found->token.id});
        taken = end;
    }
    return matches;
}

bool AddedTokens::mayCross(std::string_view left, std::string_view right) const {
    const std::size_t reach = std::min(left.size(), longest_);
    for (std::size_t k = 0; k <= reach; ++k) {
        const std::string_view tail = left.substr(left.size() - k);
        if (k > 0 && !begins_[static_cast<unsigned char>(tail.front())]) {
            continue;
        }
        for (const Pattern& pattern : patterns_) {
            const std::string_view bytes = pattern.bytes;
            // A token that ends or begins at the border looks over it only for its neighbour.
            const bool touches = k == 0 || k == bytes.size();
            if (k <= bytes.size() && (!touches || pattern.token.singleWord) &&
                bytes.starts_with(tail) && agree(right, bytes.substr(k))) {
                return true;
            }
        }
    }
    return false;
}

} // namespace flip

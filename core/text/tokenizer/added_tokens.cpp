#include "core/text/tokenizer/added_tokens.h"

#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <cassert>

namespace flip {

namespace {

bool isWhiteSpace(char32_t c) {
    return (characterBits(c) & kWhiteSpace) != 0;
}

/// Whether the longer text begins with the shorter one.
bool agree(std::string_view a, std::string_view b) {
    const std::size_t common = std::min(a.size(), b.size());
    return a.substr(0, common) == b.substr(0, common);
}

std::string_view withoutTrailingWhiteSpace(std::string_view text) {
    while (!text.empty()) {
        const char32_t last = lastCharacter(text);
        if (!isWhiteSpace(last)) {
            break;
        }
        std::string bytes;
        appendUtf8(last, bytes);
        text.remove_suffix(bytes.size());
    }
    return text;
}

std::string_view withoutLeadingWhiteSpace(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t next = at;
        if (!isWhiteSpace(nextCharacter(text, next))) {
            break;
        }
        at = next;
    }
    return text.substr(at);
}

/// Whether a token that begins before `left` might contain all of it, and after the border either
/// continue as `right` does or, if it depends on its neighbours, end there.
bool mayContain(std::string_view token, std::string_view left, std::string_view right,
                bool dependsOnNeighbours) {
    if (left.empty()) {
        return false;
    }
    for (std::size_t at = token.find(left, 1); at != std::string_view::npos;
         at = token.find(left, at + 1)) {
        const std::string_view rest = token.substr(at + left.size());
        if (rest.empty() ? dependsOnNeighbours : agree(right, rest)) {
            return true;
        }
    }
    return false;
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

const AddedTokens::Pattern* AddedTokens::longestAt(std::string_view text, std::size_t at) const {
    const std::string_view rest = text.substr(at);
    for (const Pattern& pattern : patterns_) {
        if (rest.starts_with(pattern.bytes)) {
            return &pattern;
        }
    }
    return nullptr;
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

std::vector<AddedTokens::Match> AddedTokens::findIn(std::string_view utf8) const {
    std::vector<Match> matches;
    std::size_t taken = 0;
    for (std::size_t at = 0; at < utf8.size();) {
        const Pattern* found =
            begins_[static_cast<unsigned char>(utf8[at])] ? longestAt(utf8, at) : nullptr;
        if (found == nullptr) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        std::size_t end = at + found->bytes.size();
        at = end;
        if (found->token.singleWord) {
            std::size_t next = end;
            const bool joinedLeft =
                begin > 0 && isWordCharacter(lastCharacter(utf8.substr(0, begin)));
            const bool joinedRight =
                end < utf8.size() && isWordCharacter(nextCharacter(utf8, next));
            if (joinedLeft || joinedRight) {
                continue;
            }
        }
        if (found->token.stripsLeft) {
            begin = std::max(taken, withoutTrailingWhiteSpace(utf8.substr(0, begin)).size());
        }
        if (found->token.stripsRight) {
            end = utf8.size() - withoutLeadingWhiteSpace(utf8.substr(end)).size();
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
            // A token that ends or begins at the border crosses it only to check its neighbour.
            const bool touches = k == 0 || k == bytes.size();
            if (k <= bytes.size() && (!touches || pattern.token.singleWord) &&
                bytes.starts_with(tail) && agree(right, bytes.substr(k))) {
                return true;
            }
        }
    }
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
        return mayContain(pattern.bytes, left, right, pattern.token.singleWord);
    });
}

bool AddedTokens::mayTakeAcross(std::string_view left, std::string_view right) const {
    const std::string_view before = withoutTrailingWhiteSpace(left);
    const std::string_view after = withoutLeadingWhiteSpace(right);
    const bool fromLeft = before.size() < left.size();
    const bool fromRight = after.size() < right.size();
    if (!takesWhiteSpace_ || (!fromLeft && !fromRight)) {
        return false;
    }
    return touchesWhiteSpace_ ||
           std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
               const std::string_view bytes = pattern.bytes;
               return (fromLeft && pattern.token.stripsLeft && agree(after, bytes)) ||
                      (fromRight && pattern.token.stripsRight &&
                       (before.ends_with(bytes) || bytes.ends_with(before)));
           });
}

bool AddedTokens::mayBegin(std::string_view text) const {
    return std::any_of(patterns_.begin(), patterns_.end(),
                       [text](const Pattern& pattern) { return agree(text, pattern.bytes); });
}

} // namespace flip

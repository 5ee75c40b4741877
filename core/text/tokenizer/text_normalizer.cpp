#include "core/text/tokenizer/text_normalizer.h"

#include "core/text/tokenizer/unicode.h"

#include <unicode/ubrk.h>
#include <unicode/utf16.h>

#include <algorithm>

namespace flip {

namespace {

using Change = AlignedText::Change;
using Unit = AlignedText::Unit;

bool isWhiteSpace(char32_t c) {
    return (characterBits(c) & kWhiteSpace) != 0;
}

/// ICU's break iterator for grapheme clusters; one per thread, since opening one reads its rules.
class ClusterBreaks {
public:
    ClusterBreaks() {
        UErrorCode status = U_ZERO_ERROR;
        iterator_ = ubrk_open(UBRK_CHARACTER, "", nullptr, 0, &status);
    }
    ~ClusterBreaks() {
        if (iterator_ != nullptr) {
            ubrk_close(iterator_);
        }
    }
    ClusterBreaks(const ClusterBreaks&) = delete;
    ClusterBreaks& operator=(const ClusterBreaks&) = delete;

    /// Appends the ends of the text's clusters.
    void append(std::u32string_view text, std::vector<std::size_t>& ends) {
        std::u16string units;
        std::vector<std::size_t> characterAt; // [units]
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] >= 0x10000) {
                units += static_cast<char16_t>(U16_LEAD(text[i]));
                units += static_cast<char16_t>(U16_TRAIL(text[i]));
                characterAt.push_back(i);
            } else {
                units += static_cast<char16_t>(text[i]);
            }
            characterAt.push_back(i);
        }
        characterAt.push_back(text.size());
        UErrorCode status = U_ZERO_ERROR;
        if (iterator_ != nullptr) {
            ubrk_setText(iterator_, units.data(), static_cast<std::int32_t>(units.size()), &status);
        }
        if (iterator_ == nullptr || U_FAILURE(status)) {
            for (std::size_t i = 1; i <= text.size(); ++i) {
                ends.push_back(i);
            }
            return;
        }
        for (auto at = ubrk_next(iterator_); at != UBRK_DONE; at = ubrk_next(iterator_)) {
            ends.push_back(characterAt[static_cast<std::size_t>(at)]);
        }
    }

private:
    UBreakIterator* iterator_ = nullptr;
};

std::vector<std::size_t> clusterEnds(std::u32string_view text) {
    std::vector<std::size_t> ends;
    ends.reserve(text.size());
    if (std::any_of(text.begin(), text.end(), [](char32_t c) { return c >= 0x80; })) {
        thread_local ClusterBreaks breaks;
        breaks.append(text, ends);
        return ends;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool inside = text[i] == U'\r' && i + 1 < text.size() && text[i + 1] == U'\n';
        if (!inside) {
            ends.push_back(i + 1);
        }
    }
    return ends;
}

/// Replaces `count` characters of the old text. If the replacement is shorter, the rest of them is
/// assigned to the last character that was written, as in the reference.
void appendReplaced(std::size_t count, std::string_view replacement, std::vector<Change>& changes) {
    const std::u32string text = decodeUtf8(replacement);
    for (std::size_t i = 0; i < text.size(); ++i) {
        changes.push_back({text[i], i < count ? 0 : 1});
    }
    if (text.size() < count && !changes.empty()) {
        changes.back().change -= static_cast<std::int32_t>(count - text.size());
    }
}

void mapCharacters(const CharactersMap& map, AlignedText& text) {
    constexpr std::size_t kLongestCluster = 5; // bytes; longer ones are mapped by character
    const std::u32string characters = text.characters();
    std::vector<Change> changes;
    changes.reserve(characters.size());
    bool modified = false;
    std::string bytes;
    std::size_t begin = 0;
    for (const std::size_t end : clusterEnds(characters)) {
        bytes.clear();
        for (std::size_t at = begin; at < end; ++at) {
            appendUtf8(characters[at], bytes);
        }
        const auto whole =
            bytes.size() <= kLongestCluster ? map.find(bytes) : std::optional<std::string_view>();
        if (whole) {
            appendReplaced(end - begin, *whole, changes);
            modified = true;
            begin = end;
            continue;
        }
        for (; begin < end; ++begin) {
            bytes.clear();
            appendUtf8(characters[begin], bytes);
            if (const auto found = map.find(bytes)) {
                appendReplaced(1, *found, changes);
                modified = true;
            } else {
                changes.push_back({characters[begin], 0});
            }
        }
    }
    if (modified) {
        text.transform(changes);
    }
}

/// Replaces matches; length(rest) is that of the match at the start of `rest`, 0 if there is none.
template <class Length>
void replaceMatches(std::u32string_view content, AlignedText& text, Length length) {
    const std::vector<Unit> old = std::move(text.units());
    std::vector<Unit> changed;
    changed.reserve(old.size());
    for (std::size_t at = 0; at < old.size();) {
        const std::size_t size = length(std::span(old).subspan(at));
        if (size == 0) {
            changed.push_back(old[at++]);
            continue;
        }
        at += size;
        for (const char32_t c : content) {
            changed.push_back({c, old[at - 1].begin, old[at - 1].end});
        }
    }
    text.units() = std::move(changed);
}

void decompose(bool compatibly, AlignedText& text) {
    struct Part {
        Change change;
        int combining;
    };
    std::vector<Part> parts;
    std::u32string decomposed;
    for (const Unit& unit : text.units()) {
        decomposed.clear();
        if (compatibly) {
            appendCompatiblyDecomposed(unit.character, decomposed);
        } else {
            appendDecomposed(unit.character, decomposed);
        }
        for (std::size_t i = 0; i < decomposed.size(); ++i) {
            parts.push_back({{decomposed[i], i > 0 ? 1 : 0}, combiningClass(decomposed[i])});
        }
    }
    // Canonical ordering: sorts consecutive marks by combining class.
    for (auto at = parts.begin(); at != parts.end();) {
        const auto end =
            std::find_if(at, parts.end(), [](const Part& p) { return p.combining == 0; });
        std::stable_sort(at, end,
                         [](const Part& a, const Part& b) { return a.combining < b.combining; });
        at = end == parts.end() ? end : end + 1;
    }
    std::vector<Change> changes;
    for (const Part& part : parts) {
        changes.push_back(part.change);
    }
    text.transform(changes);
}

void lowercase(AlignedText& text) {
    std::vector<Unit> lowered;
    std::u32string lower;
    for (const Unit& unit : text.units()) {
        lower.clear();
        appendLower(unit.character, lower);
        for (const char32_t c : lower) {
            lowered.push_back({c, unit.begin, unit.end});
        }
    }
    text.units() = std::move(lowered);
}

void applyStep(const NormalizerStep& step, AlignedText& text) {
    using enum NormalizerStep::Kind;
    std::vector<Unit>& units = text.units();
    const auto blank = [](const Unit& unit) { return isWhiteSpace(unit.character); };
    switch (step.kind) {
    case Map:
        return mapCharacters(*step.map, text);
    case Replace:
        return replaceMatches(step.content, text, [&step](std::span<const Unit> rest) {
            const bool matches =
                rest.size() >= step.pattern.size() &&
                std::equal(step.pattern.begin(), step.pattern.end(), rest.begin(),
                           [](char32_t c, const Unit& unit) { return c == unit.character; });
            return matches ? step.pattern.size() : 0;
        });
    case ReplaceBlanks:
        return replaceMatches(step.content, text, [](std::span<const Unit> rest) {
            const auto end = std::find_if(rest.begin(), rest.end(),
                                          [](const Unit& unit) { return unit.character != U' '; });
            const auto size = static_cast<std::size_t>(end - rest.begin());
            return size < 2 ? 0 : size;
        });
    case Decompose:
    case DecomposeCompatibly:
        return decompose(step.kind == DecomposeCompatibly, text);
    case Lowercase:
        return lowercase(text);
    case StripMarks:
        std::erase_if(units, [](const Unit& unit) { return isMark(unit.character); });
        return;
    case StripLeft:
        units.erase(units.begin(), std::find_if_not(units.begin(), units.end(), blank));
        return;
    case StripRight:
        units.erase(std::find_if_not(units.rbegin(), units.rend(), blank).base(), units.end());
        return;
    }
}

} // namespace

void TextNormalizer::apply(AlignedText& text) const {
    for (const NormalizerStep& step : steps_) {
        applyStep(step, text);
    }
}

std::u32string TextNormalizer::normalized(std::u32string_view text) const {
    AlignedText aligned(text, 0);
    apply(aligned);
    return aligned.characters();
}

} // namespace flip

#include "core/text/tokenizer/bert_normalizer.h"

#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <cstddef>

namespace flip {

namespace {

constexpr char32_t kBlank = U' ';
constexpr char32_t kReplacement = 0xFFFD;

void push(char32_t c, std::int32_t begin, std::int32_t end, NormalizedText& out) {
    out.units.push_back({c, begin, end, static_cast<std::int32_t>(out.bytes.size())});
    appendUtf8(c, out.bytes);
}

/// One character of a decomposition. `inserted` characters share the position of the one before
/// them; each of the others replaces one character of the text.
struct Decomposed {
    char32_t character;
    int combining;
    bool inserted;
};

/// Canonical ordering: sorts runs of characters with a combining class above 0 by class, stably.
void orderMarks(std::vector<Decomposed>& text) {
    for (auto at = text.begin(); at != text.end();) {
        if (at->combining == 0) {
            ++at;
            continue;
        }
        const auto end =
            std::find_if(at, text.end(), [](const Decomposed& d) { return d.combining == 0; });
        std::stable_sort(at, end, [](const Decomposed& a, const Decomposed& b) {
            return a.combining < b.combining;
        });
        at = end;
    }
}

} // namespace

void BertNormalizer::finish(char32_t c, std::int32_t begin, std::int32_t end,
                            NormalizedText& out) const {
    if (!rules_.lowercase || (characterBits(c) & kLowers) == 0) {
        push(c, begin, end, out);
        return;
    }
    std::u32string lower;
    appendLower(c, lower);
    for (const char32_t l : lower) {
        push(l, begin, end, out);
    }
}

void BertNormalizer::append(std::u32string_view text, std::int32_t first,
                            NormalizedText& out) const {
    out.units.reserve(out.units.size() + text.size());
    if (rules_.stripAccents) {
        const auto reorders = [](char32_t c) { return (characterBits(c) & kReordersSpacing) != 0; };
        // Marks that are kept can be reordered and get the alignment of their new position.
        if (std::any_of(text.begin(), text.end(), [&reorders](char32_t c) {
                const std::uint8_t bits = characterBits(c);
                if ((bits & kDecomposes) == 0) {
                    return reorders(c);
                }
                std::u32string parts;
                appendDecomposed(c, parts);
                return std::any_of(parts.begin(), parts.end(), reorders);
            })) {
            appendReordered(text, first, out);
            return;
        }
    }
    std::u32string parts;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char32_t c = text[i];
        const std::uint8_t bits = characterBits(c);
        const auto begin = static_cast<std::int32_t>(first + static_cast<std::int32_t>(i));
        const std::int32_t end = begin + 1;
        if (rules_.cleanText) {
            if (c == U'\t' || c == U'\n' || c == U'\r') {
                push(kBlank, begin, end, out);
                continue;
            }
            if ((bits & kControl) != 0 || c == kReplacement) {
                continue;
            }
            if ((bits & kWhiteSpace) != 0) {
                push(kBlank, begin, end, out);
                continue;
            }
        }
        const bool isolated = rules_.splitChinese && (bits & kIdeograph) != 0;
        if (isolated) {
            push(kBlank, begin, end, out);
        }
        if (rules_.stripAccents && (bits & (kDecomposes | kNonspacingMark)) != 0) {
            parts.clear();
            appendDecomposed(c, parts);
            for (const char32_t part : parts) {
                if ((characterBits(part) & kNonspacingMark) == 0) {
                    finish(part, begin, end, out);
                }
            }
        } else {
            finish(c, begin, end, out);
        }
        if (isolated) {
            push(kBlank, begin, end, out);
        }
    }
}

void BertNormalizer::appendReordered(std::u32string_view text, std::int32_t first,
                                     NormalizedText& out) const {
    BertRules rules = rules_;
    rules.stripAccents = false;
    rules.lowercase = false;
    NormalizedText before;
    BertNormalizer(rules).append(text, first, before);

    std::vector<Decomposed> decomposed;
    std::u32string parts;
    for (const NormalizedText::Unit& unit : before.units) {
        parts.clear();
        appendDecomposed(unit.character, parts);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            decomposed.push_back({parts[i], combiningClass(parts[i]), i > 0});
        }
    }
    orderMarks(decomposed);

    std::size_t used = 0;
    for (const Decomposed& d : decomposed) {
        std::int32_t begin = first;
        std::int32_t end = first;
        if (!d.inserted) {
            ++used;
        }
        if (used > 0) {
            begin = before.units[used - 1].begin;
            end = before.units[used - 1].end;
        }
        if ((characterBits(d.character) & kNonspacingMark) == 0) {
            finish(d.character, begin, end, out);
        }
    }
}

} // namespace flip

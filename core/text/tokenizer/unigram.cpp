#include "core/text/tokenizer/unigram.h"

#include "core/base/hashing.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <limits>

namespace flip {

namespace {

constexpr char32_t kReadableBlank = 0x2581;
constexpr double kUnknownPenalty = 10;
constexpr char32_t kByteLevelBlank = 0x120; // trimming of offsets counts it as a blank

bool isWhiteSpace(char32_t c) {
    return (characterBits(c) & kWhiteSpace) != 0;
}

bool isTrimmed(char32_t c) {
    return c == kByteLevelBlank || isWhiteSpace(c);
}

template <class Iterator>
std::uint16_t trimmedAt(Iterator begin, Iterator end) {
    const auto count = std::find_if_not(begin, end, isTrimmed) - begin;
    return static_cast<std::uint16_t>(
        std::min<std::ptrdiff_t>(count, std::numeric_limits<std::uint16_t>::max()));
}

std::string bytesOf(std::u32string_view text) {
    std::string bytes;
    for (const char32_t c : text) {
        appendUtf8(c, bytes);
    }
    return bytes;
}

AddedTokens addedTokens(const UnigramModel& model, bool normalized) {
    const TextNormalizer normalizer(model.normalizer);
    std::vector<AddedToken> tokens;
    std::vector<std::string> contents;
    for (const AddedToken& token : model.added) {
        if (token.normalized == normalized) {
            tokens.push_back(token);
            contents.push_back(normalized
                                   ? bytesOf(normalizer.normalized(decodeUtf8(token.content)))
                                   : token.content);
        }
    }
    return {tokens, contents};
}

std::string hashOf(const UnigramModel& model) {
    ContentHasher hasher;
    const auto number = [&hasher](std::int64_t value) { hasher.add(std::to_string(value) + ' '); };
    const auto text = [&](std::string_view value) {
        number(static_cast<std::int64_t>(value.size()));
        hasher.add(value);
    };
    text("unigram 1");
    number(model.unknown);
    number(static_cast<std::int64_t>(model.blank));
    number(static_cast<std::int64_t>(model.blankBefore));
    for (const bool flag : {model.byteFallback, model.splitsAtWhiteSpace, model.marksBlanks,
                            model.splitsAtBlanks, model.trimsOffsets, model.keepsFirstBlank}) {
        number(flag);
    }
    const SpecialTokens& special = model.special;
    for (const std::int32_t id :
         {special.cls, special.sep, special.mask, special.pad, special.unknown}) {
        number(id);
    }
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        text(model.pieces[id]);
        std::int64_t bits = 0;
        std::memcpy(&bits, &model.scores[id], sizeof(bits));
        number(bits);
    }
    text("normalizer");
    for (const NormalizerStep& step : model.normalizer) {
        number(static_cast<std::int64_t>(step.kind));
        text(bytesOf(step.pattern));
        text(bytesOf(step.content));
        text(step.map == nullptr ? std::string() : step.map->bytes());
    }
    text("added");
    for (const AddedToken& token : model.added) {
        text(token.content);
        number(token.id);
        for (const bool flag : {token.special, token.singleWord, token.stripsLeft,
                                token.stripsRight, token.normalized}) {
            number(flag);
        }
    }
    return hasher.digest();
}

/// The model without its large members.
UnigramModel rulesOf(const UnigramModel& model) {
    UnigramModel rules;
    rules.unknown = model.unknown;
    rules.byteFallback = model.byteFallback;
    rules.splitsAtWhiteSpace = model.splitsAtWhiteSpace;
    rules.marksBlanks = model.marksBlanks;
    rules.blank = model.blank;
    rules.blankBefore = model.blankBefore;
    rules.splitsAtBlanks = model.splitsAtBlanks;
    rules.trimsOffsets = model.trimsOffsets;
    rules.keepsFirstBlank = model.keepsFirstBlank;
    return rules;
}

} // namespace

UnigramTokenizer::UnigramTokenizer(const UnigramModel& model)
    : pieces_(model.pieces), scores_(model.scores), trie_(model.pieces),
      unknownScore_(*std::min_element(model.scores.begin(), model.scores.end()) - kUnknownPenalty),
      normalizer_(model.normalizer), rawAdded_(addedTokens(model, false)),
      normalizedAdded_(addedTokens(model, true)), special_(model.special), rules_(rulesOf(model)),
      hash_(hashOf(model)), cache_(std::make_unique<WordCache>()) {
    for (std::size_t byte = 0; byte < byteIds_.size(); ++byte) {
        std::array<char, 8> code{};
        std::snprintf(code.data(), code.size(), "<0x%02X>", static_cast<unsigned>(byte));
        byteIds_[byte] = trie_.find(code.data());
    }
    for (const AddedToken& token : model.added) {
        const auto id = static_cast<std::size_t>(token.id);
        pieces_.resize(std::max(pieces_.size(), id + 1));
        pieces_[id] = token.content;
    }
}

std::vector<Token> UnigramTokenizer::pieces(std::string_view utf8) const {
    const std::u32string text = decodeUtf8(utf8);
    std::vector<Token> out;
    out.reserve(text.size() / 3 + 2);
    std::size_t done = 0;
    const auto segment = [&](std::size_t end) {
        if (done < end) {
            segmentPieces(std::u32string_view(text).substr(done, end - done),
                          static_cast<std::int32_t>(done), out);
        }
    };
    for (const AddedTokens::Match& match : rawAdded_.find(text)) {
        segment(match.begin);
        const auto content = std::u32string_view(text).substr(match.begin, match.end - match.begin);
        appendTrimmed({match.id, static_cast<std::int32_t>(match.begin),
                       static_cast<std::int32_t>(match.end)},
                      trimmedAt(content.begin(), content.end()),
                      trimmedAt(content.rbegin(), content.rend()), out);
        done = match.end;
    }
    segment(text.size());
    return out;
}

void UnigramTokenizer::appendTrimmed(Token token, std::uint16_t leading, std::uint16_t trailing,
                                     std::vector<Token>& out) const {
    if (rules_.trimsOffsets && leading + trailing > 0) {
        const bool first = out.empty() || token.begin == 0;
        const bool kept = first && rules_.keepsFirstBlank && leading == 1;
        token.begin = std::min(token.begin + (kept ? 0 : leading), token.end);
        if (trailing > 0 && token.end >= trailing) {
            token.end = std::max(token.end - trailing, token.begin);
        }
    }
    out.push_back(token);
}

void UnigramTokenizer::segmentPieces(std::u32string_view segment, std::int32_t first,
                                     std::vector<Token>& out) const {
    AlignedText text(segment, first);
    normalizer_.apply(text);
    const Units units = text.units();
    if (normalizedAdded_.empty()) {
        wordsOf(units, out);
        return;
    }
    const std::u32string characters = text.characters();
    std::size_t done = 0;
    for (const AddedTokens::Match& match : normalizedAdded_.find(characters)) {
        if (done < match.begin) {
            wordsOf(units.subspan(done, match.begin - done), out);
        }
        const auto content =
            std::u32string_view(characters).substr(match.begin, match.end - match.begin);
        appendTrimmed({match.id, units[match.begin].begin, units[match.end - 1].end},
                      trimmedAt(content.begin(), content.end()),
                      trimmedAt(content.rbegin(), content.rend()), out);
        done = match.end;
    }
    wordsOf(units.subspan(done), out);
}

void UnigramTokenizer::wordsOf(Units text, std::vector<Token>& out) const {
    if (!rules_.splitsAtWhiteSpace) {
        return markedWords(text, out);
    }
    const auto blank = [](const AlignedText::Unit& unit) { return isWhiteSpace(unit.character); };
    for (auto at = text.begin(); at != text.end();) {
        const auto begin = std::find_if_not(at, text.end(), blank);
        at = std::find_if(begin, text.end(), blank);
        markedWords(text.subspan(static_cast<std::size_t>(begin - text.begin()),
                                 static_cast<std::size_t>(at - begin)),
                    out);
    }
}

/// Marks blanks and splits before them.
void UnigramTokenizer::markedWords(Units text, std::vector<Token>& out) const {
    if (text.empty()) {
        return;
    }
    if (!rules_.marksBlanks) {
        return wordPieces(text, out);
    }
    std::vector<AlignedText::Unit> marked(text.begin(), text.end());
    for (AlignedText::Unit& unit : marked) {
        unit.character = unit.character == U' ' ? rules_.blank : unit.character;
    }
    const bool wanted =
        rules_.blankBefore == UnigramModel::BlankBefore::Always ||
        (rules_.blankBefore == UnigramModel::BlankBefore::First && marked.front().begin == 0);
    if (wanted && marked.front().character != rules_.blank) {
        marked.insert(marked.begin(), {rules_.blank, marked.front().begin, marked.front().end});
    }
    std::size_t begin = 0;
    for (std::size_t at = 1; rules_.splitsAtBlanks && at < marked.size(); ++at) {
        if (marked[at].character == rules_.blank) {
            wordPieces(Units(marked).subspan(begin, at - begin), out);
            begin = at;
        }
    }
    wordPieces(Units(marked).subspan(begin), out);
}

void UnigramTokenizer::wordPieces(Units word, std::vector<Token>& out) const {
    std::string bytes;
    for (const AlignedText::Unit& unit : word) {
        appendUtf8(unit.character, bytes);
    }
    WordParts fresh;
    const WordParts* parts = &fresh;
    if (bytes.size() > WordCache::kLongestWord) {
        split(bytes, fresh);
    } else {
        const std::uint64_t hash = WordCache::hashOf(bytes);
        parts = cache_->find(bytes, hash);
        if (parts == nullptr) {
            split(bytes, fresh);
            cache_->add(bytes, hash, fresh);
            parts = &fresh;
        }
    }
    for (const WordPart& part : parts->parts) {
        const std::int32_t begin = word[static_cast<std::size_t>(part.begin)].begin;
        const std::int32_t end = word[static_cast<std::size_t>(part.end) - 1].end;
        appendTrimmed({part.id, begin, end}, part.leadingBlanks, part.trailingBlanks, out);
    }
}

/// The best path through the word, by Viterbi's algorithm; consecutive unknown characters become
/// one piece.
void UnigramTokenizer::split(std::string_view word, WordParts& out) const {
    struct Best {
        double score = 0;
        std::size_t begin = 0;
        std::int32_t id = -1; // below 0: no piece ends here
    };
    out.clear();
    std::vector<Best> best(word.size() + 1);
    for (std::size_t at = 0; at < word.size();) {
        std::size_t next = at;
        nextCharacter(word, next);
        const double score = best[at].score;
        bool single = false;
        const auto reach = [&](std::size_t end, double with, std::int32_t id) {
            if (best[end].id < 0 || with > best[end].score) {
                best[end] = {with, at, id};
            }
        };
        trie_.forEachPrefix(word.substr(at), [&](std::size_t length, std::int32_t id) {
            reach(at + length, scores_[static_cast<std::size_t>(id)] + score, id);
            single = single || at + length == next;
        });
        if (!single) {
            reach(next, unknownScore_ + score, rules_.unknown);
        }
        at = next;
    }
    std::vector<std::size_t> ends; // of the pieces, from the last to the first
    bool unknownAfter = false;
    for (std::size_t end = word.size(); end > 0; end = best[end].begin) {
        const bool unknown = best[end].id == rules_.unknown;
        if (!unknown || !unknownAfter) {
            ends.push_back(end);
        }
        unknownAfter = unknown;
    }
    std::size_t begin = 0;
    for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
        const std::string_view text = word.substr(begin, *end - begin);
        const std::u32string characters = decodeUtf8(text);
        const auto last = out.characters + static_cast<std::int32_t>(characters.size());
        const auto append = [&](std::int32_t id, std::uint16_t leading, std::uint16_t trailing) {
            out.parts.push_back({id, out.characters, last, leading, trailing});
        };
        const auto byteId = [this](char byte) {
            return byteIds_[static_cast<unsigned char>(byte)];
        };
        const std::int32_t id = trie_.find(text);
        if (id < 0 && rules_.byteFallback &&
            std::all_of(text.begin(), text.end(), [&](char b) { return byteId(b) >= 0; })) {
            for (const char byte : text) {
                append(byteId(byte), 0, 0);
            }
        } else {
            // The reference trims by the text that a piece covers.
            append(id < 0 ? rules_.unknown : id, trimmedAt(characters.begin(), characters.end()),
                   trimmedAt(characters.rbegin(), characters.rend()));
        }
        out.characters = last;
        begin = *end;
    }
}

/// Whether the normalizer keeps the border between the character and a blank: the character stays
/// visible, and no blank merges with it.
bool UnigramTokenizer::keepsBorderToBlank(char32_t c) const {
    if (isWhiteSpace(c)) {
        return false;
    }
    const std::u32string alone = normalizer_.normalized({&c, 1});
    const std::u32string between = {U'x', c, U' ', c, U'x'};
    const std::u32string x = normalizer_.normalized(U"x");
    return !alone.empty() && std::none_of(alone.begin(), alone.end(), isWhiteSpace) &&
           std::none_of(alone.begin(), alone.end(), isMark) &&
           normalizer_.normalized(between) == x + alone + U' ' + alone + x;
}

bool UnigramTokenizer::breaksBetween(std::string_view left, std::string_view right) const {
    const bool splits = rules_.splitsAtWhiteSpace || (rules_.marksBlanks && rules_.splitsAtBlanks);
    const bool firstCounts =
        rules_.splitsAtWhiteSpace && rules_.blankBefore == UnigramModel::BlankBefore::First;
    if (left.empty() || right.size() < 2 || right.front() != ' ' || !splits || firstCounts) {
        return false;
    }
    for (const NormalizerStep& step : normalizer_.steps()) {
        using enum NormalizerStep::Kind;
        const bool strips = step.kind == StripLeft || step.kind == StripRight;
        const bool clears = step.kind == Replace &&
                            (step.content.empty() ||
                             std::any_of(step.content.begin(), step.content.end(), isWhiteSpace));
        if (strips || clears || step.pattern.find(U' ') != std::u32string::npos) {
            return false;
        }
    }
    std::size_t second = 1;
    const char32_t after = nextCharacter(right, second);
    const auto before = static_cast<unsigned char>(left.back());
    if (after == kReplacementCharacter || before >= 0x80 || !normalizedAdded_.empty() ||
        rawAdded_.mayCross(left, right) || rawAdded_.mayTakeAcross(left, right)) {
        return false;
    }
    return keepsBorderToBlank(static_cast<char32_t>(before)) && keepsBorderToBlank(after);
}

std::string_view UnigramTokenizer::piece(std::int32_t id) const {
    return id >= 0 && id < vocabularySize()
               ? std::string_view(pieces_[static_cast<std::size_t>(id)])
               : std::string_view();
}

std::string UnigramTokenizer::readablePiece(std::int32_t id) const {
    const std::string_view text = piece(id);
    std::size_t at = 0;
    const char32_t blank = rules_.marksBlanks ? rules_.blank : U' ';
    if (text.empty() || nextCharacter(text, at) != blank) {
        return std::string(text);
    }
    std::string readable;
    appendUtf8(kReadableBlank, readable);
    return readable + std::string(text.substr(at));
}

} // namespace flip

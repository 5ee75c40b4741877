#include "core/text/tokenizer/byte_pair.h"

#include "core/base/hashing.h"
#include "core/text/tokenizer/byte_alphabet.h"
#include "core/text/tokenizer/byte_level_words.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <cstdio>

namespace flip {

namespace {

using Symbol = BytePairMerges::Symbol;

constexpr char32_t kBlankOfAlphabet = 0x120;
constexpr unsigned kFirst = 1; // bits of the index into byteIds_
constexpr unsigned kLast = 2;

bool startsCharacter(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::int32_t charactersIn(std::string_view utf8) {
    return static_cast<std::int32_t>(std::count_if(utf8.begin(), utf8.end(), startsCharacter));
}

/// What trimming of offsets counts as white space in the text of a token.
bool isTrimmed(char32_t c) {
    return c == kBlankOfAlphabet || (characterBits(c) & kWhiteSpace) != 0;
}

AddedTokens addedTokens(const BytePairModel& model, bool normalized) {
    std::vector<AddedToken> tokens;
    std::vector<std::string> contents;
    for (const AddedToken& token : model.added) {
        if (token.normalized == normalized) {
            tokens.push_back(token);
            contents.push_back(token.content); // there is no normalizer
        }
    }
    return {tokens, contents};
}

std::unordered_map<std::string, std::int32_t> idsByPiece(const BytePairModel& model) {
    std::unordered_map<std::string, std::int32_t> ids;
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        if (!model.pieces[id].empty()) {
            ids[model.pieces[id]] = static_cast<std::int32_t>(id);
        }
    }
    return ids;
}

std::string hashOf(const BytePairModel& model) {
    ContentHasher hasher;
    const auto number = [&hasher](std::int64_t value) { hasher.add(std::to_string(value) + ' '); };
    const auto text = [&](std::string_view value) {
        number(static_cast<std::int64_t>(value.size()));
        hasher.add(value);
    };
    text("byte-level BPE 1");
    for (const bool flag :
         {model.fusesUnknown, model.byteFallback, model.takesWholeWords, model.splitsWords,
          model.addsBlank, model.trimsOffsets, model.keepsFirstBlank}) {
        number(flag);
    }
    number(model.unknownPiece);
    text(model.innerPrefix);
    text(model.lastSuffix);
    const SpecialTokens& special = model.special;
    for (const std::int32_t id :
         {special.cls, special.sep, special.mask, special.pad, special.unknown}) {
        number(id);
    }
    for (const std::string& piece : model.pieces) {
        text(piece);
    }
    text("merges");
    for (const BytePairMerges::Merge& merge : model.merges) {
        number(merge.left);
        number(merge.right);
        number(merge.merged);
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

} // namespace

BytePairTokenizer::BytePairTokenizer(const BytePairModel& model)
    : pieces_(model.pieces), added_(model.pieces.size()), blanks_(model.pieces.size()),
      merges_(model.merges), rawAdded_(addedTokens(model, false)),
      normalizedAdded_(addedTokens(model, true)), special_(model.special),
      unknownPiece_(model.unknownPiece), fusesUnknown_(model.fusesUnknown),
      byteFallback_(model.byteFallback), splitsWords_(model.splitsWords),
      addsBlank_(model.addsBlank), trimsOffsets_(model.trimsOffsets),
      keepsFirstBlank_(model.keepsFirstBlank), hash_(hashOf(model)),
      cache_(std::make_unique<WordCache>()) {
    for (std::size_t id = 0; id < pieces_.size(); ++id) {
        const std::u32string text = decodeUtf8(pieces_[id]);
        const auto count = [](auto begin, auto end) {
            return static_cast<std::uint16_t>(std::find_if_not(begin, end, isTrimmed) - begin);
        };
        blanks_[id] = {count(text.begin(), text.end()), count(text.rbegin(), text.rend())};
    }
    const auto ids = idsByPiece(model);
    const auto find = [&ids](const std::string& piece) {
        const auto found = ids.find(piece);
        return found == ids.end() ? -1 : found->second;
    };
    for (std::size_t byte = 0; byte < fallbackIds_.size(); ++byte) {
        const char text = static_cast<char>(byte);
        const std::string character = inByteAlphabet({&text, 1});
        for (unsigned place = 0; place < byteIds_.size(); ++place) {
            byteIds_[place][byte] =
                find(((place & kFirst) != 0 ? "" : model.innerPrefix) + character +
                     ((place & kLast) != 0 ? model.lastSuffix : ""));
        }
        std::array<char, 8> code{};
        std::snprintf(code.data(), code.size(), "<0x%02X>", static_cast<unsigned>(byte));
        fallbackIds_[byte] = find(code.data());
    }
    if (model.takesWholeWords) {
        wholeWords_ = ids;
    }
    for (const AddedToken& token : model.added) {
        const auto id = static_cast<std::size_t>(token.id);
        pieces_.resize(std::max(pieces_.size(), id + 1));
        pieces_[id] = token.content;
        added_.resize(pieces_.size());
        added_[id] = true;
    }
}

std::vector<Token> BytePairTokenizer::pieces(std::string_view utf8) const {
    std::string repaired;
    const std::string_view text = asUtf8(utf8, repaired);
    std::vector<Token> out;
    out.reserve(text.size() / 3 + 2);
    textPieces(text, 0, out);
    return out;
}

void BytePairTokenizer::appendTrimmed(Token token, Blanks blanks, std::vector<Token>& out) const {
    if (trimsOffsets_ && blanks.leading + blanks.trailing > 0) {
        const bool first = out.empty() || token.begin == 0;
        const bool kept = first && keepsFirstBlank_ && blanks.leading == 1;
        token.begin = std::min(token.begin + (kept ? 0 : blanks.leading), token.end);
        if (blanks.trailing > 0 && token.end >= blanks.trailing) {
            token.end = std::max(token.end - blanks.trailing, token.begin);
        }
    }
    out.push_back(token);
}

/// Extracts added tokens: first those searched for in the raw text, then the others.
void BytePairTokenizer::textPieces(std::string_view text, std::int32_t first,
                                   std::vector<Token>& out) const {
    const auto cut = [this, &out](const AddedTokens& added, std::string_view whole,
                                  std::int32_t begin, const auto& inBetween) {
        std::size_t done = 0;
        const auto segment = [&](std::size_t end) {
            if (done < end) {
                const std::string_view between = whole.substr(done, end - done);
                inBetween(between, begin);
                begin += charactersIn(between);
            }
        };
        for (const AddedTokens::Match& match : added.findIn(whole)) {
            segment(match.begin);
            begin -= match.begin < done
                         ? charactersIn(whole.substr(match.begin, done - match.begin))
                         : 0;
            const std::u32string content =
                decodeUtf8(whole.substr(match.begin, match.end - match.begin));
            const auto end = begin + static_cast<std::int32_t>(content.size());
            const auto count = [](auto from, auto to) {
                return static_cast<std::uint16_t>(std::find_if_not(from, to, isTrimmed) - from);
            };
            appendTrimmed(
                {match.id, begin, end},
                {count(content.begin(), content.end()), count(content.rbegin(), content.rend())},
                out);
            begin = end;
            done = match.end;
        }
        segment(whole.size());
    };
    cut(rawAdded_, text, first, [&](std::string_view between, std::int32_t begin) {
        if (normalizedAdded_.empty()) {
            wordPieces(between, begin, out);
            return;
        }
        cut(normalizedAdded_, between, begin,
            [&](std::string_view words, std::int32_t at) { wordPieces(words, at, out); });
    });
}

void BytePairTokenizer::wordPieces(std::string_view text, std::int32_t first,
                                   std::vector<Token>& out) const {
    std::string withBlank;
    std::int32_t added = 0;
    if (addsBlank_ && text.front() != ' ') {
        withBlank = ' ' + std::string(text);
        text = withBlank;
        added = 1;
    }
    std::int32_t characters = 0;
    WordParts fresh;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = splitsWords_ ? wordEnd(text, at) : text.size();
        const std::string_view word = text.substr(at, end - at);
        const WordParts* parts = nullptr;
        if (word.size() > WordCache::kLongestWord) {
            split(word, fresh);
            parts = &fresh;
        } else {
            const std::uint64_t hash = WordCache::hashOf(word);
            parts = cache_->find(word, hash);
            if (parts == nullptr) {
                split(word, fresh);
                cache_->add(word, hash, fresh);
                parts = &fresh;
            }
        }
        for (const WordPart& part : parts->parts) {
            // The added blank gets the position of the character after it.
            const std::int32_t begin = std::max(characters + part.begin - added, 0);
            const std::int32_t last = std::max(characters + part.end - added, added);
            appendTrimmed({part.id, first + begin, first + last},
                          {part.leadingBlanks, part.trailingBlanks}, out);
        }
        characters += parts->characters;
        at = end;
    }
}

std::int32_t BytePairTokenizer::idOf(std::string_view word, std::size_t at) const {
    const unsigned place = (at == 0 ? kFirst : 0) | (at + 1 == word.size() ? kLast : 0);
    return byteIds_[place][static_cast<unsigned char>(word[at])];
}

/// Appends the pieces of the word's bytes, lengths in bytes. False if a byte has no piece.
bool BytePairTokenizer::appendBytes(std::string_view word, std::vector<Symbol>& out) const {
    for (std::size_t at = 0; at < word.size(); ++at) {
        const std::int32_t id = idOf(word, at);
        if (id < 0) {
            return false;
        }
        out.push_back({id, 1});
    }
    return true;
}

/// The same if some bytes have no piece, lengths in bytes of the word in the byte alphabet. Skipped
/// bytes have no length either, so the pieces after them move to the left.
void BytePairTokenizer::appendBytesOrUnknown(std::string_view word,
                                             std::vector<Symbol>& out) const {
    std::int32_t unknown = 0; // length of the unknown piece that is not appended yet
    const auto flush = [&] {
        if (unknown > 0) {
            out.push_back({unknownPiece_, unknown});
            unknown = 0;
        }
    };
    for (std::size_t at = 0; at < word.size(); ++at) {
        const auto byte = static_cast<std::uint8_t>(word[at]);
        const std::int32_t length = sizeInByteAlphabet(byte);
        if (const std::int32_t id = idOf(word, at); id >= 0) {
            flush();
            out.push_back({id, length});
            continue;
        }
        if (byteFallback_) {
            const std::string character = inByteAlphabet(word.substr(at, 1));
            const auto fallback = [this](char of) {
                return fallbackIds_[static_cast<unsigned char>(of)];
            };
            if (std::all_of(character.begin(), character.end(),
                            [&](char of) { return fallback(of) >= 0; })) {
                for (const char of : character) {
                    out.push_back({fallback(of), 1});
                }
                continue;
            }
        }
        if (unknownPiece_ >= 0) {
            if (!fusesUnknown_) {
                flush();
            }
            unknown += length;
        }
    }
    flush();
}

void BytePairTokenizer::split(std::string_view word, WordParts& out) const {
    out.clear();
    out.characters = charactersIn(word);
    if (!wholeWords_.empty()) {
        const auto found = wholeWords_.find(inByteAlphabet(word));
        if (found != wholeWords_.end()) {
            const Blanks blanks = blanks_[static_cast<std::size_t>(found->second)];
            out.parts.push_back(
                {found->second, 0, out.characters, blanks.leading, blanks.trailing});
            return;
        }
    }
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    const bool plain = appendBytes(word, symbols);
    if (!plain) {
        symbols.clear();
        appendBytesOrUnknown(word, symbols);
    }
    merges_.apply(symbols);
    // Converts lengths to code points: a piece begins at the character of its first byte and ends
    // after that of its last.
    std::size_t byte = 0;       // after the bytes passed
    std::int32_t character = 0; // characters that began before it
    std::int32_t passed = 0;    // in the unit of the lengths
    const auto pass = [&](std::int32_t until) {
        while (passed < until && byte < word.size()) {
            character += startsCharacter(word[byte]) ? 1 : 0;
            passed += plain ? 1 : sizeInByteAlphabet(static_cast<std::uint8_t>(word[byte]));
            ++byte;
        }
    };
    std::int32_t begin = 0;
    for (const Symbol& symbol : symbols) {
        pass(begin + 1);
        const std::int32_t first = character - 1;
        begin += symbol.length;
        pass(begin);
        const Blanks blanks = blanks_[static_cast<std::size_t>(symbol.id)];
        out.parts.push_back({symbol.id, first, character, blanks.leading, blanks.trailing});
    }
}

bool BytePairTokenizer::breaksBetween(std::string_view left, std::string_view right) const {
    if (left.empty() || right.empty() || !splitsWords_) {
        return false;
    }
    // Bytes may belong to a character on the other side, or to one outside the two texts.
    constexpr std::size_t kLongestCharacter = 4;
    std::string repaired;
    const std::string_view begin = right.substr(0, kLongestCharacter);
    std::size_t second = 0;
    const bool broken = nextCharacter(begin, second) == kReplacementCharacter;
    const bool cutLeft = left.size() < kLongestCharacter && !startsCharacter(left.front());
    if (!startsCharacter(right.front()) || broken || cutLeft) {
        return false;
    }
    if (addsBlank_ && right.front() != ' ') {
        return false;
    }
    for (const AddedTokens* added : {&rawAdded_, &normalizedAdded_}) {
        if (added->mayCross(left, right) || added->mayTakeAcross(left, right)) {
            return false;
        }
    }
    const WordBorder border = borderBetween(left, right);
    if (border != WordBorder::BreakUnlessTextEnds) {
        return border == WordBorder::Break;
    }
    const std::string_view rest = right.substr(second);
    return !rawAdded_.mayBegin(rest) && !normalizedAdded_.mayBegin(rest);
}

std::string_view BytePairTokenizer::piece(std::int32_t id) const {
    return id >= 0 && id < vocabularySize()
               ? std::string_view(pieces_[static_cast<std::size_t>(id)])
               : std::string_view();
}

std::string BytePairTokenizer::readablePiece(std::int32_t id) const {
    const std::string_view text = piece(id);
    return text.empty() || added_[static_cast<std::size_t>(id)] ? std::string(text)
                                                                : readableBytes(text);
}

} // namespace flip

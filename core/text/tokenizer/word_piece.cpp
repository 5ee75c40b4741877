#include "core/text/tokenizer/word_piece.h"

#include "core/base/hashing.h"
#include "core/text/tokenizer/unicode.h"

#include <algorithm>

namespace flip {

namespace {

/// How far breaksBetween() searches for a character that the normalizer keeps, in bytes.
constexpr std::size_t kEdgeBytes = 64;

constexpr char32_t kReplacement = 0xFFFD;

std::string normalizedBytes(const BertNormalizer& normalizer, std::string_view text) {
    NormalizedText normalized;
    normalizer.append(decodeUtf8(text), 0, normalized);
    return std::move(normalized.bytes);
}

AddedTokens addedTokens(const WordPieceModel& model, bool normalized) {
    std::vector<AddedToken> tokens;
    std::vector<std::string> contents;
    const BertNormalizer normalizer(model.rules);
    for (const AddedToken& token : model.added) {
        if (token.normalized == normalized) {
            tokens.push_back(token);
            contents.push_back(normalized ? normalizedBytes(normalizer, token.content)
                                          : token.content);
        }
    }
    return {tokens, contents};
}

std::vector<std::string> allPieces(const WordPieceModel& model) {
    std::vector<std::string> pieces = model.pieces;
    for (const AddedToken& token : model.added) {
        const auto id = static_cast<std::size_t>(token.id);
        if (id >= pieces.size()) {
            pieces.resize(id + 1);
        }
        pieces[id] = token.content;
    }
    return pieces;
}

std::string hashOf(const WordPieceModel& model) {
    ContentHasher hasher;
    const auto number = [&hasher](std::int64_t value) { hasher.add(std::to_string(value) + ' '); };
    const auto text = [&](std::string_view value) {
        number(static_cast<std::int64_t>(value.size()));
        hasher.add(value);
    };
    text("wordpiece 1");
    const BertRules& rules = model.rules;
    for (const bool rule :
         {rules.cleanText, rules.splitChinese, rules.stripAccents, rules.lowercase}) {
        number(rule);
    }
    text(model.prefix);
    number(model.maxCharacters);
    const SpecialTokens& special = model.special;
    for (const std::int32_t id :
         {special.cls, special.sep, special.mask, special.pad, special.unknown}) {
        number(id);
    }
    for (const std::string& piece : model.pieces) {
        text(piece);
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

WordPieceTokenizer::WordPieceTokenizer(const WordPieceModel& model)
    : normalizer_(model.rules), pieces_(allPieces(model)), starts_(model.pieces.size()),
      continuations_(model.pieces.size()), rawAdded_(addedTokens(model, false)),
      normalizedAdded_(addedTokens(model, true)), special_(model.special),
      maxCharacters_(model.maxCharacters), hash_(hashOf(model)) {
    for (std::size_t id = 0; id < model.pieces.size(); ++id) {
        const std::string_view piece = pieces_[id];
        if (model.pieces[id].empty()) {
            continue;
        }
        starts_.add(piece, static_cast<std::int32_t>(id));
        if (piece.size() > model.prefix.size() && piece.starts_with(model.prefix)) {
            continuations_.add(piece.substr(model.prefix.size()), static_cast<std::int32_t>(id));
        }
    }
    for (std::size_t byte = 0; byte < kinds_.size(); ++byte) {
        const auto c = static_cast<char32_t>(byte);
        kinds_[byte] = ByteKind::Other;
        lower_[byte] = static_cast<char>(byte);
        if (c >= 0x80) {
            continue;
        }
        const std::uint8_t bits = characterBits(c);
        if (c == U'\t' || c == U'\n' || c == U'\r') {
            kinds_[byte] = ByteKind::Space;
        } else if (model.rules.cleanText && (bits & kControl) != 0) {
            kinds_[byte] = ByteKind::Other;
        } else if ((bits & kWhiteSpace) != 0) {
            kinds_[byte] = ByteKind::Space;
        } else {
            kinds_[byte] = (bits & kPunctuation) != 0 ? ByteKind::Punctuation : ByteKind::Word;
        }
        if (model.rules.lowercase && c >= U'A' && c <= U'Z') {
            lower_[byte] = static_cast<char>(byte + 0x20);
        }
    }
}

std::vector<Token> WordPieceTokenizer::pieces(std::string_view utf8) const {
    std::vector<Token> out;
    out.reserve(utf8.size() / 3 + 2);
    if (!asciiPieces(utf8, out)) {
        out.clear();
        generalPieces(decodeUtf8(utf8), out);
    }
    return out;
}

template <class OffsetOf>
void WordPieceTokenizer::appendWord(std::string_view word, std::int64_t characters,
                                    OffsetOf offsetOf, std::vector<Token>& out) const {
    const std::size_t before = out.size();
    bool known = characters <= maxCharacters_;
    for (std::size_t at = 0; known && at < word.size();) {
        const PieceTable& table = at == 0 ? starts_ : continuations_;
        const PieceTable::Found found = table.longestPrefix(word.substr(at));
        known = found.id >= 0;
        if (known) {
            out.push_back(offsetOf(found.id, at, at + found.length));
            at += found.length;
        }
    }
    if (!known) {
        out.resize(before);
        out.push_back(offsetOf(special_.unknown, 0, word.size()));
    }
}

/// Tokenizes ASCII text in one pass: every byte is a code point and keeps its position. False if
/// the text needs generalPieces().
bool WordPieceTokenizer::asciiPieces(std::string_view text, std::vector<Token>& out) const {
    if (!rawAdded_.plain() || !normalizedAdded_.empty()) {
        return false;
    }
    const auto kind = [&](std::size_t i) { return kinds_[static_cast<unsigned char>(text[i])]; };
    std::string lowered(text);
    unsigned char all = 0;
    for (char& byte : lowered) {
        all = static_cast<unsigned char>(all | static_cast<unsigned char>(byte));
        byte = lower_[static_cast<unsigned char>(byte)];
    }
    if (all >= 0x80) {
        return false;
    }
    const auto append = [&](std::size_t begin, std::size_t end) {
        const auto offsetOf = [begin](std::int32_t id, std::size_t from, std::size_t to) {
            return Token{id, static_cast<std::int32_t>(begin + from),
                         static_cast<std::int32_t>(begin + to)};
        };
        appendWord(std::string_view(lowered).substr(begin, end - begin),
                   static_cast<std::int64_t>(end - begin), offsetOf, out);
    };
    for (std::size_t at = 0; at < text.size();) {
        if (const AddedTokens::Match match = rawAdded_.at(text, at); match.id >= 0) {
            out.push_back({match.id, static_cast<std::int32_t>(match.begin),
                           static_cast<std::int32_t>(match.end)});
            at = match.end;
            continue;
        }
        switch (kind(at)) {
        case ByteKind::Other:
            return false;
        case ByteKind::Space:
            ++at;
            break;
        case ByteKind::Punctuation:
            append(at, at + 1);
            ++at;
            break;
        case ByteKind::Word: {
            const std::size_t begin = at++;
            while (at < text.size() && kind(at) == ByteKind::Word &&
                   rawAdded_.at(text, at).id < 0) {
                ++at;
            }
            if (at < text.size() && kind(at) == ByteKind::Other) {
                return false;
            }
            append(begin, at);
            break;
        }
        }
    }
    return true;
}

void WordPieceTokenizer::generalPieces(std::u32string_view text, std::vector<Token>& out) const {
    std::size_t done = 0;
    const auto segment = [&](std::size_t end) {
        if (done < end) {
            segmentPieces(text.substr(done, end - done), static_cast<std::int32_t>(done), out);
        }
    };
    for (const AddedTokens::Match& match : rawAdded_.find(text)) {
        segment(match.begin);
        out.push_back({match.id, static_cast<std::int32_t>(match.begin),
                       static_cast<std::int32_t>(match.end)});
        done = match.end;
    }
    segment(text.size());
}

void WordPieceTokenizer::segmentPieces(std::u32string_view segment, std::int32_t first,
                                       std::vector<Token>& out) const {
    NormalizedText normalized;
    normalizer_.append(segment, first, normalized);
    if (normalizedAdded_.empty()) {
        wordsOf(normalized, 0, normalized.units.size(), out);
        return;
    }
    std::u32string text;
    for (const NormalizedText::Unit& unit : normalized.units) {
        text += unit.character;
    }
    std::size_t done = 0;
    for (const AddedTokens::Match& match : normalizedAdded_.find(text)) {
        wordsOf(normalized, done, match.begin, out);
        out.push_back(
            {match.id, normalized.units[match.begin].begin, normalized.units[match.end - 1].end});
        done = match.end;
    }
    wordsOf(normalized, done, normalized.units.size(), out);
}

void WordPieceTokenizer::wordsOf(const NormalizedText& text, std::size_t from, std::size_t to,
                                 std::vector<Token>& out) const {
    const auto byteAt = [&text](std::size_t unit) {
        return unit < text.units.size() ? static_cast<std::size_t>(text.units[unit].byte)
                                        : text.bytes.size();
    };
    const auto append = [&](std::size_t begin, std::size_t end) {
        const std::size_t base = byteAt(begin);
        std::size_t unit = begin;
        const auto offsetOf = [&](std::int32_t id, std::size_t fromByte, std::size_t toByte) {
            unit = fromByte == 0 ? begin : unit;
            const std::int32_t first = text.units[unit].begin;
            while (unit < end && byteAt(unit) < base + toByte) {
                ++unit;
            }
            return Token{id, first, text.units[unit - 1].end};
        };
        appendWord(std::string_view(text.bytes).substr(base, byteAt(end) - base),
                   static_cast<std::int64_t>(end - begin), offsetOf, out);
    };
    std::size_t begin = from;
    for (std::size_t at = from; at < to; ++at) {
        const std::uint8_t bits = characterBits(text.units[at].character);
        if ((bits & (kWhiteSpace | kPunctuation)) == 0) {
            continue;
        }
        if (begin < at) {
            append(begin, at);
        }
        if ((bits & kWhiteSpace) == 0) {
            append(at, at + 1);
        }
        begin = at + 1;
    }
    if (begin < to) {
        append(begin, to);
    }
}

WordPieceTokenizer::Edge WordPieceTokenizer::edgeOf(char32_t c, bool last) const {
    NormalizedText normalized;
    normalizer_.append({&c, 1}, 0, normalized);
    if (normalized.units.empty()) {
        return Edge::Nothing;
    }
    const NormalizedText::Unit& unit = last ? normalized.units.back() : normalized.units.front();
    const bool breaks = (characterBits(unit.character) & (kWhiteSpace | kPunctuation)) != 0;
    return breaks ? Edge::Break : Edge::Word;
}

bool WordPieceTokenizer::endsInBreak(std::string_view text) const {
    const ByteKind kind = kinds_[static_cast<unsigned char>(text.back())];
    if (kind != ByteKind::Other) {
        return kind != ByteKind::Word;
    }
    const std::size_t length = std::min(text.size(), kEdgeBytes);
    const std::u32string tail = decodeUtf8(text.substr(text.size() - length));
    for (auto c = tail.rbegin(); c != tail.rend(); ++c) {
        if (const Edge edge = edgeOf(*c, /*last=*/true); edge != Edge::Nothing) {
            return edge == Edge::Break;
        }
    }
    return false;
}

bool WordPieceTokenizer::beginsWithBreak(std::string_view text) const {
    const ByteKind kind = kinds_[static_cast<unsigned char>(text.front())];
    if (kind != ByteKind::Other) {
        return kind != ByteKind::Word;
    }
    for (const char32_t c : decodeUtf8(text.substr(0, kEdgeBytes))) {
        if (const Edge edge = edgeOf(c, /*last=*/false); edge != Edge::Nothing) {
            return edge == Edge::Break;
        }
    }
    return false;
}

/// Whether the text begins with a mark, which may be reordered with marks before it and so change
/// the offsets of both.
bool WordPieceTokenizer::mayReorder(std::string_view right) const {
    const BertRules& rules = normalizer_.rules();
    const ByteKind kind = kinds_[static_cast<unsigned char>(right.front())];
    if (!rules.stripAccents || kind != ByteKind::Other) {
        return false;
    }
    std::u32string parts;
    for (const char32_t c : decodeUtf8(right.substr(0, kEdgeBytes))) {
        const bool dropped =
            rules.cleanText && ((characterBits(c) & kControl) != 0 || c == kReplacement);
        if (!dropped) {
            appendDecomposed(c, parts);
            return combiningClass(parts.front()) != 0;
        }
    }
    return right.size() > kEdgeBytes;
}

bool WordPieceTokenizer::normalizedMayCross(std::string_view left, std::string_view right) const {
    if (normalizedAdded_.empty()) {
        return false;
    }
    if (normalizedAdded_.touchesWhiteSpace() && rawAdded_.takesWhiteSpace()) {
        return true;
    }
    return normalizedAdded_.mayCross(normalizedBytes(normalizer_, left),
                                     normalizedBytes(normalizer_, right));
}

bool WordPieceTokenizer::breaksBetween(std::string_view left, std::string_view right) const {
    if (left.empty() || right.empty()) {
        return false;
    }
    // The border is inside a character.
    if ((static_cast<unsigned char>(right.front()) & 0xC0U) == 0x80U) {
        return false;
    }
    if (rawAdded_.mayCross(left, right) || normalizedMayCross(left, right) || mayReorder(right)) {
        return false;
    }
    return endsInBreak(left) || beginsWithBreak(right);
}

std::string_view WordPieceTokenizer::piece(std::int32_t id) const {
    return id >= 0 && id < vocabularySize()
               ? std::string_view(pieces_[static_cast<std::size_t>(id)])
               : std::string_view();
}

} // namespace flip

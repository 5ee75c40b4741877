#include "core/text/token_cache.h"

#include "core/text/tokenizer/unicode.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace flip {

namespace {

constexpr std::int64_t kMinTokens = 3; // [CLS], one token of the sentence, [SEP]
constexpr std::int16_t kNoField = -1;

/// How far from its ends a literal may be split, in bytes.
constexpr std::size_t kCutReach = 64;

/// Code points [begin, end) of a text.
struct Extent {
    std::int32_t begin = 0;
    std::int32_t end = 0;
};

/// The code points of a token without white space at its ends.
Extent trimmed(Token token, std::u32string_view text) {
    const auto blank = [text](std::int32_t at) {
        return (characterBits(text[static_cast<std::size_t>(at)]) & kWhiteSpace) != 0;
    };
    Extent extent{token.begin, std::min(token.end, static_cast<std::int32_t>(text.size()))};
    while (extent.begin < extent.end && blank(extent.begin)) {
        ++extent.begin;
    }
    while (extent.begin < extent.end && blank(extent.end - 1)) {
        --extent.end;
    }
    return extent;
}

/// Pieces of every distinct value of a field, tokenized with the template text that joins it.
struct FieldTokens {
    std::size_t part; // a part of the template with the field
    int field;
    std::string lead;  // template text before the value
    std::string trail; // and after it
    std::vector<std::int32_t> ids;
    std::vector<bool> ownerless;   // [ids], the piece covers nothing of the value but white space;
                                   // empty if there is no such piece
    std::vector<std::size_t> ends; // [values], where a value's ids end

    std::size_t begin(std::uint32_t code) const { return code == 0 ? 0 : ends[code - 1]; }
    std::span<const std::int32_t> of(std::uint32_t code) const {
        return std::span(ids).subspan(begin(code), ends[code] - begin(code));
    }
};

/// A part of the template as it is tokenized.
struct Segment {
    std::size_t tokens = 0;        // of a field: index into Content::fields
    std::string text;              // of a literal: without what moved to its neighbours
    std::vector<std::int32_t> ids; // of that text
    std::vector<bool> breaksLeft;  // [values] of a field: breaks from the literal before it
    std::vector<bool> breaksRight; // [values] of a field: breaks from the literal after it
};

/// Ids of a segment in a row, and the field that they belong to.
struct SegmentTokens {
    std::span<const std::int32_t> ids;
    std::int16_t owner = kNoField;
    const std::vector<bool>* ownerless = nullptr; // null: all belong to the owner
    std::size_t first = 0;                        // index of ids[0] in ownerless
};

void append(const SegmentTokens& tokens, TokenRow& out) {
    out.ids.insert(out.ids.end(), tokens.ids.begin(), tokens.ids.end());
    out.owner.insert(out.owner.end(), tokens.ids.size(), tokens.owner);
    if (tokens.ownerless == nullptr) {
        return;
    }
    for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
        if ((*tokens.ownerless)[tokens.first + i]) {
            out.owner[out.owner.size() - tokens.ids.size() + i] = kNoField;
        }
    }
}

std::vector<std::int32_t> idsOf(const std::vector<Token>& tokens) {
    std::vector<std::int32_t> ids;
    ids.reserve(tokens.size());
    for (const Token& token : tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

/// The first and the last position where a text may be split, whatever surrounds it.
std::optional<std::pair<std::size_t, std::size_t>> splitsOf(std::string_view text,
                                                            const Tokenizer& tokenizer) {
    std::optional<std::pair<std::size_t, std::size_t>> splits;
    for (std::size_t at = 1; at < text.size(); ++at) {
        const bool near = at < kCutReach || text.size() - at < kCutReach;
        if (near && tokenizer.breaksBetween(text.substr(0, at), text.substr(at))) {
            splits = {splits ? splits->first : at, at};
        }
    }
    return splits;
}

} // namespace

struct TokenCache::Content {
    std::unique_ptr<const TextSource> source;
    TextTemplate textTemplate;
    const Tokenizer* tokenizer;
    std::int64_t maxTokens;
    CutPolicy cut;

    std::vector<FieldTokens> fields;
    std::vector<Segment> segments; // [parts]

    const TextTemplate::Part& part(std::size_t at) const { return textTemplate.parts()[at]; }
    std::size_t parts() const { return textTemplate.parts().size(); }
    bool isField(std::size_t at) const { return at < parts() && part(at).field >= 0; }
    bool isLiteral(std::size_t at) const { return at < parts() && part(at).field < 0; }

    std::uint32_t code(std::size_t at, std::int64_t row) const {
        return source->codes(part(at).field)[static_cast<std::size_t>(row)];
    }
    std::string_view text(std::size_t at, std::int64_t row) const {
        return isLiteral(at) ? std::string_view(part(at).literal)
                             : source->value(part(at).field, code(at, row));
    }
    std::string segmentText(std::size_t at, std::int64_t row) const;

    template <class Test>
    Result<bool> anyValue(std::size_t at, const std::stop_token& stop, Test test) const;
    Result<void> cutLiterals(const std::stop_token& stop);
    Result<void> tokenizeField(FieldTokens& tokens, const std::stop_token& stop);
    Result<void> tokenizeParts(const std::stop_token& stop);
    Result<void> findBorders(std::size_t at, const std::stop_token& stop);
    bool breaks(std::size_t left, std::size_t right, std::int64_t row) const;
    template <class Visit>
    bool visitSegments(std::int64_t row, Visit visit) const;
    void appendWhole(std::int64_t row, TokenRow& out) const;
    void appendUncut(std::int64_t row, TokenRow& out) const;
    std::int64_t length(std::int64_t row) const;
};

/// Whether any value of the field at that part passes the test, which is called until one does.
/// False if the part is not a field.
template <class Test>
Result<bool> TokenCache::Content::anyValue(std::size_t at, const std::stop_token& stop,
                                           Test test) const {
    if (!isField(at)) {
        return false;
    }
    const int field = part(at).field;
    const auto values = static_cast<std::uint32_t>(source->values(field));
    for (std::uint32_t value = 0; value < values; ++value) {
        if (value % 1024 == 0 && stop.stop_requested()) {
            return Problem{"tokenizing was stopped", ""};
        }
        if (test(source->value(field, value))) {
            return true;
        }
    }
    return false;
}

/// Moves the ends of literals, or whole literals that cannot be split, to neighbouring values that
/// do not break from them: byte-level BPE does not break between a blank and the word after it.
Result<void> TokenCache::Content::cutLiterals(const std::stop_token& stop) {
    std::vector<std::string> lead(parts());
    std::vector<std::string> trail(parts());
    for (std::size_t at = 0; at < parts(); ++at) {
        if (!isLiteral(at)) {
            continue;
        }
        const std::string_view literal = part(at).literal;
        const auto joinsLeft = anyValue(at - 1, stop, [&](std::string_view value) {
            return !value.empty() && !tokenizer->breaksBetween(value, literal);
        });
        const auto joinsRight = anyValue(at + 1, stop, [&](std::string_view value) {
            return !value.empty() && !tokenizer->breaksBetween(literal, value);
        });
        for (const auto* joins : {&joinsLeft, &joinsRight}) {
            if (!*joins) {
                return joins->problem();
            }
        }
        const auto splits = splitsOf(literal, *tokenizer);
        std::size_t begin = 0;
        std::size_t end = literal.size();
        if (*joinsLeft) {
            begin = splits ? splits->first : *joinsRight ? 0 : literal.size();
        }
        if (*joinsRight) {
            end = splits ? splits->second : 0;
        }
        if (begin > 0) {
            trail[at - 1] = literal.substr(0, begin);
        }
        if (end < literal.size()) {
            lead[at + 1] = literal.substr(end);
        }
        segments[at].text = literal.substr(begin, end - begin);
    }
    for (std::size_t at = 0; at < parts(); ++at) {
        if (isField(at)) {
            const auto known =
                std::find_if(fields.begin(), fields.end(), [&](const FieldTokens& tokens) {
                    return tokens.field == part(at).field && tokens.lead == lead[at] &&
                           tokens.trail == trail[at];
                });
            segments[at].tokens = static_cast<std::size_t>(known - fields.begin());
            if (known == fields.end()) {
                fields.push_back({at, part(at).field, lead[at], trail[at], {}, {}, {}});
            }
        }
    }
    return {};
}

Result<void> TokenCache::Content::tokenizeField(FieldTokens& tokens, const std::stop_token& stop) {
    const auto before = static_cast<std::int32_t>(decodeUtf8(tokens.lead).size());
    const auto after = static_cast<std::int32_t>(decodeUtf8(tokens.trail).size());
    tokens.ends.reserve(static_cast<std::size_t>(source->values(tokens.field)));
    const auto add = [&](std::string_view value) {
        const std::string text = tokens.lead + std::string(value) + tokens.trail;
        const std::u32string characters = decodeUtf8(text);
        const auto end = static_cast<std::int32_t>(characters.size()) - after;
        for (const Token& token : tokenizer->pieces(text)) {
            const Extent extent = trimmed(token, characters);
            const bool ownerless = std::max(extent.begin, before) >= std::min(extent.end, end);
            if (ownerless || !tokens.ownerless.empty()) {
                tokens.ownerless.resize(tokens.ids.size());
                tokens.ownerless.push_back(ownerless);
            }
            tokens.ids.push_back(token.id);
        }
        tokens.ends.push_back(tokens.ids.size());
        return false;
    };
    const auto all = anyValue(tokens.part, stop, add);
    return all ? Result<void>() : all.problem();
}

Result<void> TokenCache::Content::findBorders(std::size_t at, const std::stop_token& stop) {
    Segment& segment = segments[at];
    const FieldTokens& tokens = fields[segment.tokens];
    const auto literalAt = [this](std::size_t neighbour) {
        return isLiteral(neighbour) ? std::string_view(segments[neighbour].text)
                                    : std::string_view();
    };
    const std::string_view before = at == 0 ? std::string_view() : literalAt(at - 1);
    const std::string_view after = literalAt(at + 1);
    const auto all = anyValue(tokens.part, stop, [&](std::string_view value) {
        const std::string text = tokens.lead + std::string(value) + tokens.trail;
        segment.breaksLeft.push_back(tokenizer->breaksBetween(before, text));
        segment.breaksRight.push_back(tokenizer->breaksBetween(text, after));
        return false;
    });
    return all ? Result<void>() : all.problem();
}

Result<void> TokenCache::Content::tokenizeParts(const std::stop_token& stop) {
    segments.resize(parts());
    if (auto done = cutLiterals(stop); !done) {
        return done;
    }
    for (FieldTokens& tokens : fields) {
        if (auto done = tokenizeField(tokens, stop); !done) {
            return done;
        }
    }
    for (std::size_t at = 0; at < parts(); ++at) {
        if (isLiteral(at)) {
            segments[at].ids = idsOf(tokenizer->pieces(segments[at].text));
        } else if (auto done = findBorders(at, stop); !done) {
            return done;
        }
    }
    return {};
}

std::string TokenCache::Content::segmentText(std::size_t at, std::int64_t row) const {
    if (isLiteral(at)) {
        return segments[at].text;
    }
    const FieldTokens& tokens = fields[segments[at].tokens];
    return tokens.lead + std::string(text(at, row)) + tokens.trail;
}

/// Whether the row's sentence may be split between two neighbouring segments.
bool TokenCache::Content::breaks(std::size_t left, std::size_t right, std::int64_t row) const {
    if (left + 1 == right) {
        if (isLiteral(left) && isField(right)) {
            return segments[right].breaksLeft[code(right, row)];
        }
        if (isField(left) && isLiteral(right)) {
            return segments[left].breaksRight[code(left, row)];
        }
    }
    return tokenizer->breaksBetween(segmentText(left, row), segmentText(right, row));
}

/// Calls visit(SegmentTokens) for every segment of the sentence that is not empty. False, perhaps
/// after some calls, if the sentence must be tokenized as a whole.
template <class Visit>
bool TokenCache::Content::visitSegments(std::int64_t row, Visit visit) const {
    std::optional<std::size_t> previous;
    for (std::size_t at = 0; at < parts(); ++at) {
        const Segment& segment = segments[at];
        SegmentTokens tokens{segment.ids, kNoField, nullptr, 0};
        if (isField(at)) {
            const FieldTokens& field = fields[segment.tokens];
            const std::uint32_t value = code(at, row);
            if (field.lead.empty() && field.trail.empty() && text(at, row).empty()) {
                continue;
            }
            tokens = {field.of(value), static_cast<std::int16_t>(field.field),
                      field.ownerless.empty() ? nullptr : &field.ownerless, field.begin(value)};
        } else if (segment.text.empty()) {
            continue;
        }
        if (previous && !breaks(*previous, at, row)) {
            return false;
        }
        previous = at;
        visit(tokens);
    }
    return true;
}

void TokenCache::Content::appendWhole(std::int64_t row, TokenRow& out) const {
    std::string sentence;
    std::vector<std::int16_t> owners; // [code points]
    for (std::size_t at = 0; at < parts(); ++at) {
        sentence += text(at, row);
        const std::size_t end = decodeUtf8(sentence).size();
        owners.resize(end, static_cast<std::int16_t>(part(at).field));
    }
    const std::u32string characters = decodeUtf8(sentence);
    for (const Token& token : tokenizer->pieces(sentence)) {
        const Extent extent = trimmed(token, characters);
        std::int16_t owner = kNoField;
        for (auto at = extent.begin; at < extent.end && owner == kNoField; ++at) {
            owner = owners[static_cast<std::size_t>(at)];
        }
        out.ids.push_back(token.id);
        out.owner.push_back(owner);
    }
}

void TokenCache::Content::appendUncut(std::int64_t row, TokenRow& out) const {
    const SpecialTokens& special = tokenizer->special();
    append({.ids = std::span(&special.cls, 1)}, out);
    const std::size_t begin = out.ids.size();
    if (!visitSegments(row, [&out](const SegmentTokens& tokens) { append(tokens, out); })) {
        out.ids.resize(begin);
        out.owner.resize(begin);
        appendWhole(row, out);
    }
    append({.ids = std::span(&special.sep, 1)}, out);
}

std::int64_t TokenCache::Content::length(std::int64_t row) const {
    std::size_t length = 2;
    if (visitSegments(row,
                      [&length](const SegmentTokens& tokens) { length += tokens.ids.size(); })) {
        return static_cast<std::int64_t>(length);
    }
    TokenRow whole;
    appendUncut(row, whole);
    return static_cast<std::int64_t>(whole.ids.size());
}

TokenCache::TokenCache(std::unique_ptr<Content> content) : content_(std::move(content)) {}
TokenCache::TokenCache(TokenCache&&) noexcept = default;
TokenCache& TokenCache::operator=(TokenCache&&) noexcept = default;
TokenCache::~TokenCache() = default;

Result<TokenCache> TokenCache::build(std::unique_ptr<const TextSource> source,
                                     const TextTemplate& textTemplate, const Tokenizer& tokenizer,
                                     const SentenceRules& rules, std::stop_token stop) {
    assert(source != nullptr);
    if (rules.maxTokens < kMinTokens) {
        return Problem{std::to_string(rules.maxTokens) +
                           " tokens are too few for a sentence; use at least " +
                           std::to_string(kMinTokens),
                       "text.max_tokens"};
    }
    if (source->fields() > std::numeric_limits<std::int16_t>::max()) {
        return Problem{"the dataset has too many fields for a template; leave some out",
                       "template"};
    }
    for (const TextTemplate::Part& part : textTemplate.parts()) {
        if (part.field >= source->fields()) {
            return Problem{"the template was written for other fields; write it again", "template"};
        }
    }
    auto content = std::make_unique<Content>();
    content->source = std::move(source);
    content->textTemplate = textTemplate;
    content->tokenizer = &tokenizer;
    content->maxTokens = rules.maxTokens;
    content->cut = rules.cut;
    if (auto done = content->tokenizeParts(stop); !done) {
        return done.problem();
    }
    return TokenCache(std::move(content));
}

void TokenCache::appendRow(std::int64_t row, TokenRow& out) const {
    const std::size_t begin = out.ids.size();
    content_->appendUncut(row, out);
    cutSentence(content_->cut, begin, static_cast<std::size_t>(content_->maxTokens), out);
}

TokenRow TokenCache::row(std::int64_t row) const {
    TokenRow tokens;
    appendRow(row, tokens);
    return tokens;
}

std::int64_t TokenCache::length(std::int64_t row) const {
    return content_->length(row);
}

TruncationReport TokenCache::truncation(const std::stop_token& stop) const {
    TruncationReport report;
    report.rows = content_->source->rows();
    report.lostBy.resize(static_cast<std::size_t>(content_->source->fields()));
    TokenRow tokens;
    std::vector<std::int64_t> lost; // [fields], tokens of a row
    const auto count = [&](std::int64_t sign) {
        for (const std::int16_t owner : tokens.owner) {
            if (owner >= 0) {
                lost[static_cast<std::size_t>(owner)] += sign;
            }
        }
    };
    for (std::int64_t row = 0; row < report.rows && !stop.stop_requested(); ++row) {
        const auto length = static_cast<std::size_t>(content_->length(row));
        if (length >= report.lengthCounts.size()) {
            report.lengthCounts.resize(length + 1);
        }
        ++report.lengthCounts[length];
        if (length <= static_cast<std::size_t>(content_->maxTokens)) {
            continue;
        }
        ++report.rowsCut;
        lost.assign(report.lostBy.size(), 0);
        tokens.ids.clear();
        tokens.owner.clear();
        content_->appendUncut(row, tokens);
        count(1);
        cutSentence(content_->cut, 0, static_cast<std::size_t>(content_->maxTokens), tokens);
        count(-1);
        for (std::size_t field = 0; field < lost.size(); ++field) {
            report.lostBy[field] += lost[field] > 0 ? 1 : 0;
        }
    }
    return report;
}

std::string TokenCache::sentence(std::int64_t row) const {
    std::string sentence;
    for (std::size_t at = 0; at < content_->parts(); ++at) {
        sentence += content_->text(at, row);
    }
    return sentence;
}

const TextTemplate& TokenCache::textTemplate() const {
    return content_->textTemplate;
}
const Tokenizer& TokenCache::tokenizer() const {
    return *content_->tokenizer;
}
std::int64_t TokenCache::maxTokens() const {
    return content_->maxTokens;
}

} // namespace flip

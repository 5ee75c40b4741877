#include "core/text/token_cache.h"

#include "core/text/unicode.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace flip {

namespace {

constexpr std::int64_t kLeastTokens = 3; // [CLS], one of the sentence, [SEP]
constexpr std::int16_t kNobody = -1;

/// Pieces of every distinct value of a field.
struct FieldTokens {
    std::vector<std::int32_t> ids;
    std::vector<std::size_t> ends; // [values], where a value's ids end
    std::vector<bool> empty;       // [values], the value is the empty text

    std::span<const std::int32_t> of(std::uint32_t code) const {
        const std::size_t begin = code == 0 ? 0 : ends[code - 1];
        return std::span(ids).subspan(begin, ends[code] - begin);
    }
};

/// What the template's words and values mean for the border to their neighbour in the template.
struct PartBorders {
    std::vector<bool> breaksLeft;  // [values], towards a literal before the field
    std::vector<bool> breaksRight; // [values], towards a literal behind the field
};

void appendIds(std::span<const std::int32_t> ids, std::int16_t owner, TokenRow& out) {
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
    out.owner.insert(out.owner.end(), ids.size(), owner);
}

std::vector<std::int32_t> idsOf(const std::vector<Token>& tokens) {
    std::vector<std::int32_t> ids;
    ids.reserve(tokens.size());
    for (const Token& token : tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

} // namespace

struct TokenCache::Content {
    std::unique_ptr<const TextSource> source;
    TextTemplate textTemplate;
    const Tokenizer* tokenizer;
    std::int64_t maxTokens;

    std::vector<FieldTokens> fields;                 // [fields], empty for those not in use
    std::vector<std::vector<std::int32_t>> literals; // [parts], ids; empty for fields
    std::vector<PartBorders> borders;                // [parts]
    std::vector<bool> namesField;                    // [fields], the template uses it

    const TextTemplate::Part& part(std::size_t at) const { return textTemplate.parts()[at]; }
    std::size_t parts() const { return textTemplate.parts().size(); }

    std::uint32_t code(std::size_t at, std::int64_t row) const {
        return source->codes(part(at).field)[static_cast<std::size_t>(row)];
    }
    std::string_view text(std::size_t at, std::int64_t row) const {
        return part(at).field < 0 ? std::string_view(part(at).literal)
                                  : source->value(part(at).field, code(at, row));
    }

    Result<void> tokenizeField(int field, const std::stop_token& stop);
    Result<void> tokenizeParts(const std::stop_token& stop);
    bool breaks(std::size_t left, std::size_t right, std::int64_t row) const;
    template <class Visit>
    bool visitParts(std::int64_t row, Visit visit) const;
    void appendWhole(std::int64_t row, TokenRow& out) const;
    void appendUncut(std::int64_t row, TokenRow& out) const;
    std::int64_t length(std::int64_t row) const;
};

Result<void> TokenCache::Content::tokenizeField(int field, const std::stop_token& stop) {
    FieldTokens& tokens = fields[static_cast<std::size_t>(field)];
    const auto values = static_cast<std::uint32_t>(source->values(field));
    tokens.ends.reserve(values);
    tokens.empty.reserve(values);
    for (std::uint32_t value = 0; value < values; ++value) {
        if (value % 1024 == 0 && stop.stop_requested()) {
            return Problem{"tokenizing was stopped", ""};
        }
        const std::string_view text = source->value(field, value);
        const std::vector<std::int32_t> ids = idsOf(tokenizer->pieces(text));
        tokens.ids.insert(tokens.ids.end(), ids.begin(), ids.end());
        tokens.ends.push_back(tokens.ids.size());
        tokens.empty.push_back(text.empty());
    }
    return {};
}

Result<void> TokenCache::Content::tokenizeParts(const std::stop_token& stop) {
    fields.resize(static_cast<std::size_t>(source->fields()));
    namesField.resize(fields.size());
    literals.resize(parts());
    borders.resize(parts());
    for (std::size_t at = 0; at < parts(); ++at) {
        const int field = part(at).field;
        if (field < 0) {
            literals[at] = idsOf(tokenizer->pieces(part(at).literal));
            continue;
        }
        if (!namesField[static_cast<std::size_t>(field)]) {
            namesField[static_cast<std::size_t>(field)] = true;
            if (auto done = tokenizeField(field, stop); !done) {
                return done;
            }
        }
        const auto values = static_cast<std::uint32_t>(source->values(field));
        const auto literalAt = [this](std::size_t neighbour) {
            return neighbour < parts() ? std::string_view(part(neighbour).literal)
                                       : std::string_view();
        };
        const std::string_view before = at == 0 ? std::string_view() : literalAt(at - 1);
        const std::string_view behind = literalAt(at + 1);
        for (std::uint32_t value = 0; value < values; ++value) {
            if (value % 1024 == 0 && stop.stop_requested()) {
                return Problem{"tokenizing was stopped", ""};
            }
            const std::string_view text = source->value(field, value);
            borders[at].breaksLeft.push_back(tokenizer->breaksBetween(before, text));
            borders[at].breaksRight.push_back(tokenizer->breaksBetween(text, behind));
        }
    }
    return {};
}

/// Whether the row's sentence may be cut between two parts that are neighbours in it.
bool TokenCache::Content::breaks(std::size_t left, std::size_t right, std::int64_t row) const {
    if (left + 1 == right) {
        if (part(left).field < 0 && part(right).field >= 0) {
            return borders[right].breaksLeft[code(right, row)];
        }
        if (part(left).field >= 0 && part(right).field < 0) {
            return borders[left].breaksRight[code(left, row)];
        }
    }
    return tokenizer->breaksBetween(text(left, row), text(right, row));
}

/// Calls visit(ids, owner) for every part of the sentence that is not empty. False, perhaps after
/// some calls, if the sentence is not the join of its parts.
template <class Visit>
bool TokenCache::Content::visitParts(std::int64_t row, Visit visit) const {
    std::optional<std::size_t> previous;
    for (std::size_t at = 0; at < parts(); ++at) {
        const int field = part(at).field;
        std::span<const std::int32_t> ids = literals[at];
        if (field >= 0) {
            const FieldTokens& tokens = fields[static_cast<std::size_t>(field)];
            const std::uint32_t value = code(at, row);
            if (tokens.empty[value]) {
                continue;
            }
            ids = tokens.of(value);
        }
        if (previous && !breaks(*previous, at, row)) {
            return false;
        }
        previous = at;
        visit(ids, static_cast<std::int16_t>(field));
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
    const auto blank = [&characters](std::size_t at) {
        return (characterBits(characters[at]) & kWhiteSpace) != 0;
    };
    for (const Token& token : tokenizer->pieces(sentence)) {
        auto first = static_cast<std::size_t>(token.begin);
        auto end = std::min(static_cast<std::size_t>(token.end), owners.size());
        while (first < end && blank(first)) {
            ++first;
        }
        while (first < end && blank(end - 1)) {
            --end;
        }
        std::int16_t owner = kNobody;
        for (; first < end && owner == kNobody; ++first) {
            owner = owners[first];
        }
        out.ids.push_back(token.id);
        out.owner.push_back(owner);
    }
}

void TokenCache::Content::appendUncut(std::int64_t row, TokenRow& out) const {
    const SpecialTokens& special = tokenizer->special();
    appendIds(std::span(&special.cls, 1), kNobody, out);
    const std::size_t begin = out.ids.size();
    const bool joined = visitParts(row, [&out](std::span<const std::int32_t> ids,
                                               std::int16_t owner) { appendIds(ids, owner, out); });
    if (!joined) {
        out.ids.resize(begin);
        out.owner.resize(begin);
        appendWhole(row, out);
    }
    appendIds(std::span(&special.sep, 1), kNobody, out);
}

std::int64_t TokenCache::Content::length(std::int64_t row) const {
    std::size_t tokens = 2;
    const bool joined =
        visitParts(row, [&tokens](std::span<const std::int32_t> ids, std::int16_t /*owner*/) {
            tokens += ids.size();
        });
    if (joined) {
        return static_cast<std::int64_t>(tokens);
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
                                     std::int64_t maxTokens, std::stop_token stop) {
    assert(source != nullptr);
    if (maxTokens < kLeastTokens) {
        return Problem{std::to_string(maxTokens) + " tokens hold no sentence; give at least " +
                           std::to_string(kLeastTokens),
                       "text.max_tokens"};
    }
    if (source->fields() > std::numeric_limits<std::int16_t>::max()) {
        return Problem{"more fields than a sentence can tell apart; leave some out", "template"};
    }
    for (const TextTemplate::Part& part : textTemplate.parts()) {
        if (part.field >= source->fields()) {
            return Problem{"the template was written for other fields; write it anew", "template"};
        }
    }
    auto content = std::make_unique<Content>();
    content->source = std::move(source);
    content->textTemplate = textTemplate;
    content->tokenizer = &tokenizer;
    content->maxTokens = maxTokens;
    if (auto done = content->tokenizeParts(stop); !done) {
        return done.problem();
    }
    return TokenCache(std::move(content));
}

void TokenCache::appendRow(std::int64_t row, TokenRow& out) const {
    const std::size_t limit = out.ids.size() + static_cast<std::size_t>(content_->maxTokens);
    content_->appendUncut(row, out);
    if (out.ids.size() > limit) {
        out.ids.resize(limit);
        out.owner.resize(limit);
        out.ids.back() = content_->tokenizer->special().sep;
        out.owner.back() = kNobody;
    }
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
    report.lostBy.resize(content_->fields.size());
    TokenRow tokens;
    std::vector<bool> lost;
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
        tokens.ids.clear();
        tokens.owner.clear();
        content_->appendUncut(row, tokens);
        lost.assign(report.lostBy.size(), false);
        for (auto at = static_cast<std::size_t>(content_->maxTokens) - 1; at < length; ++at) {
            if (tokens.owner[at] >= 0) {
                lost[static_cast<std::size_t>(tokens.owner[at])] = true;
            }
        }
        for (std::size_t field = 0; field < lost.size(); ++field) {
            report.lostBy[field] += lost[field] ? 1 : 0;
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

#pragma once

#include "core/spec/choices.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// The tokens of one sentence, including [CLS] and [SEP], and for each token the field whose value
/// it came from: an index into Dataset::fields(), or -1 for template text and special tokens.
struct TokenRow {
    std::vector<std::int32_t> ids;
    std::vector<std::int16_t> owner;
};

/// How a sentence that is too long is truncated.
struct CutPolicy {
    /// Fields: values lose tokens at their ends, the longest value first. End: the sentence loses
    /// its end.
    TextCut kind = TextCut::Fields;

    /// Fields whose values are shortened before all others, in this order, to nothing if necessary.
    std::vector<int> first;
};

/// How a row's values become a sentence of limited length.
struct SentenceRules {
    /// Values as they are; longer sentences lose their end.
    SentenceRules(std::int64_t most) : maxTokens(most) { cut.kind = TextCut::End; }

    std::int64_t maxTokens; // including special tokens
    CutPolicy cut;
    std::string missing; // the text for an empty value
};

/// Truncates the sentence that begins at `begin` in `row` to `limit` tokens and keeps its last
/// token. Values lose tokens at their ends: first those of policy.first, as many as necessary, then
/// always the longest value, the later one if two are equal. If the template's own tokens are too
/// many, the end of the sentence is cut. `limit` is at least 2.
void cutSentence(const CutPolicy& policy, std::size_t begin, std::size_t limit, TokenRow& row);

} // namespace flip

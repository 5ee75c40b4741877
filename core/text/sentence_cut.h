#pragma once

#include "core/spec/choices.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// The tokens of one sentence, [CLS] and [SEP] included, and for each token the field whose value
/// it came from: an index into Dataset::fields(), or -1 for the template's words and specials.
struct TokenRow {
    std::vector<std::int32_t> ids;
    std::vector<std::int16_t> owner;
};

/// What a sentence that is too long loses.
struct CutPolicy {
    /// Fields: ends of values, and no field loses all while another is long. End: the end of the
    /// sentence, whatever stands there.
    TextCut kind = TextCut::Fields;

    /// Fields whose values give way before all others, in this order and to their last token.
    std::vector<int> first;
};

/// How a row's values become a sentence of bounded length.
struct SentenceRules {
    /// Everything as it stands, longer sentences cut at their end.
    SentenceRules(std::int64_t most) : maxTokens(most) { cut.kind = TextCut::End; }

    std::int64_t maxTokens; // specials included
    CutPolicy cut;
    std::string missing; // the words for a value that is empty
};

/// Cuts the sentence that stands in `row` from `begin` on to `limit` tokens; its last token stays.
/// Values lose tokens at their ends: those of the policy's first fields as many as it takes, then
/// always the longest value, of equals the later one. Where the template's own words are too many,
/// the end goes. `limit` is at least 2.
void cutSentence(const CutPolicy& policy, std::size_t begin, std::size_t limit, TokenRow& row);

} // namespace flip

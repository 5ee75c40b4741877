#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/text/sentence_cut.h"
#include "core/text/text_source.h"
#include "core/text/text_template.h"
#include "core/text/tokenizer/tokenizer.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// How many rows of a dataset are truncated at max_tokens, and what they lose.
struct TruncationReport {
    std::int64_t rows = 0;
    std::int64_t rowsCut = 0;
    std::vector<std::int64_t> lostBy; // [fields], rows that lose tokens of the field
    std::vector<std::int64_t>
        lengthCounts; // [tokens], rows by length before truncation, special tokens included
};

/// Tokenizes every distinct value and every literal of the template once, and joins them to rows.
/// Where the join could differ from tokenizing the whole sentence, the sentence is tokenized, so
/// the ids are always those of the whole sentence. Immutable; any thread. Keeps references to the
/// dataset and the tokenizer, which must outlive it.
///
/// A token belongs to the first field whose value it overlaps, ignoring white space at its ends.
class TokenCache {
public:
    /// The template's fields are indices into Dataset::fields(). An index out of range, fewer than
    /// 3 tokens and a requested stop are Problems.
    static Result<TokenCache> build(const Dataset& dataset, const TextTemplate& textTemplate,
                                    const Tokenizer& tokenizer, const SentenceRules& rules,
                                    std::stop_token stop = {});

    /// The same for rows outside a dataset, such as a preview's. Their empty values stay empty.
    static Result<TokenCache> build(std::unique_ptr<const TextSource> source,
                                    const TextTemplate& textTemplate, const Tokenizer& tokenizer,
                                    const SentenceRules& rules, std::stop_token stop = {});

    TokenCache(TokenCache&&) noexcept;
    TokenCache& operator=(TokenCache&&) noexcept;
    ~TokenCache();

    /// Appends the row's tokens, truncated by the rules to at most maxTokens. [SEP] is kept.
    void appendRow(std::int64_t row, TokenRow& out) const;

    TokenRow row(std::int64_t row) const;

    /// Length of a row before truncation, including special tokens.
    std::int64_t length(std::int64_t row) const;

    TruncationReport truncation(const std::stop_token& stop = {}) const;

    std::string sentence(std::int64_t row) const;
    const TextTemplate& textTemplate() const;
    const Tokenizer& tokenizer() const;
    std::int64_t maxTokens() const;

private:
    struct Content;
    explicit TokenCache(std::unique_ptr<Content> content);
    std::unique_ptr<Content> content_;
};

} // namespace flip

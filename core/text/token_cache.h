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

/// How many rows of a dataset lose what at max_tokens.
struct TruncationReport {
    std::int64_t rows = 0;
    std::int64_t rowsCut = 0;
    std::vector<std::int64_t> lostBy;       // [fields], rows that lose all or part of the field
    std::vector<std::int64_t> lengthCounts; // [tokens], rows by uncut length, specials included
};

/// Every distinct value and every literal of the template tokenized once; a row is their join.
/// Where a join could differ from tokenizing the whole sentence, the sentence is tokenized, so
/// the ids are those of the whole sentence, always. Immutable; any thread. Keeps references to
/// the dataset and the tokenizer, which must outlive it.
///
/// A token belongs to the first field whose value it overlaps, white space at its ends aside.
class TokenCache {
public:
    /// The template's fields are indices into Dataset::fields(). A field it does not fit, fewer
    /// than 3 tokens and a requested stop are Problems.
    static Result<TokenCache> build(const Dataset& dataset, const TextTemplate& textTemplate,
                                    const Tokenizer& tokenizer, const SentenceRules& rules,
                                    std::stop_token stop = {});

    /// The same over rows that are no dataset yet, such as a preview's, whose empty values stay
    /// empty.
    static Result<TokenCache> build(std::unique_ptr<const TextSource> source,
                                    const TextTemplate& textTemplate, const Tokenizer& tokenizer,
                                    const SentenceRules& rules, std::stop_token stop = {});

    TokenCache(TokenCache&&) noexcept;
    TokenCache& operator=(TokenCache&&) noexcept;
    ~TokenCache();

    /// Appends the row's tokens, at most maxTokens: what gives way is the rules' business, [SEP]
    /// stays.
    void appendRow(std::int64_t row, TokenRow& out) const;

    TokenRow row(std::int64_t row) const;

    /// Uncut length of a row, specials included.
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

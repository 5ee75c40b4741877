#pragma once

#include "core/data/dataset.h"
#include "core/text/sentence_cut.h"
#include "core/text/text_template.h"
#include "core/text/tokenizer/tokenizer.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace flip::ui {

/// One token of a row's sentence as the template page draws it.
struct SentenceToken {
    QString text;   // the piece as readable text
    int field = -1; // the field it came from; -1: template text or a special token
    bool special = false;
    bool unknown = false;
    bool kept = true; // false: cut off, as the sentence is too long
};

/// The whole sentence of a row, including [CLS] and [SEP]; tokens that the rules cut off are
/// marked.
std::vector<SentenceToken> sentenceTokens(const Dataset& dataset, std::int64_t row,
                                          const TextTemplate& textTemplate,
                                          const Tokenizer& tokenizer, const SentenceRules& rules);

} // namespace flip::ui

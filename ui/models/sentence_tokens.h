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
    QString text;   // the piece as a person reads it
    int field = -1; // whose value it came from; -1: the template's words and specials
    bool special = false;
    bool unknown = false;
    bool kept = true; // false: cut, since the sentence is too long
};

/// The whole sentence of a row, [CLS] and [SEP] included; what the rules cut is marked.
std::vector<SentenceToken> sentenceTokens(const Dataset& dataset, std::int64_t row,
                                          const TextTemplate& textTemplate,
                                          const Tokenizer& tokenizer, const SentenceRules& rules);

} // namespace flip::ui

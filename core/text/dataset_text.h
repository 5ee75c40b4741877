#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/spec/run_spec.h"
#include "core/text/sentence_cut.h"
#include "core/text/text_template.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace flip {

/// "<field> is {field}." for every field of the dataset that may be words.
std::string defaultTemplate(const Dataset& dataset);

/// The template over the dataset's fields; "" is the default one. Naming a field that the schema
/// keeps out of the text is a Problem, as is all that TextTemplate::parse() refuses.
Result<TextTemplate> parseTemplate(std::string_view text, const Dataset& dataset);

/// A value as a sentence says it: a list with commas, `missing` for what is empty.
std::string valueInWords(const Dataset& dataset, int field, std::uint32_t code,
                         const std::string& missing);

/// The rules that a recipe's text options make over the dataset's fields; naming a field that is
/// not there is a Problem.
Result<SentenceRules> sentenceRules(const RunSpec::Text& text, const Dataset& dataset);

} // namespace flip

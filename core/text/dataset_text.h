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

/// "<field> is {field}." for every text field of the dataset.
std::string defaultTemplate(const Dataset& dataset);

/// Parses a template over the dataset's fields; "" is the default template. A field that the schema
/// keeps out of the text is a Problem, as is everything that TextTemplate::parse() refuses.
Result<TextTemplate> parseTemplate(std::string_view text, const Dataset& dataset);

/// A value as written in a sentence: a list with commas, `missing` for an empty value.
std::string valueInWords(const Dataset& dataset, int field, std::uint32_t code,
                         const std::string& missing);

/// Converts a recipe's text options to rules over the dataset's fields. An unknown field name is a
/// Problem.
Result<SentenceRules> sentenceRules(const RunSpec::Text& text, const Dataset& dataset);

} // namespace flip

#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/text/text_template.h"

#include <string>
#include <string_view>

namespace flip {

/// "<field> is {field}." for every field of the dataset that may be words.
std::string defaultTemplate(const Dataset& dataset);

/// The template over the dataset's fields; "" is the default one. Naming a field that the schema
/// keeps out of the text is a Problem, as is all that TextTemplate::parse() refuses.
Result<TextTemplate> parseTemplate(std::string_view text, const Dataset& dataset);

} // namespace flip

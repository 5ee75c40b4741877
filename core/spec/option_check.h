#pragma once

#include "core/base/result.h"
#include "core/spec/options.h"

#include <string>

namespace flip {

// What one option accepts: for the reader, for resolve() and for a form that checks while typing.
// `where` goes into the Problem; when it is empty, the option's key stands there instead.

/// In words: "a whole number from 1 to 1000000", "one of id, text, joint".
std::string allowedValues(const Option& option);

/// The value in the option's own type (an integer becomes a real, an empty list the right list).
Result<OptionValue> withOptionType(const Option& option, const OptionValue& value,
                                   const std::string& where);

/// Whether a value of the right type lies in the range, or among the choices.
Result<void> checkRange(const Option& option, const OptionValue& value, const std::string& where);

} // namespace flip

#pragma once

#include "core/base/result.h"
#include "core/spec/options.h"

#include <string>

namespace flip {

// Checks of a single option's value: for the reader, for resolve() and for a form that checks while
// typing. `where` goes into the Problem; if it is empty, the Problem names the option's key
// instead.

/// The allowed values in words: "a whole number from 1 to 1000000", "one of id, text, joint".
std::string allowedValues(const Option& option);

/// Converts a value to the option's type: an integer to a real, an empty list to the right type of
/// list.
Result<OptionValue> withOptionType(const Option& option, const OptionValue& value,
                                   const std::string& where);

/// Checks that a value of the right type is in the range, or is one of the choices.
Result<void> checkRange(const Option& option, const OptionValue& value, const std::string& where);

} // namespace flip

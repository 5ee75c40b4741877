#pragma once

#include "core/base/result.h"
#include "core/spec/options.h"
#include "core/spec/run_spec.h"

#include <cstdint>
#include <string>

namespace flip {

/// The version of recipes that this program stores. It grows whenever an option is added whose
/// default is not what runs did before, or an option's value changes its meaning;
/// upgradeStoredRecipe() then gets one step more.
inline constexpr std::int64_t kRecipeVersion = 3;

/// The complete recipe as a run keeps it: an experiment file with its version.
std::string storedRecipe(const RunSpec& spec);

/// Reads what storedRecipe() of this or an older version wrote, upgraded to this version. Options
/// that this version does not know are passed over; a recipe of a newer version and a value that no
/// option takes are Problems. `name` is where a Problem says it was found.
Result<RunSpec> readStoredRecipe(const std::string& text, const std::string& name);

/// Makes a recipe of `version` one of kRecipeVersion that computes the same, step by step.
void upgradeStoredRecipe(RunDraft& recipe, std::int64_t version);

} // namespace flip

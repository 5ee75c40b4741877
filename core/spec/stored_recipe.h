#pragma once

#include "core/base/result.h"
#include "core/spec/options.h"
#include "core/spec/run_spec.h"

#include <cstdint>
#include <string>

namespace flip {

/// The version of recipes that this program stores. Increase it when an option is added whose
/// default is not what runs did before, or when an option's value changes its meaning, and add a
/// step to upgradeStoredRecipe().
inline constexpr std::int64_t kRecipeVersion = 3;

/// The complete recipe as stored with a run: an experiment file with its version.
std::string storedRecipe(const RunSpec& spec);

/// Reads what storedRecipe() of this or an older version wrote, and upgrades it to this version.
/// Unknown options are ignored; a recipe of a newer version or an invalid value is a Problem.
/// `name` is the location that Problems report.
Result<RunSpec> readStoredRecipe(const std::string& text, const std::string& name);

/// Upgrades a recipe from `version` to kRecipeVersion step by step, so that it computes the same.
void upgradeStoredRecipe(RunDraft& recipe, std::int64_t version);

} // namespace flip

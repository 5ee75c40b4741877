#include "core/spec/stored_recipe.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace flip {

namespace {

constexpr std::string_view kVersionKey = "recipe_version = ";

const OptionValue* valueIn(const RunDraft& recipe, const char* key) {
    const auto found = recipe.entries.find(key);
    return found == recipe.entries.end() ? nullptr : &found->second.value;
}

void setWhereMissing(RunDraft& recipe, const char* key, OptionValue value) {
    if (valueIn(recipe, key) == nullptr) {
        recipe.set(key, std::move(value));
    }
}

/// Version 1 mixed ids and text by one weight, used ID dropout only on request, and trained the id
/// branch alone only on request, with the batch size of the joint stage.
void keepOneMixingWeight(RunDraft& recipe) {
    recipe.set("finetune.mixing", std::string("one"));
    recipe.set("finetune.mixing_from", std::string("training"));
    setWhereMissing(recipe, "finetune.unknown_rate", 0.0);
    if (*valueIn(recipe, "finetune.unknown_rate") != OptionValue(0.0)) {
        const OptionValue* fields = valueIn(recipe, "finetune.unknown_fields");
        if (fields == nullptr || *fields == OptionValue(std::string())) {
            recipe.set("finetune.unknown_fields", std::string("*")); // each field by itself
        }
    }
    setWhereMissing(recipe, "finetune.id_epochs", std::int64_t{0});
    setWhereMissing(recipe, "finetune.id_rate", 1.0);
    setWhereMissing(recipe, "finetune.fusion_rate", 1.0);
    if (const OptionValue* batch = valueIn(recipe, "finetune.batch_size")) {
        recipe.set("finetune.id_batch_size", *batch);
    }
}

/// Version 2 did not store its version; nothing else changed.
void writeVersion(RunDraft&) {}

using Step = void (*)(RunDraft&);
constexpr std::array<Step, kRecipeVersion - 1> kSteps = {keepOneMixingWeight, writeVersion};

/// The version in the first line; 0 if it has none.
std::int64_t writtenVersion(std::string_view text) {
    std::int64_t version = 0;
    if (text.starts_with(kVersionKey)) {
        text.remove_prefix(kVersionKey.size());
        std::from_chars(text.data(), text.data() + text.size(), version);
    }
    return version;
}

/// The version of a recipe that does not state it: recipes contain every option that their program
/// knew.
std::int64_t versionBefore3(const RunDraft& recipe) {
    return valueIn(recipe, "finetune.mixing") == nullptr ? 1 : 2;
}

} // namespace

std::string storedRecipe(const RunSpec& spec) {
    return fmt::format("{}{}\n", kVersionKey, kRecipeVersion) + toToml(spec);
}

Result<RunSpec> readStoredRecipe(const std::string& text, const std::string& name) {
    const std::int64_t written = writtenVersion(text);
    if (written > kRecipeVersion) {
        return Problem{
            fmt::format("is of version {}, this program knows versions up to {}; use the "
                        "program that wrote it",
                        written, kRecipeVersion),
            name};
    }
    auto recipe = readKnownOptions(text, name);
    if (!recipe) {
        return recipe.problem();
    }
    upgradeStoredRecipe(*recipe, written == 0 ? versionBefore3(*recipe) : written);
    return resolve(*recipe);
}

void upgradeStoredRecipe(RunDraft& recipe, std::int64_t version) {
    for (std::int64_t from = version; from < kRecipeVersion; ++from) {
        kSteps[static_cast<std::size_t>(from - 1)](recipe);
    }
}

} // namespace flip

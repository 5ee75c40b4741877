#include "core/trained/stored_weights.h"

#include "core/spec/options.h"
#include "core/spec/stored_recipe.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace flip {

namespace {

constexpr std::string_view kHeadPrefix = "mfm.";
constexpr const char* kRecipeKey = "flip.alignment_recipe";

} // namespace

Result<SafetensorsFile> openStoredWeights(const std::filesystem::path& file) {
    auto weights = SafetensorsFile::open(file);
    if (!weights) {
        return weights;
    }
    if (auto sound = weights->verify(); !sound) {
        return sound.problem();
    }
    return weights;
}

bool holdsPart(const SafetensorsFile& weights, std::string_view prefix) {
    return std::ranges::any_of(weights.tensors(),
                               [&](const auto& entry) { return entry.first.starts_with(prefix); });
}

Result<LoadedParts> loadParts(const SafetensorsFile& parent, FinetuneModel& model) {
    const LoadedParts loaded{model.hasIds() && holdsPart(parent, "rec."),
                             model.hasText() && holdsPart(parent, "text."),
                             model.hasItemText() && holdsPart(parent, "item_text.")};
    std::vector<std::string> required;
    for (const auto& [isPresent, prefix] :
         {std::pair(loaded.ids, "rec."), std::pair(loaded.text, "text."),
          std::pair(loaded.itemText, "item_text.")}) {
        if (isPresent) {
            required.emplace_back(prefix);
        }
    }
    if (auto filled = model.parameters.fill(parent, "", required); !filled) {
        return filled.problem();
    }
    return loaded;
}

Result<std::optional<RunSpec>> alignmentRecipe(const SafetensorsFile& weights,
                                               const RunSpec& recipe) {
    if (!holdsPart(weights, kHeadPrefix)) {
        return std::optional<RunSpec>();
    }
    const auto written = weights.metadata().find(kRecipeKey);
    if (written == weights.metadata().end()) {
        return std::optional(recipe);
    }
    auto read = readStoredRecipe(written->second, weights.path().string());
    return read ? Result<std::optional<RunSpec>>(std::move(*read)) : read.problem();
}

std::map<std::string, TensorView> alignmentHead(const SafetensorsFile& weights) {
    std::map<std::string, TensorView> head;
    for (const auto& [name, view] : weights.tensors()) {
        if (name.starts_with(kHeadPrefix)) {
            head[name] = view;
        }
    }
    return head;
}

std::map<std::string, std::string> alignmentMetadata(const RunSpec& recipe) {
    RunSpec pretraining = recipe;
    pretraining.kind = RunKind::Pretrain; // also if it was the first stage of a run
    return {{kRecipeKey, storedRecipe(comparableRecipe(pretraining))}};
}

} // namespace flip

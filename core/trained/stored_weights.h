#pragma once

#include "core/base/result.h"
#include "core/formats/safetensors.h"
#include "core/model/flip_model.h"
#include "core/spec/run_spec.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace flip {

/// Opens stored weights and checks every byte against their checksum.
Result<SafetensorsFile> openStoredWeights(const std::filesystem::path& file);

/// Whether the file has weights of a part of a model, by prefix: "text.", "rec.".
bool holdsPart(const SafetensorsFile& weights, std::string_view prefix);

/// Which parts of a model a parent's weights have filled.
struct LoadedParts {
    bool ids = false;
    bool text = false;
    bool itemText = false;
};

/// Loads the parts of the model that the weights of another run have: each encoder completely or
/// not at all.
Result<LoadedParts> loadParts(const SafetensorsFile& parent, FinetuneModel& model);

// Alignment is measured with the masked-feature head of pretraining. Finetuning leaves it
// unchanged; a finetuned model keeps it beside its own weights, so that its alignment can be
// measured too.

/// The recipe of the pretraining that trained the weights' alignment head; nothing if they have
/// none. `recipe` is that of the run that stored them, used for older files that do not hold a
/// recipe.
Result<std::optional<RunSpec>> alignmentRecipe(const SafetensorsFile& weights,
                                               const RunSpec& recipe);

/// The tensors of the head; valid as long as the file is.
std::map<std::string, TensorView> alignmentHead(const SafetensorsFile& weights);

/// The metadata of a file with an alignment head.
std::map<std::string, std::string> alignmentMetadata(const RunSpec& recipe);

} // namespace flip

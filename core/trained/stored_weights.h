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

/// Stored weights, every byte compared with their checksum before a number is taken of them.
Result<SafetensorsFile> openStoredWeights(const std::filesystem::path& file);

/// Whether the file has weights of a part of a model: "text.", "rec.".
bool holdsPart(const SafetensorsFile& weights, std::string_view prefix);

/// Which parts of a model a parent's weights have filled.
struct TakenParts {
    bool ids = false;
    bool text = false;
    bool itemText = false;
};

/// Fills what the weights of another run have of the model: each of its encoders whole, or not at
/// all.
Result<TakenParts> takeWeights(const SafetensorsFile& parent, FinetuneModel& model);

// The head by which pretraining recovers masked fields from words is what the alignment of ids and
// words is measured with. Finetuning leaves it as it is; a finetuned model keeps it beside its own
// weights, so that its alignment can be measured too.

/// The recipe of the pretraining that made the weights' alignment head; nothing where they have
/// none. `recipe` is that of the run that stored them, which older files of pretraining do not
/// name.
Result<std::optional<RunSpec>> alignmentRecipe(const SafetensorsFile& weights,
                                               const RunSpec& recipe);

/// The tensors of the head; they live as long as the file.
std::map<std::string, TensorView> alignmentHead(const SafetensorsFile& weights);

/// What a file with an alignment head says of it.
std::map<std::string, std::string> alignmentMetadata(const RunSpec& recipe);

} // namespace flip

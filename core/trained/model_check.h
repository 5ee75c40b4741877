#pragma once

#include "core/base/result.h"
#include "core/model/plm/text_config.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// What a model folder holds, and what of it is missing, wrong or passed over.
struct ModelReport {
    struct WrongShape {
        std::string name;
        std::vector<std::int64_t> found;
        std::vector<std::int64_t> expected;
    };

    std::filesystem::path folder;
    std::optional<TextConfig> config; // nothing: config.json cannot be used

    std::filesystem::path weights; // the file or its index; empty: none
    std::string container;         // "safetensors", "torch.save", ...; empty: cannot be opened
    std::string prefix;            // before the names in it: "bert."
    std::string numbers;           // "F32", as the file has most of them
    std::int64_t parameters = 0;   // numbers that the encoder takes from it
    std::vector<std::string> missing;
    std::vector<WrongShape> wrongShapes;
    std::vector<std::string> ignored; // further heads, a pooler

    std::string tokenizer; // "WordPiece", as the folder has it, whether it can be read or not
    std::int64_t pieces = 0;

    std::vector<Problem> problems; // each thing to mend; empty: the folder can be used

    bool usable() const { return problems.empty(); }
};

/// How closely a folder is looked at: what its files say of themselves, or every number too.
enum class ModelScrutiny { Outline, Numbers };

/// Never fails: what cannot be read is among the problems.
ModelReport checkModel(const std::filesystem::path& folder, ModelScrutiny scrutiny);

} // namespace flip

#pragma once

#include "core/base/result.h"
#include "core/model/plm/text_config.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// What a model folder holds, and what is missing, wrong or ignored.
struct ModelReport {
    struct WrongShape {
        std::string name;
        std::vector<std::int64_t> found;
        std::vector<std::int64_t> expected;
    };

    std::filesystem::path folder;
    std::optional<TextConfig> config; // nothing if config.json cannot be used

    std::filesystem::path weights; // the file or its index; empty if there is none
    std::string container;         // "safetensors", "torch.save", ...; empty if it cannot be opened
    std::string prefix;            // of the names in it: "bert."
    std::string numbers;           // the most frequent number type: "F32"
    std::int64_t parameters = 0;   // how many numbers the encoder reads from it
    std::vector<std::string> missing;
    std::vector<WrongShape> wrongShapes;
    std::vector<std::string> ignored; // such as further heads or a pooler

    std::string tokenizer; // "WordPiece"; known even if it cannot be read
    std::int64_t pieces = 0;

    std::vector<Problem> problems; // each thing to fix; empty if the folder can be used

    bool usable() const { return problems.empty(); }
};

/// How thoroughly a folder is checked: only the headers of its files, or every weight too.
enum class ModelCheckDepth { Headers, Weights };

/// Never fails: what cannot be read is listed among the problems.
ModelReport checkModel(const std::filesystem::path& folder, ModelCheckDepth depth);

} // namespace flip

#include "core/run/model_folder.h"

#include <string>
#include <system_error>

namespace flip {

Result<ModelFolder> openModelFolder(const std::filesystem::path& folder) {
    const auto config = readTextConfig(folder);
    if (!config) {
        return config.problem();
    }
    std::error_code ignored;
    if (!std::filesystem::exists(folder / "model.safetensors", ignored)) {
        return Problem{"holds no model.safetensors; the weights are missing, get them from where "
                       "the model came from",
                       folder.string()};
    }
    auto tokenizer = openTokenizer(folder);
    if (!tokenizer) {
        return tokenizer.problem();
    }
    if ((*tokenizer)->vocabularySize() > config->vocabulary) {
        return Problem{"has a tokenizer of " + std::to_string((*tokenizer)->vocabularySize()) +
                           " pieces but a model of " + std::to_string(config->vocabulary) +
                           "; the files do not belong together",
                       folder.string()};
    }
    return ModelFolder{folder, *config, std::move(*tokenizer)};
}

} // namespace flip

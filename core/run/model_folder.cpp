#include "core/run/model_folder.h"

#include "core/model/plm/text_weights.h"

#include <string>

namespace flip {

Result<ModelFolder> openModelFolder(const std::filesystem::path& folder) {
    const auto config = readTextConfig(folder);
    if (!config) {
        return config.problem();
    }
    const auto weights = openWeights(folder);
    if (!weights) {
        return weights.problem();
    }
    const auto match = matchTextWeights(**weights, *config, textParameters(*config));
    if (!match) {
        return match.problem();
    }
    if (auto complete = match->check(**weights); !complete) {
        return complete.problem();
    }
    auto tokenizer = openTokenizer(folder);
    if (!tokenizer) {
        return tokenizer.problem();
    }
    if (auto together = checkTokenizer(**tokenizer, *config, folder); !together) {
        return together.problem();
    }
    return ModelFolder{folder, *config, std::move(*tokenizer)};
}

Result<void> checkTokenizer(const Tokenizer& tokenizer, const TextConfig& config,
                            const std::filesystem::path& folder) {
    if (tokenizer.vocabularySize() > config.vocabulary) {
        return Problem{"has a tokenizer of " + std::to_string(tokenizer.vocabularySize()) +
                           " pieces but a model of " + std::to_string(config.vocabulary) +
                           "; the files do not belong together",
                       folder.string()};
    }
    return {};
}

} // namespace flip

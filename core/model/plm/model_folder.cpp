#include "core/model/plm/model_folder.h"

#include "core/model/plm/text_weights.h"

#include <algorithm>
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
    const SpecialTokens& special = tokenizer.special();
    for (const std::int32_t id :
         {special.cls, special.sep, special.mask, special.pad, special.unknown}) {
        if (id >= config.vocabulary) {
            return Problem{"has a tokenizer whose special token \"" + tokenizer.readablePiece(id) +
                               "\" is number " + std::to_string(id) + " but a model of " +
                               std::to_string(config.vocabulary) +
                               " tokens; the files do not belong together",
                           folder.string()};
        }
    }
    return {};
}

bool hasTokensBeyondModel(const Tokenizer& tokenizer, const TextConfig& config) {
    return tokenizer.vocabularySize() > config.vocabulary;
}

Result<void> checkTokens(std::span<const std::int32_t> ids, const Tokenizer& tokenizer,
                         const TextConfig& config, const std::string& where) {
    const auto found =
        std::ranges::find_if(ids, [&](std::int32_t id) { return id >= config.vocabulary; });
    if (found == ids.end()) {
        return {};
    }
    return Problem{"uses the token \"" + tokenizer.readablePiece(*found) + "\", number " +
                       std::to_string(*found) + ", but the model has vectors for " +
                       std::to_string(config.vocabulary) +
                       " tokens only; leave it out, or take a model that was trained with it",
                   where};
}

} // namespace flip

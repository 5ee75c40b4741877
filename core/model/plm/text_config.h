#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace flip {

/// The shape of a text encoder, from a model folder's config.json.
struct TextConfig {
    enum class Family { Bert, Roberta, DistilBert } family = Family::Bert;
    enum class Activation { Gelu, GeluTanh, Relu } activation = Activation::Gelu;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t hidden = 0; // H
    std::int64_t intermediate = 0;
    std::int64_t vocabulary = 0;
    std::int64_t positions = 0; // rows of the position table
    std::int64_t tokenTypes = 0;
    std::int64_t padId = 0;
    double epsilon = 1e-12;
    double hiddenDropout = 0;
    double attentionDropout = 0;

    /// Longest sentence in tokens, specials included.
    std::int64_t maximumTokens() const {
        return family == Family::Roberta ? positions - padId - 1 : positions;
    }
};

/// Reads FOLDER/config.json. A family or an option that is not supported is a Problem that names
/// it.
Result<TextConfig> readTextConfig(const std::filesystem::path& folder);

} // namespace flip

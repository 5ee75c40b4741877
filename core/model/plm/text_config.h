#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace flip {

/// The shape of a text encoder, from a model folder's config.json.
struct TextConfig {
    std::string type; // model_type of config.json; "xlm-roberta" belongs to the RoBERTa family
    enum class Family { Bert, Roberta, DistilBert, Electra } family = Family::Bert;
    enum class Activation { Gelu, GeluTanh, Relu } activation = Activation::Gelu;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t hidden = 0;    // H
    std::int64_t embedding = 0; // E, the width of the tables; 0 = the same as H
    std::int64_t intermediate = 0;
    std::int64_t vocabulary = 0;
    std::int64_t positions = 0; // rows of the position table
    std::int64_t tokenTypes = 0;
    std::int64_t padId = 0;
    double epsilon = 1e-12;
    double hiddenDropout = 0;
    double attentionDropout = 0;

    std::int64_t embeddingWidth() const { return embedding > 0 ? embedding : hidden; }

    /// Whether a linear layer projects the embeddings from E to H.
    bool projects() const { return embeddingWidth() != hidden; }

    /// The longest sentence in tokens, including special tokens.
    std::int64_t maximumTokens() const {
        return family == Family::Roberta ? positions - padId - 1 : positions;
    }
};

/// Reads FOLDER/config.json. An unsupported family or option is a Problem that names it. Entries
/// that old files omit get the defaults of the family's authors.
Result<TextConfig> readTextConfig(const std::filesystem::path& folder);

} // namespace flip

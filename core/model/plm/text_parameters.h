#pragma once

#include "core/model/plm/text_config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// A parameter of a text encoder, by its name in the Hugging Face layout without the prefix that
/// some files add.
struct TextParameter {
    std::string name;
    std::vector<std::int64_t> shape;
};

/// All parameters of an encoder of this shape, in order of computation, without the pooler.
std::vector<TextParameter> textParameters(const TextConfig& config);

/// The names of the parts of a layer in that layout. "query" has "query.weight" and "query.bias".
struct TextLayerNames {
    const char* layers; // "encoder.layer.", followed by the number of the layer
    const char* query;
    const char* key;
    const char* value;
    const char* attentionOut;
    const char* attentionNorm;
    const char* up;
    const char* down;
    const char* outputNorm;
};

const TextLayerNames& textLayerNames(TextConfig::Family family);

} // namespace flip

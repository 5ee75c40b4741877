#pragma once

#include "core/model/plm/text_config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// A parameter of a text encoder by its name in the Hugging Face layout, without the prefix that
/// some files put before all of them.
struct TextParameter {
    std::string name;
    std::vector<std::int64_t> shape;
};

/// Everything that an encoder of this shape needs, in the order of its computation. No pooler.
std::vector<TextParameter> textParameters(const TextConfig& config);

/// What the layout calls the parts of a layer. "query" has "query.weight" and "query.bias".
struct TextLayerNames {
    const char* layers; // "encoder.layer." and the layer's number
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

#pragma once

#include "core/base/result.h"
#include "core/model/parameters.h"
#include "core/model/plm/text_config.h"
#include "core/model/plm/text_parameters.h"
#include "core/model/plm/weights_file.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace flip {

/// Maps the parameters of an encoder to the tensors of a file. The names in a file may have a
/// prefix of the model or of a wrapper, and old files call the weight and bias of a norm gamma and
/// beta.
struct TextWeightsMatch {
    struct WrongShape {
        std::string name; // in the file
        std::vector<std::int64_t> found;
        std::vector<std::int64_t> expected;
    };

    std::string prefix;                       // "bert."; may be empty
    std::map<std::string, std::string> names; // parameter -> tensor of the file
    std::vector<std::string> missing;         // by their names in the file
    std::vector<WrongShape> wrongShapes;
    std::vector<std::string> wrongTypes; // tensors of whole numbers
    std::vector<std::string> ignored;    // other heads, a pooler, buffers

    /// The first problem that makes the file unusable.
    Result<void> check(const WeightsFile& file) const;
};

/// A file with several encoders, none under a usual name, is a Problem.
Result<TextWeightsMatch> matchTextWeights(const WeightsFile& file, const TextConfig& config,
                                          const std::vector<TextParameter>& wanted);

/// Reads a tensor that the match found. Numbers that are not finite are a Problem.
Result<at::Tensor> readTextWeight(const WeightsFile& file, const std::string& name);

/// Fills the encoder's parameters from the weights of a model folder. Names may have a prefix, and
/// other heads are ignored. A tensor that is missing or does not have the shape given by
/// config.json is a Problem that names it.
Result<void> loadTextWeights(const std::filesystem::path& folder, const TextConfig& config,
                             Parameters& parameters, const std::string& prefix);

} // namespace flip

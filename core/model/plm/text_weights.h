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

/// Which tensor of a file is which parameter of an encoder. Files put their model's name, a
/// wrapper's, or nothing before every name, and old ones say gamma and beta for a norm's weight and
/// bias.
struct TextWeightsMatch {
    struct WrongShape {
        std::string name; // in the file
        std::vector<std::int64_t> found;
        std::vector<std::int64_t> expected;
    };

    std::string prefix;                       // "bert."; may be empty
    std::map<std::string, std::string> names; // parameter -> tensor of the file
    std::vector<std::string> missing;         // as the file would call them
    std::vector<WrongShape> wrongShapes;
    std::vector<std::string> wrongTypes; // whole numbers where weights are fractions
    std::vector<std::string> ignored;    // further heads, a pooler, buffers

    /// The first thing that makes the file unusable.
    Result<void> check(const WeightsFile& file) const;
};

/// A file with two encoders of which neither has a usual name is a Problem.
Result<TextWeightsMatch> matchTextWeights(const WeightsFile& file, const TextConfig& config,
                                          const std::vector<TextParameter>& wanted);

/// Reads a tensor that the match found; one with numbers that are not finite is a Problem.
Result<at::Tensor> readTextWeight(const WeightsFile& file, const std::string& name);

/// Fills the encoder's parameters from a model folder's weights. Names there may carry a prefix,
/// further heads are passed over; a tensor that is missing or has another shape than config.json
/// says is a Problem that names it.
Result<void> loadTextWeights(const std::filesystem::path& folder, const TextConfig& config,
                             Parameters& parameters, const std::string& prefix);

} // namespace flip

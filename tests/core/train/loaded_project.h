#pragma once

#include "core/model/plm/text_weights.h"
#include "core/trained/run_inputs.h"
#include "tests/core/run/tiny_project.h"

#include <memory>
#include <stdexcept>

namespace flip::test {

/// The prepared inputs of a run on the tiny project.
inline std::unique_ptr<RunInputs> inputsOf(const TinyProject& project, const RunSpec& spec) {
    auto inputs = RunInputs::open(spec, project.workspace());
    if (!inputs) {
        throw std::runtime_error(inputs.problem().text());
    }
    if (auto ready = (*inputs)->prepare(spec, {}); !ready) {
        throw std::runtime_error(ready.problem().text());
    }
    return std::move(*inputs);
}

/// Loads the weights of a model's text encoder.
inline void loadText(const RunInputs& inputs, Parameters& parameters,
                     const std::string& prefix = "text.") {
    const auto loaded = loadTextWeights(inputs.modelFolder(), *inputs.config(), parameters, prefix);
    if (!loaded) {
        throw std::runtime_error(loaded.problem().text());
    }
}

} // namespace flip::test

#pragma once

#include "core/formats/safetensors.h"
#include "core/model/parameters.h"
#include "core/model/plm/text_config.h"
#include "core/spec/run_spec.h"

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flip::parity {

/// Where the cases compute: $FLIP_TEST_DEVICE, else the processor. One that cannot be used ends the
/// program.
at::Device device();

/// One folder of reference numbers: case.json, weights, inputs and expected tensors. Helpers throw
/// std::runtime_error where the folder is not as its page describes it.
class ParityCase {
public:
    explicit ParityCase(const std::filesystem::path& folder);

    std::string name() const { return folder_.filename().string(); }
    std::string kind() const { return json_.at("kind").get<std::string>(); }
    const nlohmann::json& hyper() const { return json_.at("hyper"); }
    const nlohmann::json& json() const { return json_; }
    const std::filesystem::path& folder() const { return folder_; }

    at::Tensor input(const std::string& name) const;
    bool hasInput(const std::string& name) const;
    const SafetensorsFile& weights() const { return *weights_; }
    const SafetensorsFile& expected() const { return *expected_; }

    /// Compares with the expected tensor by |a - b| <= atol + rtol |b|, the case's own tolerances.
    void compare(const std::string& name, const at::Tensor& actual);

    /// grad.X of every parameter X that the expected tensors name.
    void compareGradients(const Parameters& parameters, const std::string& expectedPrefix = "");

    /// final.X likewise.
    void compareFinal(const Parameters& parameters);

    double largestDifference() const { return largest_; }
    const std::vector<std::string>& failures() const { return failures_; }

    /// Counts an exact comparison done elsewhere (tokens).
    void check(bool equal, const std::string& what);

private:
    std::filesystem::path folder_;
    nlohmann::json json_;
    std::optional<SafetensorsFile> weights_;
    std::optional<SafetensorsFile> inputs_;
    std::optional<SafetensorsFile> expected_;
    double largest_ = 0;
    std::vector<std::string> failures_;
};

/// The shape of the text encoder that hyper.text and the weights under `prefix` describe.
TextConfig textConfigOf(const ParityCase& reference, const std::string& prefix);

/// The published recipe with the sizes of a pretraining or finetuning case.
RunSpec publishedSpec(const nlohmann::json& hyper);

/// "backbone/dcn_mix" -> "dcn-mix": the product's name for a case's backbone.
std::optional<BackboneKind> backboneOf(const std::string& kind);

// The runners, one a kind; what differs is in the case afterwards.
void runBackbone(ParityCase& reference);
void runTextEncoder(ParityCase& reference);
void runInstanceContrast(ParityCase& reference);
void runFieldRecovery(ParityCase& reference);
void runTokenRecovery(ParityCase& reference);
void runPretrainTrajectory(ParityCase& reference);
void runFinetuneTrajectory(ParityCase& reference);
void runTextBaseline(ParityCase& reference);
void runTokenizer(ParityCase& reference);
void runMetrics(ParityCase& reference);

} // namespace flip::parity

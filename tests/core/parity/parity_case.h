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

/// The device of the cases: $FLIP_TEST_DEVICE, else the CPU. A device that cannot be used ends the
/// program.
at::Device device();

/// One folder of reference numbers: case.json, weights, inputs and expected tensors. Methods throw
/// std::runtime_error if the folder is not as its documentation describes.
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

    /// Compares with the expected tensor: |a - b| <= atol + rtol |b| with the tolerances of the
    /// case.
    void compare(const std::string& name, const at::Tensor& actual);

    /// Compares grad.X for every parameter X in the expected tensors.
    void compareGradients(const Parameters& parameters, const std::string& expectedPrefix = "");

    /// Compares final.X likewise.
    void compareFinal(const Parameters& parameters);

    double largestDifference() const { return largest_; }
    const std::vector<std::string>& failures() const { return failures_; }

    /// Records the result of an exact comparison (of tokens).
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

/// The configuration of the text encoder, from hyper.text and the shapes of the weights under
/// `prefix`.
TextConfig textConfigOf(const ParityCase& reference, const std::string& prefix);

/// The published recipe with the sizes of a pretraining or finetuning case.
RunSpec publishedSpec(const nlohmann::json& hyper);

/// "backbone/dcn_mix" -> "dcn-mix": the backbone of a case.
std::optional<BackboneKind> backboneOf(const std::string& kind);

// The runners, one per kind; they record the differences in the case.
void runBackbone(ParityCase& reference);
void runTextEncoder(ParityCase& reference);
void runInstanceContrast(ParityCase& reference);
void runMaskedFeatures(ParityCase& reference);
void runMaskedTokens(ParityCase& reference);
void runPretrainTrajectory(ParityCase& reference);
void runFinetuneTrajectory(ParityCase& reference);
void runTextBaseline(ParityCase& reference);
void runTokenizer(ParityCase& reference);
void runMetrics(ParityCase& reference);

} // namespace flip::parity

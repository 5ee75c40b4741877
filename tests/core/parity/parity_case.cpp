#include "tests/core/parity/parity_case.h"

#include "core/base/files.h"
#include "core/device/devices.h"
#include "core/spec/options.h"

#include <torch/types.h>

#include <cstdlib>
#include <stdexcept>

namespace flip::parity {

namespace {

template <class T>
T need(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.problem().text());
    }
    return std::move(*result);
}

std::optional<SafetensorsFile> openIfThere(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        return std::nullopt;
    }
    return need(SafetensorsFile::open(file));
}

} // namespace

at::Device device() {
    static const at::Device chosen = [] {
        const char* named = std::getenv("FLIP_TEST_DEVICE");
        return at::Device(need(chooseDevice(named == nullptr ? "cpu" : named)).device);
    }();
    return chosen;
}

ParityCase::ParityCase(const std::filesystem::path& folder)
    : folder_(folder), json_(nlohmann::json::parse(need(readFile(folder / "case.json")))) {
    const auto shared = json_.find("weights_of");
    const std::filesystem::path weightsFolder =
        shared != json_.end() && shared->is_string()
            ? folder.parent_path() / shared->get<std::string>()
            : folder;
    weights_ = openIfThere(weightsFolder / "weights.safetensors");
    inputs_ = openIfThere(folder / "inputs.safetensors");
    expected_ = openIfThere(folder / "expected.safetensors");
}

at::Tensor ParityCase::input(const std::string& name) const {
    const TensorView* view = inputs_->find(name);
    if (view == nullptr) {
        throw std::runtime_error("no input tensor " + name);
    }
    return toTensor(*view).to(device());
}

bool ParityCase::hasInput(const std::string& name) const {
    return inputs_ && inputs_->find(name) != nullptr;
}

void ParityCase::compare(const std::string& name, const at::Tensor& actual) {
    const TensorView* view = expected_->find(name);
    if (view == nullptr) {
        failures_.push_back(name + " is not among the expected tensors");
        return;
    }
    const at::Tensor wanted = toTensor(*view).to(at::kDouble);
    const at::Tensor given = actual.detach().to(at::kCPU).to(at::kDouble);
    if (given.numel() != wanted.numel()) {
        failures_.push_back(name + " has another number of elements");
        return;
    }
    const auto& tolerance = json_.at("tolerance");
    double atol = tolerance.at("atol").get<double>();
    const auto& description = json_["tensors"]["expected"][name];
    if (description.is_object() && description.contains("atol") &&
        description["atol"].is_number()) {
        atol = description["atol"].get<double>();
    }
    const double rtol = tolerance.at("rtol").get<double>();
    const at::Tensor difference = (given.view_as(wanted) - wanted).abs();
    const double largest = difference.max().item<double>();
    // A tensor with its own tolerance would dominate the reported difference.
    if (!description.contains("atol")) {
        largest_ = std::max(largest_, largest);
    }
    const bool within = difference.le(atol + rtol * wanted.abs()).all().item<bool>();
    if (!within || !std::isfinite(largest)) {
        failures_.push_back(name + " differs by " + std::to_string(largest));
    }
}

void ParityCase::compareGradients(const Parameters& parameters, const std::string& expectedPrefix) {
    for (const Parameters::Entry& entry : parameters.entries()) {
        const std::string name = "grad." + expectedPrefix + entry.name;
        if (expected_->find(name) != nullptr) {
            const at::Tensor& gradient = entry.tensor.grad();
            compare(name, gradient.defined() ? gradient : at::zeros_like(entry.tensor));
        }
    }
}

void ParityCase::compareFinal(const Parameters& parameters) {
    for (const auto& [name, view] : expected_->tensors()) {
        if (name.starts_with("final.")) {
            const at::Tensor* parameter = parameters.find(name.substr(6));
            if (parameter == nullptr) {
                failures_.push_back(name + " has no parameter of that name");
            } else {
                compare(name, *parameter);
            }
        }
    }
}

void ParityCase::check(bool equal, const std::string& what) {
    if (!equal) {
        largest_ = std::max(largest_, 1.0);
        failures_.push_back(what);
    }
}

TextConfig textConfigOf(const ParityCase& reference, const std::string& prefix) {
    const nlohmann::json& text = reference.hyper().at("text");
    const std::string type = text.at("type").get<std::string>();
    TextConfig config;
    config.family = type == "roberta"      ? TextConfig::Family::Roberta
                    : type == "distilbert" ? TextConfig::Family::DistilBert
                                           : TextConfig::Family::Bert;
    config.layers = text.at("layers").get<std::int64_t>();
    config.heads = text.at("heads").get<std::int64_t>();
    config.hidden = text.at("hidden").get<std::int64_t>();
    config.padId = text.at("pad_id").get<std::int64_t>();
    config.epsilon = text.at("eps").get<double>();
    const auto rows = [&](const std::string& name) -> std::int64_t {
        const TensorView* view = reference.weights().find(prefix + name);
        return view == nullptr ? 0 : view->shape.at(0);
    };
    config.vocabulary = rows("embeddings.word_embeddings.weight");
    config.positions = rows("embeddings.position_embeddings.weight");
    config.tokenTypes = rows("embeddings.token_type_embeddings.weight");
    config.intermediate = rows(config.family == TextConfig::Family::DistilBert
                                   ? "transformer.layer.0.ffn.lin1.weight"
                                   : "encoder.layer.0.intermediate.dense.weight");
    return config;
}

RunSpec publishedSpec(const nlohmann::json& hyper) {
    RunDraft draft;
    draft.set("recipe", std::string("published"));
    draft.set("data.dataset", std::string("fixture"));
    RunSpec spec = need(resolve(draft));
    spec.id.backbone = BackboneKind::DcnMix;
    spec.id.embeddingDim = hyper.at("embed").get<std::int64_t>();
    spec.id.hidden = hyper.at("mlp").get<std::vector<std::int64_t>>();
    spec.id.crossLayers = hyper.at("cross_layers").get<std::int64_t>();
    spec.id.rank = hyper.at("rank").get<std::int64_t>();
    spec.id.experts = hyper.at("experts").get<std::int64_t>();
    spec.plm.layers = 0;
    spec.pretrain.projectionDim = hyper.at("projection").get<std::int64_t>();
    spec.pretrain.temperature = hyper.at("temperature").get<double>();
    spec.pretrain.noise = hyper.at("noise_per_target").get<std::int64_t>();
    spec.pretrain.fieldDim = hyper.at("nce_dim").get<std::int64_t>();
    spec.pretrain.projectionDropout = 0;
    spec.pretrain.tokenDropout = 0;
    spec.pretrain.fieldAttention = hyper.value("field_attention", "padded") == "masked"
                                       ? FieldAttention::Tokens
                                       : FieldAttention::Padded;
    spec.pretrain.learningRate = hyper.value("lr", 1e-4);
    spec.pretrain.weightDecay = hyper.value("weight_decay", 1e-3);
    return spec;
}

} // namespace flip::parity

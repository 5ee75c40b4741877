#include "tests/core/parity/parity_case.h"

#include "core/model/id/backbone.h"

#include <torch/torch.h>

#include <algorithm>
#include <stdexcept>

namespace flip::parity {

std::string backboneOf(const std::string& kind) {
    std::string name = kind.substr(std::string("backbone/").size());
    if (name == "dcnv2_parallel") {
        return "dcnv2";
    }
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

void runBackbone(ParityCase& reference) {
    const nlohmann::json& hyper = reference.hyper();
    const std::string name = backboneOf(reference.kind());
    BackboneOptions options;
    options.fields = hyper.at("fields").get<std::int64_t>();
    options.ids = hyper.at("features").get<std::int64_t>();
    options.embeddingDim = hyper.at("embed").get<std::int64_t>();
    options.hidden = hyper.at("mlp").get<std::vector<std::int64_t>>();
    options.crossLayers = hyper.contains("cross_num")
                              ? hyper.at("cross_num").get<std::int64_t>()
                              : hyper.value("cross_layers", std::int64_t{2});
    options.rank = hyper.value("low_rank", std::int64_t{32});
    options.experts = hyper.value("num_experts", std::int64_t{4});

    Parameters parameters(at::kCPU);
    const auto backbone = makeBackbone(name, parameters, Initialiser(1), "", options);
    if (!backbone) {
        throw std::runtime_error(backbone.problem().text());
    }
    if (auto filled = parameters.fill(reference.weights(), "", {""}); !filled) {
        throw std::runtime_error(filled.problem().text());
    }
    const ForwardMode mode = ForwardMode::evaluation();
    const at::Tensor ids = reference.input("ids");
    const at::Tensor logit = (*backbone)->logit(ids, mode);
    const at::Tensor loss = at::binary_cross_entropy_with_logits(logit, reference.input("label"));
    loss.backward();
    reference.compare("logit", logit);
    reference.compare("probability", at::sigmoid(logit));
    reference.compare("loss", loss);
    if (reference.expected().find("feature") != nullptr) {
        reference.compare("feature", (*backbone)->features(ids, mode));
    }
    reference.compareGradients(parameters);
}

} // namespace flip::parity

#include "tests/core/parity/parity_case.h"

#include "core/model/id/backbone.h"
#include "core/spec/options.h"

#include <torch/types.h>

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <stdexcept>

namespace flip::parity {

namespace {

using Sizes = std::vector<std::int64_t>;

/// The table [id] of a case's recipe, from its options or, if it has no such option, from the
/// shapes of its weights.
RunSpec::Id recipeOf(const ParityCase& reference) {
    const nlohmann::json& hyper = reference.hyper();
    RunDraft draft;
    draft.set("data.dataset", std::string("fixture"));
    RunSpec::Id id = resolve(draft)->id;
    id.backbone = backboneOf(reference.kind()).value();

    const auto read = [&](auto& option, std::initializer_list<const char*> names) {
        for (const char* name : names) {
            if (hyper.contains(name)) {
                hyper.at(name).get_to(option);
                return;
            }
        }
    };
    const auto shape = [&](const std::string& name) {
        const TensorView* view = reference.weights().find(name);
        return view == nullptr ? Sizes() : view->shape;
    };
    const auto width = [&](std::int64_t& option, const std::string& name) {
        if (const Sizes sizes = shape(name); !sizes.empty()) {
            option = sizes[0];
        }
    };
    read(id.embeddingDim, {"embed"});
    read(id.hidden, {"afn_dnn_hidden_units", "dnn_hidden_units", "mlp"});
    read(id.crossLayers, {"cross_num", "cross_layers"});
    read(id.rank, {"low_rank"});
    read(id.experts, {"num_experts"});
    read(id.heads, {"fusion_heads", "att_head_num", "heads"});
    read(id.attentionLayers, {"att_layer_num"});
    width(id.attentionDim, "attention.weight");
    width(id.attentionDim, "attention.0.query.weight");
    id.deepPart = shape("mlp.0.weight").empty() ? DeepPart::Without : DeepPart::With;
    read(id.cinLayers, {"cin_layer_size"});
    id.cinOutputs = hyper.value("split_half", true) ? CinOutputs::Half : CinOutputs::All;
    if (hyper.contains("bilinear")) {
        id.bilinear = choiceOf<BilinearWeights>(hyper.at("bilinear").get<std::string>()).value();
    }
    read(id.reduction, {"reduction"});
    read(id.logNeurons, {"ltl_hidden_size"});
    read(id.maskRatio, {"mask_ratio"});
    id.maskBlocks.clear();
    for (Sizes block;
         !(block = shape("block." + std::to_string(id.maskBlocks.size()) + ".weight")).empty();) {
        id.maskBlocks.push_back(block[0]);
    }
    read(id.gateContext, {"context"});
    width(id.gateHidden, "gate.0.0.weight");
    const bool stacked = reference.kind().ends_with("_stacked") ||
                         hyper.value("arrangement", "parallel") == "serial";
    id.structure = stacked ? Structure::Stacked : Structure::Parallel;
    return id;
}

} // namespace

std::optional<BackboneKind> backboneOf(const std::string& kind) {
    std::string name = kind.substr(std::string("backbone/").size());
    for (const std::string structure : {"_parallel", "_stacked"}) {
        if (name.ends_with(structure)) {
            name.resize(name.size() - structure.size());
        }
    }
    std::replace(name.begin(), name.end(), '_', '-');
    return choiceOf<BackboneKind>(name);
}

void runBackbone(ParityCase& reference) {
    const nlohmann::json& hyper = reference.hyper();
    const RunSpec::Id recipe = recipeOf(reference);
    const BackboneOptions options(recipe, hyper.at("fields").get<std::int64_t>(),
                                  hyper.at("features").get<std::int64_t>());
    Parameters parameters(device());
    const auto backbone = makeBackbone(recipe.backbone, parameters, Initialiser(1), "", options);
    if (!backbone) {
        throw std::runtime_error(backbone.problem().text());
    }
    if (auto filled = parameters.fill(reference.weights(), "", {""}); !filled) {
        throw std::runtime_error(filled.problem().text());
    }
    const ForwardMode evaluation = ForwardMode::evaluation();
    const ForwardMode mode =
        hyper.value("training", false)
            ? ForwardMode::training(at::make_generator<at::CPUGeneratorImpl>(1))
            : evaluation;
    const at::Tensor ids = reference.input("ids");
    const at::Tensor logit = (*backbone)->logit(ids, mode);
    const at::Tensor loss = at::binary_cross_entropy_with_logits(logit, reference.input("label"));
    loss.backward();
    reference.compare("logit", logit);
    reference.compare("probability", at::sigmoid(logit));
    reference.compare("loss", loss);
    if (reference.expected().find("feature") != nullptr) {
        reference.compare("feature", (*backbone)->features(ids, evaluation));
    }
    reference.compareGradients(parameters);
    parameters.stepTaken();
    for (const Parameters::Entry& entry : parameters.entries()) {
        if (reference.expected().find("updated." + entry.name) != nullptr) {
            reference.compare("updated." + entry.name, entry.tensor);
        }
    }
}

} // namespace flip::parity

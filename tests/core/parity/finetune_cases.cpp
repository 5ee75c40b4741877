#include "tests/core/parity/parity_case.h"

#include "core/train/finetuner.h"

#include <torch/types.h>

#include <stdexcept>

namespace flip::parity {

void runFinetuneTrajectory(ParityCase& reference) {
    const nlohmann::json& hyper = reference.hyper();
    RunSpec spec = publishedSpec(hyper);
    spec.kind = RunKind::Finetune;
    spec.finetune.branches = choiceOf<Branches>(hyper.at("variant").get<std::string>()).value();
    spec.finetune.decay = DecayedParameters::All;
    spec.finetune.embeddingL2 = hyper.value("l2", 0.0);
    spec.finetune.learningRate = hyper.at("lr").get<double>();
    spec.finetune.textLearningRate = hyper.value("lr_text", spec.finetune.learningRate);
    spec.finetune.weightDecay = hyper.value("weight_decay", 0.0);
    spec.finetune.textWeightDecay = spec.finetune.weightDecay;
    ModelSizes sizes;
    sizes.fields = hyper.at("fields").get<std::int64_t>();
    sizes.ids = hyper.at("features").get<std::int64_t>();
    std::optional<TextConfig> config;
    if (spec.finetune.branches != Branches::Id) {
        config = textConfigOf(reference, "text.");
    }
    auto made = FinetuneModel::make(spec, sizes, config, device());
    if (!made) {
        throw std::runtime_error(made.problem().text());
    }
    FinetuneModel& model = **made;
    if (auto filled = model.parameters.fill(reference.weights(), "", {""}); !filled) {
        throw std::runtime_error(filled.problem().text());
    }
    Optimiser optimiser = finetuneOptimiser(spec, model);

    std::map<std::string, std::vector<at::Tensor>> curves;
    for (std::int64_t step = 0; step < hyper.at("steps").get<std::int64_t>(); ++step) {
        const std::string prefix = "step." + std::to_string(step) + ".";
        at::Tensor ids;
        at::Tensor tokens;
        TokenLayout layout;
        if (model.hasIds()) {
            ids = reference.input(prefix + "ids");
        }
        if (model.hasText()) {
            tokens = reference.input(prefix + "input_ids").flatten();
            layout = TokenLayout::padded(reference.input(prefix + "attention_mask").to(at::kBool));
        }
        SentenceInput sentences;
        sentences.tokenIds = tokens;
        sentences.layout = &layout;
        const BranchLogits logits = model.logits(ids, sentences, ForwardMode::evaluation());
        const FinetuneLosses losses =
            finetuneLosses(spec, model, logits, reference.input(prefix + "label"));
        const auto note = [&](const char* name, const at::Tensor& loss, const at::Tensor& logit) {
            if (loss.defined()) {
                curves[std::string("step.loss.") + name].push_back(loss.detach());
            }
            if (logit.defined()) {
                curves[std::string("step.prob.") + name].push_back(at::sigmoid(logit).detach());
            }
        };
        note("joint", losses.joint, logits.joint);
        note("id", losses.id, logits.id);
        note("text", losses.text, logits.text);
        note("l2", losses.tables, {});
        losses.total.backward();
        optimiser.step(1.0);
        model.parameters.clearGradients();
        if (logits.joint.defined()) {
            curves["step.alpha_after"].push_back(model.mixingWeights()[0]);
        }
    }
    for (const auto& [name, values] : curves) {
        reference.compare(name, at::stack(values));
    }
    reference.compareFinal(model.parameters);
}

} // namespace flip::parity

#include "tests/core/parity/parity_case.h"

#include "core/spec/options.h"
#include "core/train/frozen_sentences.h"

#include <torch/types.h>

#include <stdexcept>

namespace flip::parity {

namespace {

/// The name of a parameter in the case: the head is "head", the first of two towers "user_text".
std::string nameInCase(std::string name, bool twoTowers) {
    if (name.starts_with("text_head.")) {
        return name.substr(5);
    }
    return twoTowers && name.starts_with("text.") ? "user_" + name : name;
}

struct Sentences {
    Sentences(const ParityCase& reference, const std::string& prefix)
        : tokens(reference.input(prefix + "input_ids").flatten()),
          layout(TokenLayout::padded(reference.input(prefix + "attention_mask").to(at::kBool))) {}

    at::Tensor tokens;
    TokenLayout layout;
};

} // namespace

void runTextBaseline(ParityCase& reference) {
    const bool twoTowers = reference.hasInput("item_input_ids");
    RunDraft draft;
    draft.set("recipe", std::string("published"));
    draft.set("data.dataset", std::string("fixture"));
    draft.set("kind", std::string("finetune"));
    draft.set("finetune.branches", std::string("text"));
    draft.set("finetune.text_head", std::string("tanh"));
    draft.set("finetune.text_head_dim", reference.hyper().at("head_hidden").get<std::int64_t>());
    if (twoTowers) {
        draft.set("text.item_template", std::string("{title}"));
    }
    const auto spec = resolve(draft);
    if (!spec) {
        throw std::runtime_error(spec.problem().text());
    }
    const std::string tower = twoTowers ? "user_text." : "text.";
    auto made = FinetuneModel::make(*spec, ModelSizes{}, textConfigOf(reference, tower), device());
    if (!made) {
        throw std::runtime_error(made.problem().text());
    }
    FinetuneModel& model = **made;
    for (const Parameters::Entry& entry : model.parameters.entries()) {
        const std::string name = nameInCase(entry.name, twoTowers);
        const TensorView* weight = reference.weights().find(name);
        if (weight == nullptr) {
            throw std::runtime_error("the case has no weight " + name);
        }
        entry.tensor.detach().copy_(toTensor(*weight));
    }
    const Sentences first(reference, twoTowers ? "user_" : "");
    SentenceInput input;
    input.tokenIds = first.tokens;
    input.layout = &first.layout;
    std::optional<Sentences> second;
    if (twoTowers) {
        second.emplace(reference, "item_");
        input.itemTokenIds = second->tokens;
        input.itemLayout = &second->layout;
    }
    const BranchLogits logits = model.logits({}, input, ForwardMode::evaluation());
    const at::Tensor loss =
        at::binary_cross_entropy_with_logits(logits.text, reference.input("label"));
    loss.backward();
    reference.compare("probability", at::sigmoid(logits.text));
    reference.compare("loss", loss);
    std::size_t compared = 0;
    for (const Parameters::Entry& entry : model.parameters.entries()) {
        const std::string name = "grad." + nameInCase(entry.name, twoTowers);
        if (reference.expected().find(name) != nullptr) {
            const at::Tensor gradient = entry.tensor.grad();
            reference.compare(name, gradient.defined() ? gradient : at::zeros_like(entry.tensor));
            ++compared;
        }
    }
    reference.check(compared + 2 == reference.expected().tensors().size(),
                    "not every expected tensor was compared");
}

} // namespace flip::parity

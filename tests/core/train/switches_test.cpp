#include "core/train/finetuner.h"
#include "core/train/pretrainer.h"
#include "tests/core/train/loaded_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <map>

using namespace flip;
using namespace flip::test;

namespace {

/// The losses of the first steps of a stage, in one line.
std::string lossesText(Stage& stage, const LoopPlan& plan) {
    std::string line;
    for (std::int64_t step = 0; step < 3; ++step) { // a schedule has an effect on the third loss
        for (const auto& [name, value] :
             stage.step(std::span(plan.rows).first(48), step, {}).losses) {
            line += name + " " + std::to_string(value) + " ";
        }
    }
    return line;
}

/// A valid value of the option other than the given one.
OptionValue otherValue(const Option& option, const OptionValue& value) {
    switch (option.type) {
    case OptionType::Integer: {
        const auto integer = std::get<std::int64_t>(value);
        return static_cast<double>(integer) < option.maximum ? integer + 1 : integer - 1;
    }
    case OptionType::Real: {
        const double middle = (option.minimum + option.maximum) / 2;
        return std::get<double>(value) == middle ? option.maximum : middle;
    }
    case OptionType::Text:
        return std::string("*");
    case OptionType::Choice:
        return std::get<std::string>(value) == option.choices.front() ? option.choices.back()
                                                                      : option.choices.front();
    case OptionType::IntegerList:
        return std::vector<std::int64_t>{static_cast<std::int64_t>(option.minimum)};
    case OptionType::ChoiceList:
        return std::vector<std::string>{option.choices.back()};
    }
    return {};
}

LoopPlan planOf(const RunInputs& inputs) {
    LoopPlan plan;
    plan.rows = inputs.dataset().rowsOf(Split::Train);
    plan.batchSize = 48;
    return plan;
}

} // namespace

/// Every option that a run reads changes its losses.
class SwitchesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pretrainingOptionsChangeTheLosses_data();
    void pretrainingOptionsChangeTheLosses();
    void finetuningOptionsChangeTheLosses_data();
    void finetuningOptionsChangeTheLosses();
    void unreadOptionsChangeNothing_data();
    void unreadOptionsChangeNothing();
    void aBackboneReadsExactlyItsOptions_data();
    void aBackboneReadsExactlyItsOptions();
    void unknownIdsHaveTheirOwnMixingWeights();
    void rareIdsAreUnknownInValidation();
    void learnsTheTemperature();
    void anIdRateOfZeroFreezesTheIds();

private:
    std::string pretraining(const std::vector<std::string>& assignments) const {
        const RunSpec spec = project_.spec(assignments);
        const auto inputs = inputsOf(project_, spec);
        const auto model =
            std::move(*PretrainModel::make(spec, inputs->sizes(), *inputs->config(), at::kCPU));
        loadText(*inputs, model->parameters);
        const LoopPlan plan = planOf(*inputs);
        Pretrainer stage(spec, *model, inputs->batcher(), inputs->sizes(), plan,
                         [](const std::stop_token&) { return std::nullopt; });
        return lossesText(stage, plan);
    }
    std::string finetuning(std::vector<std::string> assignments) const {
        assignments.emplace_back("kind=finetune");
        const RunSpec spec = project_.spec(assignments);
        const auto inputs = inputsOf(project_, spec);
        const auto model =
            std::move(*FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::kCPU));
        if (model->hasText()) {
            loadText(*inputs, model->parameters);
        }
        if (model->hasItemText()) {
            loadText(*inputs, model->parameters, "item_text.");
        }
        const LoopPlan plan = planOf(*inputs);
        Finetuner stage(spec, *model, inputs->batcher(), plan);
        return lossesText(stage, plan);
    }

    TinyProject project_;
    std::map<std::string, std::string> unchanged_; // the losses without the option
};

void SwitchesTest::pretrainingOptionsChangeTheLosses_data() {
    QTest::addColumn<QString>("assignment");
    for (const char* assignment :
         {"pretrain.losses=[\"mfm\", \"mlm\"]", "pretrain.losses=[\"icl\", \"mlm\"]",
          "pretrain.losses=[\"icl\", \"mfm\"]", "pretrain.mask_unit=token",
          "pretrain.masked_fields=same", "pretrain.masked_fields=different",
          "pretrain.noise_from=field", "pretrain.noise=7", "pretrain.attention_scale=width",
          "pretrain.token_context=none", "pretrain.projection_dim=24", "pretrain.temperature=0.2",
          "pretrain.temperature_kind=learned", "pretrain.similarity=cosine",
          "pretrain.mask_ratio_table=0.5", "pretrain.mask_ratio_text=0.5", "pretrain.field_dim=8",
          "pretrain.field_attention=padded", "plm.pooling=mean"}) {
        QTest::newRow(assignment) << assignment;
    }
}

void SwitchesTest::pretrainingOptionsChangeTheLosses() {
    QFETCH(QString, assignment);
    // Attention over padding has an effect only if there is padding.
    const std::string padding = assignment.contains("field_attention") ? "max" : "none";
    const std::vector<std::string> base{"text.padding=" + padding, "pretrain.learning_rate=0.01"};
    std::vector<std::string> changed = base;
    changed.push_back(assignment.toStdString());
    std::string& unchanged = unchanged_[padding];
    if (unchanged.empty()) {
        unchanged = pretraining(base);
    }
    QVERIFY(unchanged != pretraining(changed));
}

void SwitchesTest::finetuningOptionsChangeTheLosses_data() {
    QTest::addColumn<QString>("assignment");
    QTest::addColumn<QString>("branches");
    const auto row = [](const char* assignment, const char* branches) {
        QTest::newRow(assignment) << assignment << branches;
    };
    row("finetune.text_head=tanh", "text");
    row("text.item_template=\"{movie}\"", "text");
    row("plm.pooling=mean", "text");
    row("finetune.text_encoder=frozen", "joint");
    row("finetune.id_rate=1", "joint");
    row("finetune.fusion_rate=1", "joint");
    row("finetune.alpha_start=0.25", "joint");
    row("finetune.unknown_fields=*", "id");
    row("finetune.mask_ratio_text=0.2", "text");
    row("finetune.schedule=cosine-step", "id");
}

void SwitchesTest::finetuningOptionsChangeTheLosses() {
    QFETCH(QString, assignment);
    QFETCH(QString, branches);
    const std::vector<std::string> base{"finetune.branches=" + branches.toStdString(),
                                        "finetune.learning_rate=0.05",
                                        "finetune.text_learning_rate=0.01"};
    std::vector<std::string> changed = base;
    changed.push_back(assignment.toStdString());
    std::string& unchanged = unchanged_[branches.toStdString()];
    if (unchanged.empty()) {
        unchanged = finetuning(base);
    }
    QVERIFY(unchanged != finetuning(changed));
}

void SwitchesTest::unreadOptionsChangeNothing_data() {
    QTest::addColumn<QString>("branches");
    QTest::newRow("id") << "id";
    QTest::newRow("text") << "text";
}

void SwitchesTest::unreadOptionsChangeNothing() {
    QFETCH(QString, branches);
    const std::vector<std::string> base{"finetune.branches=" + branches.toStdString()};
    std::vector<std::string> changed = base;
    const RunSpec spec = project_.spec({"kind=finetune", base.front()});
    for (const Option& option : options()) {
        const bool ofTraining =
            option.group == OptionGroup::Pretraining || option.group == OptionGroup::Finetuning;
        if (ofTraining && !optionIsRead(option, spec)) {
            changed.push_back(option.key + "=" + formatValue(otherValue(option, option.get(spec))));
        }
    }
    QVERIFY(changed.size() > 10);
    QCOMPARE(finetuning(changed), finetuning(base));
}

void SwitchesTest::aBackboneReadsExactlyItsOptions_data() {
    QTest::addColumn<QString>("backbone");
    for (const std::string& backbone : findOption("id.backbone")->choices) {
        QTest::newRow(backbone.c_str()) << QString::fromStdString(backbone);
    }
}

void SwitchesTest::aBackboneReadsExactlyItsOptions() {
    QFETCH(QString, backbone);
    const std::string name = backbone.toStdString();
    // A value for each backbone option that differs from the project's.
    const std::map<std::string, std::string> others = {{"id.embedding_dim", "4"},
                                                       {"id.hidden", "[12]"},
                                                       {"id.cross_layers", "1"},
                                                       {"id.experts", "2"},
                                                       {"id.rank", "2"},
                                                       {"id.structure", "stacked"},
                                                       {"id.product", "outer"},
                                                       {"id.cin_layers", "[6, 4]"},
                                                       {"id.cin_outputs", "half"},
                                                       {"id.heads", "1"},
                                                       {"id.attention_dim", "16"},
                                                       {"id.attention_layers", "1"},
                                                       {"id.deep_part", "without"},
                                                       {"id.bilinear", "all"},
                                                       {"id.reduction", "1"},
                                                       {"id.log_neurons", "5"},
                                                       {"id.mask_blocks", "[8]"},
                                                       {"id.mask_ratio", "1"},
                                                       {"id.gate_fields", "user; movie"},
                                                       {"id.gate_context", "3"},
                                                       {"id.gate_hidden", "5"},
                                                       {"id.history_by", "gender"},
                                                       {"id.history_of", "movie, genre"},
                                                       {"id.history_length", "2"},
                                                       {"id.history_hidden", "[6]"},
                                                       {"id.history_weights", "softmax"},
                                                       {"id.dropout", "0.5"},
                                                       {"id.field_dims", "movie = 3"}};
    const std::vector<std::string> base{"finetune.branches=id", "id.backbone=" + name,
                                        "id.history_by=user",   "id.history_of=movie",
                                        "id.cin_layers=[6, 6]", "id.init_std=0.3"};
    const std::string unchanged = finetuning(base);
    std::vector<std::string> unread = base;
    for (const Option& option : options()) {
        if (option.backbones.empty()) {
            continue;
        }
        const std::string assignment = option.key + "=" + others.at(option.key);
        if (std::ranges::find(option.backbones, choiceOf<BackboneKind>(name)) ==
            option.backbones.end()) {
            const bool refused = option.key == "id.field_dims"; // by backbones without such widths
            unread.insert(unread.end(), refused ? 0 : 1, assignment);
            continue;
        }
        std::vector<std::string> changed = base;
        changed.push_back(assignment);
        QVERIFY2(finetuning(changed) != unchanged, assignment.c_str());
    }
    QCOMPARE(finetuning(unread), unchanged);
}

void SwitchesTest::unknownIdsHaveTheirOwnMixingWeights() {
    const std::string rates = "finetune.fusion_rate=50";
    const std::string unknown = "finetune.unknown_fields=*";
    QVERIFY(finetuning({rates, unknown}) != finetuning({rates, unknown, "finetune.mixing=one"}));
    // If every id is known, these weights have no effect.
    QCOMPARE(finetuning({rates}), finetuning({rates, "finetune.mixing=one"}));
}

void SwitchesTest::rareIdsAreUnknownInValidation() {
    // Some films and users have fewer rows than this, and occur in validation rows.
    const std::string rare = "id.min_count=35";
    QVERIFY(finetuning({rare}) != finetuning({rare, "finetune.unknown_rate=0"}));
    QCOMPARE(finetuning({}), finetuning({"finetune.unknown_rate=0"}));
}

void SwitchesTest::learnsTheTemperature() {
    const RunSpec spec = project_.spec({"pretrain.temperature_kind=learned",
                                        "pretrain.learning_rate=0.1", "pretrain.losses=[\"icl\"]"});
    const auto inputs = inputsOf(project_, spec);
    const auto model =
        std::move(*PretrainModel::make(spec, inputs->sizes(), *inputs->config(), at::kCPU));
    QVERIFY(std::abs(model->temperature() - 0.7) < 1e-6);
    const LoopPlan plan = planOf(*inputs);
    Pretrainer stage(spec, *model, inputs->batcher(), inputs->sizes(), plan,
                     [](const std::stop_token&) { return std::nullopt; });
    (void)lossesText(stage, plan);
    QVERIFY(std::abs(model->temperature() - 0.7) > 1e-3);
    const auto end = stage.endEpoch(1, {});
    QCOMPARE(end->done.state.at("temperature"), model->temperature());
}

void SwitchesTest::anIdRateOfZeroFreezesTheIds() {
    const RunSpec spec =
        project_.spec({"kind=finetune", "finetune.id_rate=0", "finetune.unknown_fields=*"});
    const auto inputs = inputsOf(project_, spec);
    const auto model =
        std::move(*FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::kCPU));
    std::map<std::string, at::Tensor> before;
    for (const auto& entry : model->parameters.entries()) {
        before[entry.name] = entry.tensor.detach().clone();
    }
    const LoopPlan plan = planOf(*inputs);
    Finetuner stage(spec, *model, inputs->batcher(), plan);
    (void)lossesText(stage, plan);
    for (const auto& entry : model->parameters.entries()) {
        const bool kept = at::equal(entry.tensor, before.at(entry.name));
        const bool isKeyBias = entry.name.ends_with("key.bias"); // its gradient is zero
        QVERIFY2(kept == entry.name.starts_with("rec.") || isKeyBias, entry.name.c_str());
    }
}

QTEST_GUILESS_MAIN(SwitchesTest)
#include "switches_test.moc"

#include "core/model/id/backbone.h"
#include "core/spec/options.h"
#include "tests/core/rounds.h"
#include "tests/core/spec/random_spec.h"

#include <QtTest/QtTest>

#include <ATen/Parallel.h>
#include <torch/optim.h>
#include <torch/types.h>

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace flip;

namespace {

RunSpec::Id smallRecipe() {
    RunSpec::Id id = defaultSpec().id;
    id.embeddingDim = 4;
    id.hidden = {8, 6};
    id.rank = 2;
    id.initStd = 0.5;
    id.attentionDim = 6;
    id.cinLayers = {5, 4};
    id.reduction = 1; // with one squeezed number, its ReLU could be dead
    id.logNeurons = 5;
    id.maskBlocks = {7, 5};
    id.gateContext = 3;
    id.gateHidden = 6;
    id.historyBy = "user";
    id.historyOf = "film";
    id.historyLength = 3;
    id.historyHidden = {6, 5};
    return id;
}

BackboneOptions smallOptions(const RunSpec::Id& id = smallRecipe()) {
    BackboneOptions options(id, /*fieldCount=*/3, /*idCount=*/20);
    options.idFields = {{"user", 1, 6, 0}, {"film", 8, 7, 0}, {"genre", 16, 3, 0}};
    for (std::int64_t i = 0; i < options.ids; ++i) {
        options.trainingCounts.push_back(i % 5);
    }
    return options;
}

ForwardMode training() {
    return ForwardMode::training(at::make_generator<at::CPUGeneratorImpl>(5));
}

at::Tensor someIds(std::int64_t rows) {
    return (at::arange(rows * 3, at::kLong) * 7).remainder(20).view({rows, 3});
}

/// Ids [rows, 3] as input of the backbone. If it reads a history, that of row r has the items of
/// the next r mod (L + 1) rows.
at::Tensor asRead(BackboneKind kind, const at::Tensor& ids, const RunSpec::Id& recipe) {
    const std::vector<std::int64_t> columns = historyFields(kind, smallOptions(recipe));
    if (columns.empty()) {
        return ids;
    }
    const at::Tensor items =
        ids.index_select(1, at::tensor(at::ArrayRef<std::int64_t>(columns), at::kLong));
    const at::Tensor counts = at::arange(ids.size(0)).remainder(recipe.historyLength + 1);
    std::vector<at::Tensor> parts = {ids};
    for (std::int64_t place = 0; place < recipe.historyLength; ++place) {
        parts.push_back(at::roll(items, -1 - place, 0) * counts.gt(place).unsqueeze(1));
    }
    return at::cat(parts, 1);
}

std::string nameOf(const BackboneEntry& entry) {
    return std::string(wordOf(entry.kind));
}

/// An option that changes the network of a backbone.
struct Variant {
    const char* name;
    BackboneKind kind;
    std::function<void(RunSpec::Id&)> change;
};

std::vector<Variant> variants() {
    const auto stacked = [](RunSpec::Id& id) { id.structure = Structure::Stacked; };
    return {
        {"pnn, outer", BackboneKind::Pnn, [](RunSpec::Id& id) { id.product = PairProduct::Outer; }},
        {"pnn, both", BackboneKind::Pnn, [](RunSpec::Id& id) { id.product = PairProduct::Both; }},
        {"xdeepfm, half", BackboneKind::XDeepFm,
         [](RunSpec::Id& id) { id.cinOutputs = CinOutputs::Half; }},
        {"dcnv2, stacked", BackboneKind::DcnV2, stacked},
        {"gdcn, stacked", BackboneKind::Gdcn, stacked},
        {"masknet, stacked", BackboneKind::MaskNet, stacked},
        {"autoint, alone", BackboneKind::AutoInt,
         [](RunSpec::Id& id) { id.deepPart = DeepPart::Without; }},
        {"fibinet, all", BackboneKind::FiBiNet,
         [](RunSpec::Id& id) { id.bilinear = BilinearWeights::All; }},
        {"fibinet, each", BackboneKind::FiBiNet,
         [](RunSpec::Id& id) { id.bilinear = BilinearWeights::Each; }},
        {"finalmlp, gate fields", BackboneKind::FinalMlp,
         [](RunSpec::Id& id) { id.gateFields = "user, genre; film"; }},
        {"din, softmax", BackboneKind::Din,
         [](RunSpec::Id& id) { id.historyWeights = HistoryWeights::Softmax; }},
        {"din, two fields", BackboneKind::Din,
         [](RunSpec::Id& id) { id.historyOf = "genre, film"; }},
    };
}

void addVariants() {
    QTest::addColumn<BackboneKind>("kind");
    QTest::addColumn<RunSpec::Id>("recipe");
    for (const BackboneEntry& entry : backbones()) {
        QTest::newRow(nameOf(entry).c_str()) << entry.kind << smallRecipe();
    }
    for (const Variant& variant : variants()) {
        RunSpec::Id recipe = smallRecipe();
        variant.change(recipe);
        QTest::newRow(variant.name) << variant.kind << recipe;
    }
}

} // namespace

Q_DECLARE_METATYPE(flip::BackboneKind)
Q_DECLARE_METATYPE(flip::RunSpec::Id)

/// Properties of every backbone in the registry.
class BackboneTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); } // more threads only wait for each other
    void givesFeaturesAndLogitsOfTheRightShape_data();
    void givesFeaturesAndLogitsOfTheRightShape();
    void readsListsAsTheMeanOfTheirMembers_data();
    void readsListsAsTheMeanOfTheirMembers();
    void membersOfListsGetGradients();
    void gradientsEqualFiniteDifferences_data();
    void gradientsEqualFiniteDifferences();
    void learnsAnInteraction_data();
    void learnsAnInteraction();
    void everyOptionAffectsExactlyItsBackbones_data();
    void everyOptionAffectsExactlyItsBackbones();
    void computesInteractionMapsInParts();
    void hasAFieldAwareTable();
    void refusesInvalidOptions_data();
    void refusesInvalidOptions();
    void theOptionListsExactlyTheRegistry();
};

void BackboneTest::givesFeaturesAndLogitsOfTheRightShape_data() {
    addVariants();
}

void BackboneTest::givesFeaturesAndLogitsOfTheRightShape() {
    QFETCH(BackboneKind, kind);
    QFETCH(RunSpec::Id, recipe);
    Parameters parameters{at::Device(at::kCPU)};
    const auto made = makeBackbone(kind, parameters, Initialiser(1), "rec.", smallOptions(recipe));
    QVERIFY(made.ok());
    const Backbone& backbone = **made;
    const ForwardMode mode = ForwardMode::evaluation();
    for (const std::int64_t rows : {0, 1, 7}) {
        const at::Tensor ids =
            asRead(kind, at::arange(rows * 3, at::kLong).remainder(20).view({rows, 3}), recipe);
        QCOMPARE(backbone.features(ids, mode).sizes().vec(),
                 (std::vector<std::int64_t>{rows, backbone.featureWidth()}));
        QCOMPARE(backbone.logit(ids, mode).sizes().vec(), (std::vector<std::int64_t>{rows}));
        QCOMPARE(backbone.logit(ids, training()).sizes().vec(), (std::vector<std::int64_t>{rows}));
    }
    // The logit of a row does not depend on other rows.
    const at::Tensor ids = asRead(kind, someIds(9), recipe);
    const at::Tensor both = backbone.logit(ids, mode);
    QVERIFY(at::allclose(both.slice(0, 4), backbone.logit(ids.slice(0, 4), mode), 1e-5, 1e-6));
    // The logit depends on every parameter.
    both.sum().backward();
    for (const Parameters::Entry& entry : parameters.entries()) {
        if (!entry.trained) {
            continue;
        }
        QVERIFY2(entry.tensor.grad().defined(), entry.name.c_str());
        QVERIFY2(entry.tensor.grad().abs().sum().item<double>() > 0, entry.name.c_str());
    }
}

void BackboneTest::readsListsAsTheMeanOfTheirMembers_data() {
    givesFeaturesAndLogitsOfTheRightShape_data();
}

void BackboneTest::readsListsAsTheMeanOfTheirMembers() {
    QFETCH(BackboneKind, kind);
    QFETCH(RunSpec::Id, recipe);
    BackboneOptions options = smallOptions(recipe);
    // Field 1 holds lists: list 0 is {7}, list 1 {8, 9}, list 2 {7, 9, 9}.
    options.lists.firstList = {-1, 0, -1};
    options.lists.ends = {0, 1, 3, 6};
    options.lists.members = {7, 8, 9, 7, 9, 9};
    Parameters withLists{at::Device(at::kCPU)};
    Parameters plain{at::Device(at::kCPU)};
    const auto lists = makeBackbone(kind, withLists, Initialiser(1), "rec.", options);
    const auto single = makeBackbone(kind, plain, Initialiser(1), "rec.", smallOptions(recipe));
    const ForwardMode mode = ForwardMode::evaluation();

    // A list of one id equals that id; the mask and single ids are allowed too.
    const auto read = [&](std::vector<std::int64_t> ids) {
        const auto rows = static_cast<std::int64_t>(ids.size()) / 3;
        return asRead(kind, at::tensor(ids, at::kLong).view({rows, 3}), recipe);
    };
    const at::Tensor ids = read({1, 20, 13, 2, 0, 14, 3, 7, 15});
    const at::Tensor same = read({1, 7, 13, 2, 0, 14, 3, 7, 15});
    QVERIFY(at::equal((*lists)->logit(ids, mode), (*single)->logit(same, mode)));

    // A longer list equals an id whose rows are the means over its members.
    const at::NoGradGuard noGradient;
    for (const Parameters::Entry& entry : plain.entries()) {
        if (isIdTable(entry.name)) {
            const at::Tensor table = entry.tensor.detach();
            table[18].copy_((table[8] + table[9]) / 2);
            table[19].copy_((table[7] + 2 * table[9]) / 3);
        }
    }
    const at::Tensor two = read({1, 21, 13, 2, 22, 14});
    const at::Tensor means = read({1, 18, 13, 2, 19, 14});
    QVERIFY(at::allclose((*lists)->logit(two, mode), (*single)->logit(means, mode), 1e-5, 1e-6));
    QCOMPARE((*lists)->features(two.slice(0, 0, 0), mode).size(0), 0);
}

void BackboneTest::membersOfListsGetGradients() {
    BackboneOptions options = smallOptions();
    options.lists.firstList = {-1, 0, -1};
    options.lists.ends = {0, 2};
    options.lists.members = {8, 9};
    Parameters parameters{at::Device(at::kCPU)};
    const auto made = makeBackbone(BackboneKind::Lr, parameters, Initialiser(1), "rec.", options);
    (*made)
        ->logit(at::tensor({1, 20, 13}, at::kLong).view({1, 3}), ForwardMode::evaluation())
        .sum()
        .backward();
    const at::Tensor gradient = parameters.find("rec.linear.table")->grad().squeeze(1);
    QCOMPARE(gradient[1].item<double>(), 1.0);
    QCOMPARE(gradient[8].item<double>(), 0.5);
    QCOMPARE(gradient[9].item<double>(), 0.5);
    QCOMPARE(gradient.sum().item<double>(), 3.0);
}

void BackboneTest::gradientsEqualFiniteDifferences_data() {
    addVariants();
}

void BackboneTest::gradientsEqualFiniteDifferences() {
    QFETCH(BackboneKind, kind);
    QFETCH(RunSpec::Id, recipe);
    Parameters parameters{at::Device(at::kCPU)};
    const auto made = makeBackbone(kind, parameters, Initialiser(3), "rec.", smallOptions(recipe));
    QVERIFY(made.ok());
    for (const Parameters::Entry& entry : parameters.entries()) {
        at::Tensor tensor = entry.tensor;
        tensor.set_data(tensor.detach().to(at::kDouble)); // visible through every handle
    }
    const at::Tensor ids = asRead(kind, someIds(6), recipe);
    const at::Tensor probe = at::arange(6, at::kDouble).sin();
    const auto value = [&] { return ((*made)->logit(ids, training()).tanh() * probe).sum(); };
    value().backward();
    auto generator = at::make_generator<at::CPUGeneratorImpl>(9);
    const at::NoGradGuard noGradient;
    for (const Parameters::Entry& entry : parameters.entries()) {
        if (!entry.trained) {
            continue;
        }
        const at::Tensor direction =
            at::empty(entry.tensor.sizes(), at::kDouble).normal_(0, 1, generator);
        constexpr double kStep = 1e-6;
        at::Tensor tensor = entry.tensor;
        tensor.add_(direction, kStep);
        const double above = value().item<double>();
        tensor.add_(direction, -2 * kStep);
        const double below = value().item<double>();
        tensor.add_(direction, kStep);
        const double wanted = (above - below) / (2 * kStep);
        const double given = (entry.tensor.grad() * direction).sum().item<double>();
        // Differences of doubles with a step of 1e-6 keep about nine digits; the error from
        // curvature is smaller.
        QVERIFY2(std::abs(given - wanted) < 1e-6 * (1 + std::abs(wanted)),
                 qPrintable(QString("%1: %2, by differences %3")
                                .arg(entry.name.c_str())
                                .arg(given)
                                .arg(wanted)));
    }
}

void BackboneTest::learnsAnInteraction_data() {
    addVariants();
}

void BackboneTest::learnsAnInteraction() {
    if (test::rounds(8) < 8) {
        QSKIP("takes hundreds of steps: run in the plain build only");
    }
    QFETCH(BackboneKind, kind);
    QFETCH(RunSpec::Id, recipe);
    recipe.hidden = {16, 8};
    Parameters parameters{at::Device(at::kCPU)};
    const auto made = makeBackbone(kind, parameters, Initialiser(2), "rec.", smallOptions(recipe));
    // Fields of 4, 4 and 2 values; the label is whether the first two have the same parity.
    std::vector<std::int64_t> ids;
    std::vector<float> labels;
    for (std::int64_t row = 0; row < 32; ++row) {
        const std::int64_t a = row % 4;
        const std::int64_t b = row / 4 % 4;
        ids.insert(ids.end(), {1 + a, 6 + b, 11 + row / 16});
        labels.push_back((a + b) % 2 == 0 ? 1.0F : 0.0F);
    }
    const at::Tensor x = asRead(kind, at::tensor(ids, at::kLong).view({32, 3}), recipe);
    const at::Tensor y = at::tensor(labels);
    std::vector<at::Tensor> trained;
    for (const Parameters::Entry& entry : parameters.entries()) {
        if (entry.trained) {
            trained.push_back(entry.tensor);
        }
    }
    torch::optim::Adam adam(trained, torch::optim::AdamOptions(0.02));
    for (int step = 0; step < 150; ++step) {
        parameters.clearGradients();
        at::binary_cross_entropy_with_logits((*made)->logit(x, training()), y).backward();
        adam.step();
        parameters.stepTaken();
    }
    const double loss =
        at::binary_cross_entropy_with_logits((*made)->logit(x, ForwardMode::evaluation()), y)
            .item<double>();
    // Without the interaction the loss is that of chance, ln 2 = 0.693.
    QVERIFY2(kind == BackboneKind::Lr ? loss > 0.6 : loss < 0.15,
             qPrintable(QString::number(loss)));
}

void BackboneTest::everyOptionAffectsExactlyItsBackbones_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<OptionValue>("value");
    QTest::addColumn<QStringList>("readers");
    using Words = std::string;
    using Sizes = std::vector<std::int64_t>;
    QStringList all;
    for (const BackboneEntry& entry : backbones()) {
        all << QString::fromStdString(nameOf(entry));
    }
    const auto without = [&](std::initializer_list<const char*> names) {
        QStringList rest = all;
        for (const char* name : names) {
            rest.removeAll(name);
        }
        return rest;
    };
    const auto row = [](const char* key, OptionValue value, const QStringList& readers) {
        QTest::newRow(key) << key << value << readers;
    };
    row("id.embedding_dim", std::int64_t{6}, without({"lr"}));
    row("id.hidden", Sizes{8, 10}, without({"lr", "fm", "ffm", "afm"}));
    row("id.cross_layers", std::int64_t{3}, {"dcn", "dcnv2", "dcn-mix", "gdcn"});
    row("id.experts", std::int64_t{3}, {"dcn-mix"});
    row("id.rank", std::int64_t{3}, {"dcn-mix"});
    row("id.structure", Words("stacked"), {"dcnv2", "gdcn", "masknet"});
    row("id.product", Words("outer"), {"pnn"});
    row("id.cin_layers", Sizes{5, 6}, {"xdeepfm"});
    row("id.cin_outputs", Words("half"), {"xdeepfm"});
    row("id.heads", std::int64_t{3}, {"autoint", "finalmlp"});
    row("id.attention_dim", std::int64_t{8}, {"afm", "autoint"});
    row("id.attention_layers", std::int64_t{2}, {"autoint"});
    row("id.deep_part", Words("without"), {"autoint"});
    row("id.bilinear", Words("each"), {"fibinet"});
    row("id.reduction", std::int64_t{2}, {"fibinet"});
    row("id.log_neurons", std::int64_t{7}, {"afn"});
    row("id.mask_blocks", Sizes{7}, {"masknet"});
    row("id.mask_ratio", 1.5, {"masknet"});
    row("id.gate_fields", Words(";film"), {"finalmlp"});
    row("id.gate_context", std::int64_t{4}, {"finalmlp"});
    row("id.gate_hidden", std::int64_t{5}, {"finalmlp"});
    row("id.history_by", Words("genre"), {}); // the batcher reads it
    row("id.history_of", Words("genre"), {"din"});
    row("id.history_length", std::int64_t{4}, {"din"});
    row("id.history_hidden", Sizes{6, 4}, {"din"});
    row("id.history_weights", Words("softmax"), {"din"});
    row("id.dropout", 0.5, without({"lr", "fm", "ffm"}));
    row("id.init_std", 0.25, all);
    row("id.min_count", std::int64_t{3}, all);
    row("id.hash_buckets", std::int64_t{2}, all);
    // All options of the table [id] except backbone itself, table_updates, which does not change
    // the network, and field_dims, which lr and ffm refuse (see refusesInvalidOptions).
    std::size_t rows = 0;
    for (const Option& option : options()) {
        rows += option.key.starts_with("id.") ? 1 : 0;
    }
    QCOMPARE(rows, std::size_t{30 + 3});
}

void BackboneTest::everyOptionAffectsExactlyItsBackbones() {
    QFETCH(QString, key);
    QFETCH(OptionValue, value);
    QFETCH(QStringList, readers);
    const Option* option = findOption(key.toStdString());
    QVERIFY(option != nullptr);
    RunSpec changed = defaultSpec();
    changed.id = smallRecipe();
    option->set(changed, value);
    for (const BackboneEntry& entry : backbones()) {
        // The shapes of all parameters and the logits; if these agree, the networks are the same.
        const auto numbers = [&](const RunSpec::Id& recipe) {
            Parameters parameters{at::Device(at::kCPU)};
            const auto made =
                makeBackbone(entry.kind, parameters, Initialiser(1), "rec.", smallOptions(recipe));
            std::vector<at::Tensor> all;
            for (const Parameters::Entry& parameter : parameters.entries()) {
                all.push_back(at::tensor(parameter.tensor.sizes(), at::kLong));
            }
            all.push_back((*made)->logit(asRead(entry.kind, someIds(5), recipe), training()));
            return all;
        };
        const auto before = numbers(smallRecipe());
        const auto after = numbers(changed.id);
        const bool same = std::equal(before.begin(), before.end(), after.begin(), after.end(),
                                     [](const at::Tensor& a, const at::Tensor& b) {
                                         return a.sizes() == b.sizes() && at::equal(a, b);
                                     });
        const QString name = QString::fromStdString(nameOf(entry));
        QVERIFY2(same != readers.contains(name), qPrintable(name));
        if (readers.size() <= 4 && readers.contains(name)) {
            QVERIFY2(QString::fromStdString(option->help).contains(name), qPrintable(name));
        }
    }
}

void BackboneTest::computesInteractionMapsInParts() {
    // More rows than are computed at once: the parts must give the same as each row alone.
    RunSpec::Id recipe = smallRecipe();
    recipe.cinLayers = {200, 30};
    Parameters parameters{at::Device(at::kCPU)};
    const auto made = makeBackbone(BackboneKind::XDeepFm, parameters, Initialiser(1), "rec.",
                                   smallOptions(recipe));
    const at::Tensor ids = someIds(2000);
    const ForwardMode mode = ForwardMode::evaluation();
    const at::Tensor all = (*made)->logit(ids, mode);
    const at::Tensor last = (*made)->logit(ids.slice(0, 1990), mode);
    QVERIFY(at::allclose(all.slice(0, 1990), last, 1e-5, 1e-6));
    // With equal rows, the gradient is a multiple of that of one row.
    const at::Tensor one = someIds(1);
    const at::Tensor weight = *parameters.find("rec.cin.1.weight");
    (*made)->logit(one, mode).sum().backward();
    const at::Tensor single = weight.grad().clone();
    parameters.clearGradients();
    (*made)->logit(one.expand({2000, 3}), mode).sum().backward();
    // 2,000 terms summed in 32 bits.
    QVERIFY(at::allclose(weight.grad(), single * 2000, 1e-4, 1e-4));
}

void BackboneTest::hasAFieldAwareTable() {
    Parameters parameters{at::Device(at::kCPU)};
    const auto made =
        makeBackbone(BackboneKind::Ffm, parameters, Initialiser(1), "rec.", smallOptions());
    QVERIFY(made.ok());
    const at::Tensor* table = parameters.find("rec.field_embedding.table");
    QVERIFY(table != nullptr);
    QCOMPARE(table->sizes().vec(), (std::vector<std::int64_t>{20, 12}));
    QVERIFY(isIdTable("rec.field_embedding.table"));
    // The vector of field i for field j is multiplied by that of field j for field i.
    const at::Tensor ids = at::tensor({1, 7, 13}, at::kLong).view({1, 3});
    const auto vector = [&](std::int64_t id, std::int64_t other) {
        return table->detach()[id].view({3, 4})[other];
    };
    const at::Tensor pairs =
        vector(1, 1) * vector(7, 0) + vector(1, 2) * vector(13, 0) + vector(7, 2) * vector(13, 1);
    const at::Tensor features = (*made)->features(ids, ForwardMode::evaluation());
    QVERIFY(at::allclose(features[0].slice(0, 1), pairs, 1e-5, 1e-6));
}

void BackboneTest::refusesInvalidOptions_data() {
    QTest::addColumn<BackboneKind>("kind");
    QTest::addColumn<int>("fields");
    QTest::addColumn<RunSpec::Id>("recipe");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* title, BackboneKind kind, int fields,
                        const std::function<void(RunSpec::Id&)>& change, const char* says) {
        RunSpec::Id recipe = smallRecipe();
        change(recipe);
        QTest::newRow(title) << kind << fields << recipe << says;
    };
    const auto same = [](RunSpec::Id&) {};
    row("no field", BackboneKind::Lr, 0, same, "no id field");
    row("one field, but pairs are needed", BackboneKind::FiBiNet, 1, same, "pairs of id fields");
    row(
        "heads that do not divide the attention", BackboneKind::AutoInt, 3,
        [](RunSpec::Id& id) { id.heads = 4; }, "id.attention_dim: is 6, which the 4 heads");
    row(
        "heads that do not divide the last layer", BackboneKind::FinalMlp, 3,
        [](RunSpec::Id& id) { id.heads = 4; }, "id.hidden: ends with 6, which the 4 heads");
    row(
        "unknown field of a gate", BackboneKind::FinalMlp, 3,
        [](RunSpec::Id& id) { id.gateFields = "user; films"; },
        "id.gate_fields: names no id field \"films\"; did you mean \"film\"?");
    const auto ownWidth = [](RunSpec::Id& id) { id.fieldDims = "user = 2"; };
    row("width of a field, lr", BackboneKind::Lr, 3, ownWidth, "id.field_dims: has no effect in");
    row("width of a field, ffm", BackboneKind::Ffm, 3, ownWidth, "id.field_dims: has no effect in");
    row(
        "history without a user field", BackboneKind::Din, 3,
        [](RunSpec::Id& id) { id.historyBy.clear(); }, "id.history_by: names no field");
    row(
        "history without an item field", BackboneKind::Din, 3,
        [](RunSpec::Id& id) { id.historyOf = " ,"; }, "id.history_of: names no field");
    row(
        "history of an unknown field", BackboneKind::Din, 3,
        [](RunSpec::Id& id) { id.historyOf = "films"; },
        "id.history_of: names no id field \"films\"; did you mean \"film\"?");
    row(
        "history of one field twice", BackboneKind::Din, 3,
        [](RunSpec::Id& id) { id.historyOf = "film, genre, film"; }, "names \"film\" twice");
    row(
        "history of two groups", BackboneKind::Din, 3,
        [](RunSpec::Id& id) { id.historyOf = "film; genre"; }, "id.history_of: holds a semicolon");
}

void BackboneTest::refusesInvalidOptions() {
    QFETCH(BackboneKind, kind);
    QFETCH(int, fields);
    QFETCH(RunSpec::Id, recipe);
    QFETCH(QString, says);
    BackboneOptions options = smallOptions(recipe);
    options.fields = fields;
    const auto checked = checkBackbone(kind, options);
    QVERIFY(!checked.ok());
    const QString text = QString::fromStdString(checked.problem().text());
    QVERIFY2(text.contains(says), qPrintable(text));
    Parameters parameters{at::Device(at::kCPU)};
    QVERIFY(!makeBackbone(kind, parameters, Initialiser(1), "", options).ok());
    QVERIFY(parameters.entries().empty());
}

void BackboneTest::theOptionListsExactlyTheRegistry() {
    const Option* option = findOption("id.backbone");
    QVERIFY(option != nullptr);
    std::vector<std::string> names;
    for (const BackboneEntry& entry : backbones()) {
        names.push_back(nameOf(entry));
    }
    QCOMPARE(option->choices, names);
}

QTEST_GUILESS_MAIN(BackboneTest)
#include "backbone_test.moc"

#include "core/model/id/backbone.h"
#include "core/spec/options.h"

#include <QtTest/QtTest>

#include <torch/torch.h>

using namespace flip;

namespace {

BackboneOptions smallOptions() {
    BackboneOptions options;
    options.fields = 3;
    options.ids = 20;
    options.embeddingDim = 4;
    options.hidden = {6, 5};
    options.rank = 2;
    options.initStd = 0.5;
    return options;
}

} // namespace

/// What every backbone of the registry promises.
class BackboneTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsTheInterface_data();
    void keepsTheInterface();
    void aListCountsAsTheMeanOfItsMembers_data();
    void aListCountsAsTheMeanOfItsMembers();
    void listsLearnThroughTheirMembers();
    void theSchemaOffersJustTheRegistry();
    void refusesAnUnknownName();
};

void BackboneTest::keepsTheInterface_data() {
    QTest::addColumn<QString>("name");
    for (const BackboneEntry& entry : backbones()) {
        QTest::newRow(entry.name.c_str()) << QString::fromStdString(entry.name);
    }
}

void BackboneTest::keepsTheInterface() {
    QFETCH(QString, name);
    Parameters parameters{at::Device(at::kCPU)};
    const auto made =
        makeBackbone(name.toStdString(), parameters, Initialiser(1), "rec.", smallOptions());
    QVERIFY(made.ok());
    const Backbone& backbone = **made;
    const ForwardMode mode = ForwardMode::evaluation();
    for (const std::int64_t rows : {0, 1, 7}) {
        const at::Tensor ids = at::arange(rows * 3, at::kLong).remainder(20).view({rows, 3});
        QCOMPARE(backbone.features(ids, mode).sizes().vec(),
                 (std::vector<std::int64_t>{rows, backbone.featureWidth()}));
        QCOMPARE(backbone.logit(ids, mode).sizes().vec(), (std::vector<std::int64_t>{rows}));
    }
    // A row's logit does not depend on its neighbours.
    const at::Tensor ids = at::tensor({1, 7, 13, 2, 8, 14}, at::kLong).view({2, 3});
    const at::Tensor both = backbone.logit(ids, mode);
    const at::Tensor second = backbone.logit(ids.slice(0, 1), mode);
    QVERIFY(at::allclose(both.slice(0, 1), second, 1e-5, 1e-6));
    // Every parameter has a say in the logit.
    both.sum().backward();
    for (const Parameters::Entry& entry : parameters.entries()) {
        QVERIFY2(entry.tensor.grad().defined(), entry.name.c_str());
        QVERIFY2(entry.tensor.grad().abs().sum().item<double>() > 0, entry.name.c_str());
    }
}

void BackboneTest::aListCountsAsTheMeanOfItsMembers_data() {
    keepsTheInterface_data();
}

void BackboneTest::aListCountsAsTheMeanOfItsMembers() {
    QFETCH(QString, name);
    BackboneOptions options = smallOptions();
    // Field 1 holds lists: the 0th is {7}, the 1st {8, 9}, the 2nd {7, 9, 9}.
    options.lists.firstList = {-1, 0, -1};
    options.lists.ends = {0, 1, 3, 6};
    options.lists.members = {7, 8, 9, 7, 9, 9};
    Parameters withLists{at::Device(at::kCPU)};
    Parameters plain{at::Device(at::kCPU)};
    const auto lists =
        makeBackbone(name.toStdString(), withLists, Initialiser(1), "rec.", options);
    const auto single =
        makeBackbone(name.toStdString(), plain, Initialiser(1), "rec.", smallOptions());
    const ForwardMode mode = ForwardMode::evaluation();

    // A list of one is that one; the mask and an id by itself may stand there too.
    const at::Tensor ids = at::tensor({1, 20, 13, 2, 0, 14, 3, 7, 15}, at::kLong).view({3, 3});
    const at::Tensor same = at::tensor({1, 7, 13, 2, 0, 14, 3, 7, 15}, at::kLong).view({3, 3});
    QVERIFY(at::equal((*lists)->logit(ids, mode), (*single)->logit(same, mode)));

    // A list of more is an id whose rows are the mean of theirs.
    const at::NoGradGuard noGradient;
    for (const Parameters::Entry& entry : plain.entries()) {
        if (isIdTable(entry.name)) {
            const at::Tensor table = entry.tensor.detach();
            table[18].copy_((table[8] + table[9]) / 2);
            table[19].copy_((table[7] + 2 * table[9]) / 3);
        }
    }
    const at::Tensor two = at::tensor({1, 21, 13, 2, 22, 14}, at::kLong).view({2, 3});
    const at::Tensor means = at::tensor({1, 18, 13, 2, 19, 14}, at::kLong).view({2, 3});
    QVERIFY(at::allclose((*lists)->logit(two, mode), (*single)->logit(means, mode), 1e-5, 1e-6));
    QCOMPARE((*lists)->features(two.slice(0, 0, 0), mode).size(0), 0);
}

void BackboneTest::listsLearnThroughTheirMembers() {
    BackboneOptions options = smallOptions();
    options.lists.firstList = {-1, 0, -1};
    options.lists.ends = {0, 2};
    options.lists.members = {8, 9};
    Parameters parameters{at::Device(at::kCPU)};
    const auto made = makeBackbone("lr", parameters, Initialiser(1), "rec.", options);
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

void BackboneTest::theSchemaOffersJustTheRegistry() {
    const Option* option = findOption("id.backbone");
    QVERIFY(option != nullptr);
    std::vector<std::string> names;
    for (const BackboneEntry& entry : backbones()) {
        names.push_back(entry.name);
    }
    QCOMPARE(option->choices, names);
}

void BackboneTest::refusesAnUnknownName() {
    Parameters parameters{at::Device(at::kCPU)};
    const auto made = makeBackbone("nothing", parameters, Initialiser(1), "", smallOptions());
    QVERIFY(!made.ok());
    QVERIFY(made.problem().text().find("dcn-mix") != std::string::npos);
}

QTEST_GUILESS_MAIN(BackboneTest)
#include "backbone_test.moc"

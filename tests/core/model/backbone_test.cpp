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

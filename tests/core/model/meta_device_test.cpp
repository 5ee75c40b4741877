#include "core/model/id/backbone.h"
#include "core/train/finetuner.h"
#include "core/train/frozen_sentences.h"
#include "core/train/pretrain_loss.h"
#include "core/train/pretrainer.h"
#include "tests/core/device_watch.h"
#include "tests/core/model/meta_kernels.h"
#include "tests/core/train/loaded_project.h"

#include <QtTest/QtTest>

#include <ATen/CPUGeneratorImpl.h>

#include <numeric>

using namespace flip;
using namespace flip::test;

namespace {

TORCH_LIBRARY_IMPL(aten, Meta, library) {
    for (const char* name :
         {"_prelu_kernel", "_prelu_kernel_backward", "abs", "embedding_dense_backward",
          "index_select", "log_sigmoid_forward", "logical_not", "native_batch_norm",
          "native_batch_norm_backward", "native_layer_norm", "native_layer_norm_backward", "relu",
          "triu_indices", "where.self"}) {
        library.impl(name, torch::CppFunction::makeFromBoxedFunction<&onZeros>());
    }
}

using Assignments = std::vector<std::string>;

/// Assignments that select another code path in a model file.
struct Variant {
    const char* name;
    Assignments more;
};

std::vector<Variant> variants() {
    return {
        {"published",
         {"recipe=published", "pretrain.mask_ratio_table=0.3", "pretrain.mask_ratio_text=0.3"}},
        {"padded", {"text.padding=max"}},
        {"field widths", {"id.field_dims=user=2"}},
        {"hashed ids", {"id.hash_buckets=8"}},
        {"rare ids", {"id.min_count=30"}},
        {"lists of ids", {"data.dataset=lists"}},
        {"lists of ids, field widths", {"data.dataset=lists", "id.field_dims=seen=2"}},
        {"dot product, learned temperature",
         {"pretrain.similarity=dot", "pretrain.temperature_kind=learned"}},
        {"noise of the field", {"pretrain.noise_from=field"}},
        {"single tokens", {"pretrain.mask_unit=token"}},
        {"scaled attention", {"pretrain.attention_scale=width"}},
    };
}

/// The tiny project with an additional dataset that has a list field.
class MetaProject {
public:
    MetaProject() {
        project_.importAs(
            "lists", {}, {},
            "[[field]]\nname = \"seen\"\ncolumn = \"ratings.seen\"\nkind = \"multi\"\n"
            "split = \"|\"\nuse = \"both\"\n");
    }

    RunSpec spec(Assignments more) const {
        Assignments all = {"id.cin_layers=[4, 4]", "id.log_neurons=8", "id.attention_dim=8",
                           "id.history_by=user", "id.history_of=\"movie, genre\""};
        all.insert(all.end(), more.begin(), more.end());
        return project_.spec(all);
    }

    const TinyProject& project() const { return project_; }

private:
    TinyProject project_{100};
};

/// The inputs of a run on the meta device, prepared on the CPU.
struct MetaInputs {
    std::unique_ptr<RunInputs> inputs;
    Batcher batcher;
    std::vector<std::int64_t> rows;

    MetaInputs(const MetaProject& project, const RunSpec& spec)
        : inputs(inputsOf(project.project(), spec)), batcher(inputs->batcher().onDevice(at::kMeta)),
          rows(24) {
        std::iota(rows.begin(), rows.end(), std::int64_t{0});
    }
};

ForwardMode training() {
    return ForwardMode::training(at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{5}));
}

void addVariants() {
    QTest::addColumn<QString>("backbone");
    QTest::addColumn<QStringList>("more");
    for (const BackboneEntry& entry : backbones()) {
        const std::string name(wordOf(entry.kind));
        QTest::newRow(name.c_str()) << QString::fromStdString(name) << QStringList();
    }
    for (const Variant& variant : variants()) {
        QStringList more;
        for (const std::string& assignment : variant.more) {
            more << QString::fromStdString(assignment);
        }
        QTest::newRow(variant.name) << "dcnv2" << more;
    }
}

Assignments fetched(const QString& backbone, const QStringList& more) {
    Assignments all = {"id.backbone=" + backbone.toStdString()};
    for (const QString& assignment : more) {
        all.push_back(assignment.toStdString());
    }
    return all;
}

} // namespace

/// Forward and backward passes with all inputs on the meta device, which has shapes but no data. A
/// pass that reads a number back or uses a host tensor fails: on a GPU the same pass
/// would wait or copy within a step.
class MetaDeviceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pretrainsWithoutReadingFromTheDevice_data() { addVariants(); }
    void pretrainsWithoutReadingFromTheDevice();
    void finetunesWithoutReadingFromTheDevice_data() { addVariants(); }
    void finetunesWithoutReadingFromTheDevice();
    void detectsAHostTensor();

private:
    MetaProject project_;
};

void MetaDeviceTest::pretrainsWithoutReadingFromTheDevice() {
    QFETCH(QString, backbone);
    QFETCH(QStringList, more);
    const RunSpec spec = project_.spec(fetched(backbone, more));
    const MetaInputs on(project_, spec);
    const ModelSizes sizes = on.inputs->sizes();
    auto model = PretrainModel::make(spec, sizes, *on.inputs->config(), at::kMeta);
    QVERIFY(model.ok());
    const Batch batch = on.batcher.load(on.rows);
    const Masks masks = on.batcher.mask(batch, maskPlan(spec, on.batcher),
                                        noiseSamplers(spec, sizes), /*seed=*/1, /*step=*/1);
    HostTensorWatch watch;
    const PretrainLosses losses =
        pretrainLosses(**model, batch, masks, pretrainChoices(spec), training());
    losses.total.backward();
    QVERIFY2(watch.found.empty(), watch.text().c_str());
    for (const Parameters::Entry& parameter : (*model)->parameters.entries()) {
        QVERIFY2(parameter.tensor.is_meta(), parameter.name.c_str());
    }
}

void MetaDeviceTest::finetunesWithoutReadingFromTheDevice() {
    QFETCH(QString, backbone);
    QFETCH(QStringList, more);
    for (const char* branches : {"joint", "id", "text"}) {
        Assignments all = fetched(backbone, more);
        all.insert(all.end(), {"kind=finetune", std::string("finetune.branches=") + branches});
        const RunSpec spec = project_.spec(all);
        const MetaInputs on(project_, spec);
        auto model = FinetuneModel::make(spec, on.inputs->sizes(), on.inputs->config(), at::kMeta);
        QVERIFY(model.ok());
        const Batch batch = on.batcher.load(on.rows);
        HostTensorWatch watch;
        const BranchLogits logits = (*model)->logits(
            batch.ids, (*model)->hasText() ? sentencesOf(batch) : SentenceInput{}, training());
        finetuneLosses(spec, **model, logits, batch.labels, /*scale=*/1.0, /*withTables=*/true)
            .total.backward();
        QVERIFY2(watch.found.empty(), (branches + (": " + watch.text())).c_str());
    }
}

void MetaDeviceTest::detectsAHostTensor() {
    const at::Tensor there = at::ones({2, 2}, at::TensorOptions(at::kFloat).device(at::kMeta));
    HostTensorWatch watch;
    static_cast<void>(at::ones({2}).to(at::kMeta) + there);
    QVERIFY(!watch.found.empty());
}

QTEST_GUILESS_MAIN(MetaDeviceTest)
#include "meta_device_test.moc"

#include "core/train/finetuner.h"
#include "core/train/loss_sums.h"
#include "core/train/pretrainer.h"
#include "tests/core/device_watch.h"
#include "tests/core/train/loaded_project.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flip;
using namespace flip::test;

namespace {

LoopPlan planOf(const RunSpec& spec, const Batcher& batcher) {
    LoopPlan plan;
    plan.rows = batcher.dataset().rowsOf(Split::Train);
    plan.batchSize = spec.finetune.batchSize;
    return plan;
}

} // namespace

/// A step waits for its device only once, when it reads its losses.
class ReadBackTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPretrainingStepReadsBackOnlyLosses();
    void aFinetuningStepReadsBackOnlyLosses_data();
    void aFinetuningStepReadsBackOnlyLosses();
    void aGradientThatIsNotFiniteChangesNothing_data();
    void aGradientThatIsNotFiniteChangesNothing();
    void detectsAReadBack();
    void sumsAndReadsLosses();

private:
    TinyProject project_{100};
};

void ReadBackTest::aPretrainingStepReadsBackOnlyLosses() {
    const RunSpec spec = project_.spec({"id.table_updates=all"});
    const auto inputs = inputsOf(project_, spec);
    auto model = std::move(
        *PretrainModel::make(spec, inputs->sizes(), *inputs->config(), at::Device(at::kCPU)));
    const LoopPlan plan = planOf(spec, inputs->batcher());
    Pretrainer stage(spec, *model, inputs->batcher(), inputs->sizes(), plan,
                     [](const std::stop_token&) { return std::optional<AlignmentMeasured>(); });
    const ReadBackWatch watch;
    QVERIFY(stage.step(std::span(plan.rows).first(24), /*step=*/1, {}).finite);
    // The losses are read from the memory of one tensor, which is not an operation on the CPU.
    QVERIFY2(watch.found.empty(), watch.text().c_str());
}

void ReadBackTest::aFinetuningStepReadsBackOnlyLosses_data() {
    QTest::addColumn<QString>("branches");
    for (const char* branches : {"joint", "id", "text"}) {
        QTest::newRow(branches) << branches;
    }
}

void ReadBackTest::aFinetuningStepReadsBackOnlyLosses() {
    QFETCH(QString, branches);
    const RunSpec spec =
        project_.spec({"kind=finetune", "finetune.branches=" + branches.toStdString(),
                       "id.table_updates=all", "finetune.clip_norm=1"});
    const auto inputs = inputsOf(project_, spec);
    auto model = std::move(
        *FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::Device(at::kCPU)));
    const LoopPlan plan = planOf(spec, inputs->batcher());
    Finetuner stage(spec, *model, inputs->batcher(), plan);
    const ReadBackWatch watch;
    // Two micro-batches, of which only the sum is read.
    QVERIFY(stage.step(std::span(plan.rows).first(48), /*step=*/1, {}).finite);
    QVERIFY2(watch.found.empty(), watch.text().c_str());
}

void ReadBackTest::aGradientThatIsNotFiniteChangesNothing_data() {
    QTest::addColumn<QString>("stage");
    for (const char* stage : {"pretrain", "joint", "id", "text"}) {
        QTest::newRow(stage) << stage;
    }
}

void ReadBackTest::aGradientThatIsNotFiniteChangesNothing() {
    QFETCH(QString, stage);
    const bool pretrains = stage == "pretrain";
    std::vector<std::string> assignments;
    if (!pretrains) {
        assignments = {"kind=finetune", "finetune.branches=" + stage.toStdString()};
    }
    const RunSpec spec = project_.spec(assignments);
    const auto inputs = inputsOf(project_, spec);
    const LoopPlan plan = planOf(spec, inputs->batcher());
    const auto changesNothing = [&](Stage& training, Parameters& parameters) {
        std::vector<at::Tensor> before;
        for (const Parameters::Entry& entry : parameters.entries()) {
            before.push_back(entry.tensor.detach().clone());
        }
        const auto last = std::ranges::find_if(parameters.entries(), [](const auto& entry) {
            return entry.trained && entry.name.ends_with(".bias");
        });
        const auto hook = last->tensor.register_hook(
            [](const at::Tensor& gradient) { return gradient * HUGE_VAL; });
        const Stage::Step done = training.step(std::span(plan.rows).first(48), /*step=*/1, {});
        last->tensor.remove_hook(hook);
        bool same = true;
        for (std::size_t i = 0; i < before.size(); ++i) {
            same = same && at::equal(before[i], parameters.entries()[i].tensor.detach());
        }
        return !done.finite && allFinite(done.losses) && same;
    };
    if (pretrains) {
        auto model = std::move(
            *PretrainModel::make(spec, inputs->sizes(), *inputs->config(), at::Device(at::kCPU)));
        Pretrainer training(
            spec, *model, inputs->batcher(), inputs->sizes(), plan,
            [](const std::stop_token&) { return std::optional<AlignmentMeasured>(); });
        QVERIFY(changesNothing(training, model->parameters));
    } else {
        auto model = std::move(
            *FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::Device(at::kCPU)));
        Finetuner training(spec, *model, inputs->batcher(), plan);
        QVERIFY(changesNothing(training, model->parameters));
    }
}

void ReadBackTest::detectsAReadBack() {
    const ReadBackWatch watch;
    static_cast<void>(at::ones({2}).sum().item<float>());
    QCOMPARE(watch.found.size(), std::size_t{1});
}

void ReadBackTest::sumsAndReadsLosses() {
    LossSums sums;
    QVERIFY(sums.read().losses.empty());
    sums.add("b", at::full({}, 0.1F));
    sums.add("a", at::full({}, 2.5F));
    sums.add("b", at::full({}, 0.2F));
    sums.add("none", {});
    const LossSums::Totals totals = sums.read(at::full({}, 1.5F));
    QCOMPARE(totals.gradientNorm, 1.5);
    QVERIFY(totals.isFinite());
    const auto& read = totals.losses;
    QCOMPARE(read.size(), std::size_t{2});
    QCOMPARE(read.at("a"), 2.5);
    QCOMPARE(read.at("b"), double{0.1F + 0.2F}); // summed as 32-bit numbers
    QVERIFY(allFinite(read));
    QVERIFY(!sums.read(at::full({}, std::numeric_limits<float>::infinity())).isFinite());
    sums.add("a", at::full({}, std::numeric_limits<float>::infinity()));
    QVERIFY(!sums.read().isFinite());
}

QTEST_GUILESS_MAIN(ReadBackTest)
#include "read_back_test.moc"

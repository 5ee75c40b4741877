#include "core/train/finetuner.h"
#include "core/train/loss_sums.h"
#include "core/train/pretrainer.h"
#include "tests/core/device_watch.h"
#include "tests/core/train/loaded_project.h"

#include <QtTest/QtTest>

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

/// A step waits for its device once: when it reads its losses.
class ReadBackTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aStepOfPretrainingReadsNothingElse();
    void aStepOfFinetuningReadsNothingElse_data();
    void aStepOfFinetuningReadsNothingElse();
    void aReadIsSeen();
    void lossesAreReadAsTheyAre();

private:
    TinyProject project_{100};
};

void ReadBackTest::aStepOfPretrainingReadsNothingElse() {
    const RunSpec spec = project_.spec({"id.table_updates=all"});
    const auto inputs = inputsOf(project_, spec);
    auto model = std::move(
        *PretrainModel::make(spec, inputs->sizes(), *inputs->config(), at::Device(at::kCPU)));
    const LoopPlan plan = planOf(spec, inputs->batcher());
    Pretrainer stage(spec, *model, inputs->batcher(), inputs->sizes(), plan,
                     [](const std::stop_token&) { return std::optional<AlignmentMeasured>(); });
    const ReadBackWatch watch;
    QVERIFY(stage.step(std::span(plan.rows).first(24), /*step=*/1, {}).finite);
    // The losses are read from the memory of one tensor, which is no operation on a processor.
    QVERIFY2(watch.found.empty(), watch.text().c_str());
}

void ReadBackTest::aStepOfFinetuningReadsNothingElse_data() {
    QTest::addColumn<QString>("branches");
    for (const char* branches : {"joint", "id", "text"}) {
        QTest::newRow(branches) << branches;
    }
}

void ReadBackTest::aStepOfFinetuningReadsNothingElse() {
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
    // Two parts, of which the sum is read.
    QVERIFY(stage.step(std::span(plan.rows).first(48), /*step=*/1, {}).finite);
    QVERIFY2(watch.found.empty(), watch.text().c_str());
}

void ReadBackTest::aReadIsSeen() {
    const ReadBackWatch watch;
    static_cast<void>(at::ones({2}).sum().item<float>());
    QCOMPARE(watch.found.size(), std::size_t{1});
}

void ReadBackTest::lossesAreReadAsTheyAre() {
    LossSums sums;
    QVERIFY(sums.read().empty());
    sums.add("b", at::full({}, 0.1F));
    sums.add("a", at::full({}, 2.5F));
    sums.add("b", at::full({}, 0.2F));
    sums.add("none", {});
    const auto read = sums.read();
    QCOMPARE(read.size(), std::size_t{2});
    QCOMPARE(read.at("a"), 2.5);
    QCOMPARE(read.at("b"), double{0.1F + 0.2F}); // summed as 32-bit numbers
    QVERIFY(allFinite(read));
    sums.add("a", at::full({}, std::numeric_limits<float>::infinity()));
    QVERIFY(!allFinite(sums.read()));
}

QTEST_GUILESS_MAIN(ReadBackTest)
#include "read_back_test.moc"

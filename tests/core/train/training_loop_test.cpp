#include "core/train/training_loop.h"

#include "core/model/layers.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <set>

using namespace flip;

namespace {

/// A stage with one weight that counts the rows of its steps.
class CountingStage final : public Stage {
public:
    CountingStage()
        : weight_(parameters_.add("w", at::zeros({1}, at::kFloat))),
          optimiser_(parameters_, {{0.0, 0.0}}, [](const std::string&) { return 0; }),
          state_(RunStage::Finetune, parameters_, optimiser_) {}

    Step step(std::span<const std::int64_t> rows, std::int64_t step,
              const std::stop_token&) override {
        if (step == stopWithin) {
            source.request_stop();
            throw PassStopped{};
        }
        seen.emplace_back(rows.begin(), rows.end());
        weight_.detach().add_(static_cast<double>(rows.size()));
        Step done;
        done.losses["total"] = step == divergeAt ? NAN : 1.0;
        done.finite = step != divergeAt && step != gradientNotFiniteAt;
        if (step == notFiniteAt) {
            weight_.detach().fill_(INFINITY);
        }
        if (step == stopAt) {
            source.request_stop();
        }
        return done;
    }
    std::optional<std::vector<Fact>> begin(const std::stop_token&) override {
        ++begun;
        return std::vector<Fact>{};
    }
    std::optional<EpochEnd> endEpoch(std::int64_t epoch, const std::stop_token&) override {
        ++measured;
        EpochEnd end;
        end.endReason = epoch == endAfterEpoch ? "enough" : "";
        return end;
    }
    TrainingState& state() override { return state_; }

    std::vector<std::vector<std::int64_t>> seen;
    std::int64_t divergeAt = -1;
    std::int64_t gradientNotFiniteAt = -1; // the loss is finite, the gradient is not
    std::int64_t notFiniteAt = -1;         // the step leaves a weight that is not finite
    std::int64_t stopAt = -1;
    std::int64_t stopWithin = -1;
    std::int64_t endAfterEpoch = -1;
    int begun = 0;
    int measured = 0; // epochs measured
    std::stop_source source;

private:
    Parameters parameters_{at::Device(at::kCPU)};
    at::Tensor weight_;
    Optimiser optimiser_;
    TrainingState state_;
};

} // namespace

class TrainingLoopTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEveryRowOncePerEpochInANewOrder();
    void endsAtTheRequestedStep_data();
    void endsAtTheRequestedStep();
    void aResumedLoopContinuesInTheSameOrder();
    void divergenceKeepsTheLastFiniteCheckpoint_data();
    void divergenceKeepsTheLastFiniteCheckpoint();
    void failsIfACheckpointCannotBeWritten();

private:
    LoopPlan plan(std::int64_t rows) const {
        LoopPlan plan;
        for (std::int64_t row = 0; row < rows; ++row) {
            plan.rows.push_back(100 + row);
        }
        plan.epochs = 3;
        plan.batchSize = 4;
        plan.seed = 9;
        plan.checkpoint = std::filesystem::path(folder_.path().toStdString()) / "state";
        return plan;
    }
    QTemporaryDir folder_;
};

void TrainingLoopTest::readsEveryRowOncePerEpochInANewOrder() {
    CountingStage stage;
    const LoopEnd end = runTrainingLoop(
        stage, plan(10), [](Fact) {}, stage.source.get_token());
    QVERIFY(end.status == LoopEnd::Status::Finished);
    QCOMPARE(stage.seen.size(), std::size_t(9)); // 3 epochs of 4 + 4 + 2 rows
    std::set<std::vector<std::int64_t>> orders;
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
        std::vector<std::int64_t> rows;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto& batch = stage.seen[epoch * 3 + i];
            rows.insert(rows.end(), batch.begin(), batch.end());
        }
        orders.insert(rows);
        std::sort(rows.begin(), rows.end());
        QCOMPARE(rows, plan(10).rows);
    }
    QCOMPARE(orders.size(), std::size_t(3));
    QCOMPARE(stage.begun, 1);
}

void TrainingLoopTest::endsAtTheRequestedStep_data() {
    QTest::addColumn<int>("maxSteps");
    QTest::addColumn<int>("endAfterEpoch");
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("epochs");
    QTest::newRow("all epochs") << 0 << -1 << 9 << 3;
    QTest::newRow("step limit inside an epoch") << 5 << -1 << 5 << 2;
    QTest::newRow("step limit at an epoch's end") << 6 << -1 << 6 << 2;
    QTest::newRow("step limit beyond the end") << 50 << -1 << 9 << 3;
    QTest::newRow("early stop") << 0 << 2 << 6 << 2;
}

void TrainingLoopTest::endsAtTheRequestedStep() {
    QFETCH(int, maxSteps);
    QFETCH(int, endAfterEpoch);
    QFETCH(int, steps);
    QFETCH(int, epochs);
    CountingStage stage;
    stage.endAfterEpoch = endAfterEpoch;
    LoopPlan limited = plan(10);
    limited.maxSteps = maxSteps;
    int closed = 0;
    const LoopEnd end = runTrainingLoop(
        stage, limited,
        [&](Fact fact) { closed += std::holds_alternative<EpochDone>(fact) ? 1 : 0; },
        stage.source.get_token());
    QVERIFY(end.status == LoopEnd::Status::Finished);
    QCOMPARE(stage.seen.size(), static_cast<std::size_t>(steps));
    QCOMPARE(closed, epochs);
    QCOMPARE(end.reason.empty(), endAfterEpoch < 0);
}

void TrainingLoopTest::aResumedLoopContinuesInTheSameOrder() {
    CountingStage whole;
    (void)runTrainingLoop(
        whole, plan(10), [](Fact) {}, whole.source.get_token());
    for (std::int64_t cut = 0; cut < 18; ++cut) {
        CountingStage first;
        (cut < 9 ? first.stopAt : first.stopWithin) = cut % 9; // after a step, or within one
        const LoopEnd stopped = runTrainingLoop(
            first, plan(10), [](Fact) {}, first.source.get_token());
        QVERIFY(stopped.status == LoopEnd::Status::Stopped);
        CountingStage second;
        QVERIFY(second.state().load(plan(10).checkpoint).ok());
        const LoopEnd end = runTrainingLoop(
            second, plan(10), [](Fact) {}, second.source.get_token());
        QVERIFY(end.status == LoopEnd::Status::Finished);
        auto seen = first.seen;
        seen.insert(seen.end(), second.seen.begin(), second.seen.end());
        QCOMPARE(seen, whole.seen);
        QCOMPARE(second.begun, 0); // the facts before the first step are not reported again
    }
}

void TrainingLoopTest::divergenceKeepsTheLastFiniteCheckpoint_data() {
    QTest::addColumn<int>("diverge");
    QTest::addColumn<int>("gradientNotFinite");
    QTest::addColumn<int>("notFinite");
    QTest::addColumn<int>("stop");
    QTest::addColumn<QString>("reason");
    QTest::newRow("loss")
        << 4 << -1 << -1 << -1
        << "the loss of step 5 of finetune is not finite; lower the learning rate";
    QTest::newRow("gradient") << -1 << 4 << -1 << -1
                              << "the gradient of step 5 of finetune is not finite; lower the "
                                 "learning rate";
    QTest::newRow("weights, at an epoch's end")
        << -1 << -1 << 5 << -1
        << "after step 6 of finetune, w holds numbers that are not finite; lower the learning rate";
    QTest::newRow("weights, at a stop")
        << -1 << -1 << 4 << 4
        << "after step 5 of finetune, w holds numbers that are not finite; lower the learning rate";
}

void TrainingLoopTest::divergenceKeepsTheLastFiniteCheckpoint() {
    QFETCH(int, diverge);
    QFETCH(int, gradientNotFinite);
    QFETCH(int, notFinite);
    QFETCH(int, stop);
    QFETCH(QString, reason);
    CountingStage stage;
    stage.divergeAt = diverge;
    stage.gradientNotFiniteAt = gradientNotFinite;
    stage.notFiniteAt = notFinite;
    stage.stopAt = stop;
    const LoopEnd end = runTrainingLoop(
        stage, plan(10), [](Fact) {}, stage.source.get_token());
    QVERIFY(end.status == LoopEnd::Status::Diverged);
    QCOMPARE(QString::fromStdString(end.reason), reason);
    QCOMPARE(stage.measured, 1); // no epoch is measured with such weights
    CountingStage kept;
    QVERIFY(kept.state().load(plan(10).checkpoint).ok());
    QCOMPARE(kept.state().progress.step, std::int64_t{3}); // the end of the first epoch
}

void TrainingLoopTest::failsIfACheckpointCannotBeWritten() {
    CountingStage stage;
    LoopPlan unwritable = plan(10);
    unwritable.checkpoint =
        unwritable.checkpoint.parent_path() / "no" / "such" / "folder" / "state";
    const LoopEnd end = runTrainingLoop(
        stage, unwritable, [](Fact) {}, stage.source.get_token());
    QVERIFY(end.status == LoopEnd::Status::Failed);
    QVERIFY(end.problem.has_value());
}

QTEST_GUILESS_MAIN(TrainingLoopTest)
#include "training_loop_test.moc"

#include "ui/models/curve_model.h"

#include "tests/ui/sample_events.h"
#include "ui/models/plot_choice.h"

#include <QSignalSpy>
#include <QtTest>

#include <limits>

using namespace flip;
using namespace flip::ui;

namespace {

RunEvent step(int number, double loss, RunStage stage = RunStage::Pretrain, double wall = 0) {
    return {wall, StepDone{stage, number, 1, 128, 0.5, 1e-4, {{"icl", loss}}}};
}

SeriesKey icl(const std::string& run = "a") {
    return {run, RunStage::Pretrain, Quantity::Loss, "icl"};
}

std::vector<double> values(const CurveModel& model, const SeriesKey& key) {
    std::vector<double> result;
    for (const CurvePoint& point : model.points(key)) {
        result.push_back(point.value);
    }
    return result;
}

std::map<std::string, std::vector<CurvePoint>> content(const CurveModel& model,
                                                       const std::string& run) {
    std::map<std::string, std::vector<CurvePoint>> result;
    for (const SeriesKey& key : model.series(run)) {
        const auto points = model.points(key);
        result[std::string(wordOf(key.stage)) + '/' +
               std::to_string(static_cast<int>(key.quantity)) + '/' + key.term] = {points.begin(),
                                                                                   points.end()};
    }
    return result;
}

} // namespace

class CurveModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void chunksOfAnySizeGiveTheSameCurves_data() {
        QTest::addColumn<int>("size");
        QTest::newRow("one by one") << 1;
        QTest::newRow("seven") << 7;
        QTest::newRow("thousands") << 5000;
    }
    void chunksOfAnySizeGiveTheSameCurves() {
        QFETCH(int, size);
        auto events = test::pretrainingFacts("a", 200, 4);
        const auto tuning = test::finetuningFacts("a", 3, 0.77, 2, 20);
        events.insert(events.end(), tuning.begin() + 1, tuning.end());
        CurveModel whole;
        whole.take("a", events);
        CurveModel parts;
        const std::span<const RunEvent> all(events);
        for (std::size_t at = 0; at < all.size(); at += static_cast<std::size_t>(size)) {
            parts.take("a", all.subspan(at, std::min<std::size_t>(static_cast<std::size_t>(size),
                                                                  all.size() - at)));
        }
        QCOMPARE(content(parts, "a"), content(whole, "a"));
        QCOMPARE(whole.points(icl()).size(), std::size_t(200));
    }

    void signalsWhichSeriesGrewAndFromWhere() {
        CurveModel model;
        model.take("a", std::vector{step(1, 5), step(2, 4)});
        QSignalSpy spy(&model, &CurveModel::changed);
        model.take("a", std::vector{step(3, 3), step(4, 2)});
        QCOMPARE(spy.count(), 1);
        const auto changes = spy[0][0].value<std::vector<SeriesChange>>();
        const std::vector<SeriesChange> expected{
            {icl(), 2},
            {{"a", RunStage::Pretrain, Quantity::Throughput, ""}, 2},
            {{"a", RunStage::Pretrain, Quantity::LearningRate, ""}, 2}};
        QCOMPARE(changes.size(), expected.size());
        QVERIFY(changes == expected);
    }

    void factsWithoutPointsSignalNothing() {
        CurveModel model;
        QSignalSpy spy(&model, &CurveModel::changed);
        model.take("a", std::vector<RunEvent>{{0, LogLine{"info", "hello"}},
                                              {0, CheckpointSaved{RunStage::Pretrain, 1, "x", 1}}});
        QCOMPARE(spy.count(), 0);
    }

    void aRepeatedStepRemovesLaterPoints() {
        CurveModel model;
        model.take("a", std::vector{step(1, 5), step(2, 4), step(3, 3)});
        model.take("a",
                   std::vector<RunEvent>{
                       {0, StepDone{RunStage::Finetune, 1, 1, 64, 0.5, 1e-3, {{"joint", 0.7}}}}});
        QSignalSpy spy(&model, &CurveModel::changed);
        model.take("a", std::vector{step(2, 40), step(3, 30)});
        QCOMPARE(values(model, icl()), (std::vector<double>{5, 40, 30}));
        QVERIFY(model.points({"a", RunStage::Finetune, Quantity::Loss, "joint"}).empty());
        QCOMPARE(model.points(icl())[2].samples, 3.0 * 128);
        const auto changes = spy[0][0].value<std::vector<SeriesChange>>();
        QVERIFY(std::find(changes.begin(), changes.end(), SeriesChange{icl(), 1}) != changes.end());
        QVERIFY(std::find(changes.begin(), changes.end(),
                          SeriesChange{{"a", RunStage::Finetune, Quantity::Loss, "joint"}, 0}) !=
                changes.end());
    }

    void aRepeatedEpochReplacesItsPoint() {
        CurveModel model;
        const auto end = [](int epoch, double auc) {
            return RunEvent{0, EpochDone{RunStage::Finetune,
                                         epoch,
                                         epoch * 10,
                                         1,
                                         {{"", Metrics{auc, 0.6, 10, 5}}},
                                         false,
                                         {}}};
        };
        model.take("a", std::vector{end(1, 0.6), end(2, 0.7)});
        model.take("a", std::vector{end(2, 0.71)});
        QCOMPARE(values(model, {"a", RunStage::Finetune, Quantity::Auc, ""}),
                 (std::vector<double>{0.6, 0.71}));
    }

    void countsStepsEpochsSamplesAndSeconds() {
        CurveModel model;
        model.take("a", std::vector<RunEvent>{{0, StageStarted{RunStage::Pretrain, 2, 4, 8}},
                                              step(1, 5, RunStage::Pretrain, 0.5),
                                              step(2, 5, RunStage::Pretrain, 1.5)});
        const CurvePoint point = model.points(icl())[1];
        QCOMPARE(point.at(CurveX::Step), 2.0);
        QCOMPARE(point.at(CurveX::Epoch), 0.5);
        QCOMPARE(point.at(CurveX::Samples), 256.0);
        QCOMPARE(point.at(CurveX::Seconds), 1.5);
        QCOMPARE(values(model, {"a", RunStage::Pretrain, Quantity::Throughput, ""}),
                 (std::vector<double>{256, 256}));
    }

    void anUndefinedAucIsAGapNotAZero() {
        CurveModel model;
        model.take("a",
                   std::vector<RunEvent>{{0, EpochDone{RunStage::Finetune,
                                                       1,
                                                       10,
                                                       1,
                                                       {{"", Metrics{std::nullopt, 0.6, 10, 0}}},
                                                       false,
                                                       {}}}});
        QVERIFY(model.points({"a", RunStage::Finetune, Quantity::Auc, ""}).empty());
        QCOMPARE(model.points({"a", RunStage::Finetune, Quantity::LogLoss, ""}).size(),
                 std::size_t(1));
    }

    void runsDoNotMixAndCanBeForgotten() {
        CurveModel model;
        model.take("a", std::vector{step(1, 5)});
        model.take("b", std::vector{step(1, 6), step(2, 7)});
        model.forget("a");
        QVERIFY(!model.knows("a"));
        QCOMPARE(values(model, icl("b")), (std::vector<double>{6, 7}));
    }

    void theBestPointIsTheFirstBestFiniteOne() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const std::vector<CurvePoint> points{
            {.value = nan}, {.value = 2}, {.value = 5}, {.value = 5}, {.value = 1}};
        QCOMPARE(bestPoint(points, true), std::optional<std::size_t>(2));
        QCOMPARE(bestPoint(points, false), std::optional<std::size_t>(4));
        QVERIFY(!bestPoint(std::span(points).first(1), true));
    }

    void validationIsNeverSmoothed() {
        CurveModel model;
        model.take("a", test::finetuningFacts("a", 3));
        for (const PlotChoice& plot : plotsOf(model, "a", RunStage::Finetune)) {
            const Quantity quantity = plot.lines.front().key.quantity;
            const bool validation = quantity == Quantity::Auc || quantity == Quantity::LogLoss;
            QCOMPARE(plot.smoothed, !validation);
            QVERIFY(!plot.valueLabel.isEmpty());
        }
    }
};

QTEST_GUILESS_MAIN(CurveModelTest)
#include "curve_model_test.moc"

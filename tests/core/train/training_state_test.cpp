#include "core/train/training_state.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>

using namespace flip;

namespace {

/// A model with one weight and one running statistic, with its optimiser.
struct Small {
    Small()
        : weight(parameters.add("w", at::ones({2}, at::kFloat))),
          statistic(parameters.addBuffer("s", at::zeros({2}, at::kFloat))),
          optimiser(parameters, {{0.1, 0.5}}, [](const std::string&) { return 0; }),
          state(RunStage::Finetune, parameters, optimiser) {}

    void step(double moved) {
        (weight * weight).sum().backward();
        optimiser.step(1);
        parameters.clearGradients();
        statistic.add_(moved);
    }

    Parameters parameters{at::Device(at::kCPU)};
    at::Tensor weight;
    at::Tensor statistic;
    Optimiser optimiser;
    TrainingState state;
};

} // namespace

/// Checkpoints and the best epoch keep weights and running statistics.
class TrainingStateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void restoresTheStatisticsOfTheBestEpoch() {
        Small small;
        small.step(0.25);
        small.state.keepBest();
        const at::Tensor weight = small.weight.detach().clone();
        small.step(4);
        small.state.restoreBest();
        QVERIFY(at::equal(small.weight.detach(), weight));
        QVERIFY(at::equal(small.statistic, at::full({2}, 0.25)));
    }

    void checkpointsHoldWeightsStatisticsAndTheBestEpoch() {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "state";
        Small first;
        first.step(0.25);
        first.state.keepBest();
        first.step(0.5);
        QVERIFY(first.state.save(file).ok());
        Small second;
        QVERIFY(second.state.load(file).ok());
        QVERIFY(at::equal(second.weight.detach(), first.weight.detach()));
        QVERIFY(at::equal(second.statistic, at::full({2}, 0.75)));
        first.step(0);
        second.step(0); // the restored optimiser continues alike
        QVERIFY(at::equal(second.weight.detach(), first.weight.detach()));
        second.state.restoreBest();
        QVERIFY(at::equal(second.statistic, at::full({2}, 0.25)));
    }

    void refusesCheckpointsThatAreNotFinite_data() {
        QTest::addColumn<QString>("place");
        for (const char* place : {"w", "s", "square/w"}) {
            QTest::newRow(place) << place;
        }
    }

    void refusesCheckpointsThatAreNotFinite() {
        QFETCH(QString, place);
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "state";
        Small broken;
        broken.step(1);
        QCOMPARE(broken.state.firstNotFinite(), std::string());
        const at::Tensor damaged = place == "w"   ? broken.weight.detach()
                                   : place == "s" ? broken.statistic
                                                  : broken.optimiser.state().at("square/w");
        damaged[1] = place == "s" ? NAN : INFINITY;
        QCOMPARE(QString::fromStdString(broken.state.firstNotFinite()), place);
        QVERIFY(broken.state.save(file).ok());
        Small second;
        const auto loaded = second.state.load(file);
        QVERIFY(!loaded.ok());
        QCOMPARE(loaded.problem().where, file.string());
        QCOMPARE(QString::fromStdString(loaded.problem().what),
                 "holds numbers that are not finite, in " + place +
                     ": the run had diverged; start it again with a lower learning rate");
    }

    void theOptimiserDoesNotChangeStatistics() {
        Small small;
        small.step(0.25); // with weight decay
        QVERIFY(at::equal(small.statistic, at::full({2}, 0.25)));
        for (const auto& [name, tensor] : small.optimiser.state()) {
            QVERIFY2(!name.ends_with("/s"), name.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TrainingStateTest)
#include "training_state_test.moc"

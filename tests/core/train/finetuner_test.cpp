#include "core/train/finetuner.h"
#include "tests/core/train/loaded_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

using namespace flip;
using namespace flip::test;

namespace {

/// The losses of some steps, and the running statistics after them.
struct Trajectory {
    std::vector<std::map<std::string, double>> losses;
    std::map<std::string, at::Tensor> statistics;
};

Trajectory trainSteps(const TinyProject& project, const std::vector<std::string>& recipe,
                      int microBatch) {
    std::vector<std::string> assignments{"kind=finetune",
                                         "finetune.branches=joint",
                                         "id.dropout=0",
                                         "plm.dropout=0",
                                         "finetune.unknown_rate=0",
                                         "finetune.learning_rate=1e-4",
                                         "finetune.text_learning_rate=1e-5",
                                         "finetune.micro_batch=" + std::to_string(microBatch)};
    assignments.insert(assignments.end(), recipe.begin(), recipe.end());
    const RunSpec spec = project.spec(assignments);
    const auto inputs = inputsOf(project, spec);
    auto model = std::move(
        *FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::Device(at::kCPU)));
    loadText(*inputs, model->parameters);
    LoopPlan plan;
    plan.rows = inputs->dataset().rowsOf(Split::Train);
    plan.batchSize = 48;
    Finetuner stage(spec, *model, inputs->batcher(), plan);
    Trajectory trajectory;
    for (std::size_t step = 0; step < 3; ++step) {
        const auto rows = std::span(plan.rows).subspan(48 * step, 48);
        trajectory.losses.push_back(stage.step(rows, static_cast<std::int64_t>(step), {}).losses);
    }
    for (const Parameters::Entry& entry : model->parameters.entries()) {
        if (!entry.trained) {
            trajectory.statistics[entry.name] = entry.tensor.clone();
        }
    }
    return trajectory;
}

} // namespace

class FinetunerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void doesNotDependOnTheMicroBatchSize_data() {
        QTest::addColumn<QStringList>("recipe");
        QTest::newRow("batch norm") << QStringList{"id.backbone=afn", "id.log_neurons=8"};
        QTest::newRow("batch norm, lazy updates")
            << QStringList{"id.backbone=afn", "id.log_neurons=8", "id.table_updates=touched"};
        QTest::newRow("no batch norm") << QStringList{"id.backbone=deepfm"};
        QTest::newRow("frozen ids")
            << QStringList{"id.backbone=afn", "id.log_neurons=8", "finetune.id_rate=0"};
        QTest::newRow("the published recipe")
            << QStringList{"id.backbone=afn", "id.log_neurons=8", "recipe=published"};
    }

    /// Micro-batches of 1, 5 and all 48 rows. The sums are the same in another order: relative
    /// differences of 1e-5 in the first step, and of 1e-4 after steps with slightly different
    /// gradients.
    void doesNotDependOnTheMicroBatchSize() {
        QFETCH(QStringList, recipe);
        std::vector<std::string> assignments;
        for (const QString& assignment : recipe) {
            assignments.push_back(assignment.toStdString());
        }
        const Trajectory whole = trainSteps(project_, assignments, 48);
        for (const int microBatch : {1, 5}) {
            const Trajectory parts = trainSteps(project_, assignments, microBatch);
            for (std::size_t step = 0; step < whole.losses.size(); ++step) {
                const double tolerance = step == 0 ? 1e-5 : 1e-4;
                for (const auto& [name, loss] : whole.losses[step]) {
                    const double difference = std::abs(parts.losses[step].at(name) - loss);
                    QVERIFY2(difference <= tolerance * std::abs(loss),
                             qPrintable(QString("step %1, %2: %3 and %4")
                                            .arg(step)
                                            .arg(QString::fromStdString(name))
                                            .arg(loss)
                                            .arg(parts.losses[step].at(name))));
                }
            }
            for (const auto& [name, statistic] : whole.statistics) {
                QVERIFY2(at::allclose(parts.statistics.at(name), statistic, 1e-3, 1e-5),
                         name.c_str());
            }
        }
    }

private:
    TinyProject project_{240};
};

QTEST_GUILESS_MAIN(FinetunerTest)
#include "finetuner_test.moc"

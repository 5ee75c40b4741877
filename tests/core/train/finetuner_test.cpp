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

/// What some steps tell, and the running statistics after them.
struct Walk {
    std::vector<std::map<std::string, double>> losses;
    std::map<std::string, at::Tensor> statistics;
};

Walk walk(const TinyProject& project, const std::vector<std::string>& recipe, int microBatch) {
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
    Walk walked;
    for (std::size_t step = 0; step < 3; ++step) {
        const auto rows = std::span(plan.rows).subspan(48 * step, 48);
        walked.losses.push_back(stage.step(rows, static_cast<std::int64_t>(step), {}).losses);
    }
    for (const Parameters::Entry& entry : model->parameters.entries()) {
        if (!entry.trained) {
            walked.statistics[entry.name] = entry.tensor.clone();
        }
    }
    return walked;
}

} // namespace

class FinetunerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aStepIsTheSameHoweverManyRowsAreReadAtOnce_data() {
        QTest::addColumn<QStringList>("recipe");
        QTest::newRow("batch norm") << QStringList{"id.backbone=afn", "id.log_neurons=8"};
        QTest::newRow("batch norm, rows by themselves")
            << QStringList{"id.backbone=afn", "id.log_neurons=8", "id.table_updates=touched"};
        QTest::newRow("no batch norm") << QStringList{"id.backbone=deepfm"};
        QTest::newRow("ids as they are")
            << QStringList{"id.backbone=afn", "id.log_neurons=8", "finetune.id_rate=0"};
        QTest::newRow("the published recipe")
            << QStringList{"id.backbone=afn", "id.log_neurons=8", "recipe=published"};
    }

    /// Parts of 1, 5 and all 48 rows. The same sums in another order: 1e-5 of a loss after one
    /// step, 1e-4 after steps along gradients that differ so.
    void aStepIsTheSameHoweverManyRowsAreReadAtOnce() {
        QFETCH(QStringList, recipe);
        std::vector<std::string> assignments;
        for (const QString& assignment : recipe) {
            assignments.push_back(assignment.toStdString());
        }
        const Walk whole = walk(project_, assignments, 48);
        for (const int microBatch : {1, 5}) {
            const Walk parts = walk(project_, assignments, microBatch);
            for (std::size_t step = 0; step < whole.losses.size(); ++step) {
                const double tolerance = step == 0 ? 1e-5 : 1e-4;
                for (const auto& [name, loss] : whole.losses[step]) {
                    const double apart = std::abs(parts.losses[step].at(name) - loss);
                    QVERIFY2(apart <= tolerance * std::abs(loss),
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

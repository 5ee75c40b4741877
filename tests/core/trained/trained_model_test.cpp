#include "core/trained/trained_model.h"

#include "core/explain/field_alignment.h"
#include "core/store/predictions.h"
#include "core/train/evaluator.h"
#include "core/train/finetuner.h"
#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

using namespace flip;
using namespace flip::test;

namespace {

/// Trains to the end, or throws.
std::vector<RunEvent> train(const TinyProject& project, const std::string& name,
                            const std::vector<std::string>& assignments) {
    Listener listener;
    const RunEnded ended =
        executeRun(project.spec(assignments), project.workspace(), name, listener, {});
    if (ended.status != RunStatus::Finished) {
        throw std::runtime_error(ended.problem ? ended.problem->text() : "not finished");
    }
    return listener.events;
}

std::unique_ptr<TrainedModel> open(const TinyProject& project, const std::string& run,
                                   const std::string& checkpoint = {}) {
    auto opened = TrainedModel::open(run, checkpoint, project.workspace());
    if (!opened) {
        throw std::runtime_error(opened.problem().text());
    }
    if (const auto ready = (*opened)->prepare(); !ready) {
        throw std::runtime_error(ready.problem().text());
    }
    return std::move(*opened);
}

Predictions predicted(const TrainedModel& trained, Split split) {
    const FinetuneModel& model = *trained.clickModel();
    return *predict(model, trained.inputs().batcher(), trained.inputs().dataset().rowsOf(split),
                    evaluationBatch(model), {});
}

std::vector<EpochDone> epochsOf(const std::vector<RunEvent>& events, RunStage stage) {
    std::vector<EpochDone> epochs;
    for (const RunEvent& event : events) {
        const auto* done = std::get_if<EpochDone>(&event.fact);
        if (done != nullptr && done->stage == stage) {
            epochs.push_back(*done);
        }
    }
    return epochs;
}

double distance(const AlignmentMeasured& left, const AlignmentMeasured& right) {
    double worst = left.share.size() == right.share.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(left.share.size(), right.share.size()); ++i) {
        worst = std::max(worst, std::abs(left.share[i] - right.share[i]));
    }
    return worst;
}

AlignmentMeasured alignmentOf(const TrainedModel& trained, std::int64_t count) {
    const auto model = trained.alignmentModel();
    if (!model) {
        throw std::runtime_error(model.problem().text());
    }
    std::vector<std::int64_t> rows = trained.inputs().dataset().rowsOf(Split::Valid);
    rows.resize(static_cast<std::size_t>(count));
    return *measureAlignment(**model, trained.inputs().batcher(), rows, 64, false, {});
}

} // namespace

/// A stored run opened as a model gives the numbers that it has stored.
class TrainedModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reproducesTheStoredPredictions_data();
    void reproducesTheStoredPredictions();
    void opensEveryCheckpoint();
    void keepsTheRequestedWeights_data();
    void keepsTheRequestedWeights();
    void reproducesTheAlignmentOfPretraining();
    void finetuningKeepsTheAlignmentHead_data();
    void finetuningKeepsTheAlignmentHead();
    void listsTheExistingCheckpoints();
    void refusesChangedInputs();
};

void TrainedModelTest::reproducesTheStoredPredictions_data() {
    QTest::addColumn<QStringList>("assignments");
    QTest::newRow("joint") << QStringList{"kind=flip", "pretrain.epochs=1", "finetune.epochs=2"};
    QTest::newRow("ids first") << QStringList{"kind=finetune", "finetune.branches=joint",
                                              "finetune.id_epochs=2", "finetune.epochs=1"};
    QTest::newRow("ids") << QStringList{"kind=finetune", "finetune.branches=id"};
    QTest::newRow("text") << QStringList{"kind=finetune", "finetune.branches=text",
                                         "finetune.epochs=1"};
    QTest::newRow("history") << QStringList{"kind=finetune", "finetune.branches=id",
                                            "id.backbone=din", "id.history_by=user",
                                            "id.history_of=movie"};
}

void TrainedModelTest::reproducesTheStoredPredictions() {
    QFETCH(QStringList, assignments);
    const TinyProject project;
    std::vector<std::string> all;
    for (const QString& assignment : assignments) {
        all.push_back(assignment.toStdString());
    }
    train(project, "r", all);
    const auto trained = open(project, "r");
    const auto stored = predictionsOf(project.workspace(), "r");
    QVERIFY(stored.ok());
    Predictions both = predicted(*trained, Split::Valid);
    const Predictions test = predicted(*trained, Split::Test);
    const auto append = [](auto& to, const auto& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    append(both.rows, test.rows);
    append(both.logit, test.logit);
    append(both.idLogit, test.idLogit);
    append(both.textLogit, test.textLogit);
    QVERIFY(both.rows == stored->rowIndex);
    QVERIFY(both.logit == stored->logit); // bit for bit, since the batches are the same
    QVERIFY(both.idLogit == stored->idLogit);
    QVERIFY(both.textLogit == stored->textLogit);
}

void TrainedModelTest::opensEveryCheckpoint() {
    const TinyProject project;
    const auto events = train(project, "r",
                              {"kind=flip", "pretrain.epochs=2", "finetune.epochs=2",
                               "finetune.id_epochs=2", "checkpoints=each-epoch"});
    auto store = RunStore::open(project.workspace());
    std::set<std::string> names;
    for (const Checkpoint& one : checkpointsOf(*store->find("r"), project.workspace())) {
        names.insert(one.name);
        QVERIFY(one.bytes > 0);
        const auto trained = open(project, "r", one.name);
        QVERIFY(trained->checkpoint().stage == one.stage);
        if (one.stage == RunStage::Pretrain) {
            QVERIFY(trained->clickModel() == nullptr);
            QVERIFY(trained->alignmentModel().ok());
            continue;
        }
        // The validation rows give the metrics in the facts of that epoch.
        std::vector<EpochDone> epochs = epochsOf(events, one.stage);
        const EpochDone* stored = nullptr;
        for (const EpochDone& epoch : epochs) {
            if (one.epoch == epoch.epoch || (one.epoch == 0 && epoch.best)) {
                stored = &epoch;
            }
        }
        QVERIFY2(stored != nullptr, one.name.c_str());
        const BranchMetrics measured = measureBranches(predicted(*trained, Split::Valid));
        // The loop mixes the branches in 64 bits, the model in 32.
        QVERIFY(std::abs(measured.at("").logLoss - stored->valid.at("").logLoss) < 1e-6);
        QVERIFY(std::abs(*measured.at("").auc - *stored->valid.at("").auc) < 1e-6);
    }
    const std::set<std::string> all{"final",      "pretrained",    "ids",
                                    "pretrain-1", "pretrain-2",    "finetune-id-1",
                                    "finetune-1", "finetune-id-2", "finetune-2"};
    QVERIFY(names == all);
}

void TrainedModelTest::keepsTheRequestedWeights_data() {
    QTest::addColumn<QString>("checkpoints");
    QTest::addColumn<QStringList>("names");
    QTest::newRow("best") << "best" << QStringList{"final"};
    QTest::newRow("last") << "last" << QStringList{"final", "finetune-3"};
    QTest::newRow("each epoch") << "each-epoch"
                                << QStringList{"final", "finetune-1", "finetune-2", "finetune-3"};
}

void TrainedModelTest::keepsTheRequestedWeights() {
    QFETCH(QString, checkpoints);
    QFETCH(QStringList, names);
    const TinyProject project;
    train(project, "r",
          {"kind=finetune", "finetune.branches=id", "finetune.patience=0",
           "checkpoints=" + checkpoints.toStdString()});
    auto store = RunStore::open(project.workspace());
    QStringList found;
    for (const Checkpoint& one : checkpointsOf(*store->find("r"), project.workspace())) {
        found << QString::fromStdString(one.name);
    }
    QCOMPARE(found, names);
}

void TrainedModelTest::reproducesTheAlignmentOfPretraining() {
    const TinyProject project;
    const auto events = train(project, "p",
                              {"kind=pretrain", "pretrain.epochs=2", "checkpoints=each-epoch",
                               "pretrain.alignment_rows=48"}); // all rows of validation
    std::vector<AlignmentMeasured> stored;
    for (const RunEvent& event : events) {
        if (const auto* measured = std::get_if<AlignmentMeasured>(&event.fact)) {
            stored.push_back(*measured);
        }
    }
    const auto rows = open(project, "p")->inputs().dataset().splitRows(Split::Valid);
    QCOMPARE(rows, std::int64_t{48});
    // The rows come in another order, so sums round differently.
    QVERIFY(distance(alignmentOf(*open(project, "p"), rows), stored.back()) < 1e-5);
    QVERIFY(distance(alignmentOf(*open(project, "p", "pretrain-2"), rows), stored.back()) < 1e-5);
    QVERIFY(distance(alignmentOf(*open(project, "p", "pretrain-1"), rows), stored.back()) > 1e-4);
}

void TrainedModelTest::finetuningKeepsTheAlignmentHead_data() {
    QTest::addColumn<bool>("inOneRun");
    QTest::newRow("in one run") << true;
    QTest::newRow("from another run") << false;
}

void TrainedModelTest::finetuningKeepsTheAlignmentHead() {
    QFETCH(bool, inOneRun);
    const TinyProject project;
    // This finetuning changes nothing that alignment is measured with.
    const std::vector<std::string> still{"finetune.branches=joint", "finetune.epochs=1",
                                         "finetune.text_encoder=frozen", "finetune.id_rate=0"};
    std::vector<std::string> joint = still;
    if (inOneRun) {
        joint.insert(joint.end(), {"kind=flip", "pretrain.epochs=1", "pretrain.field_dim=8"});
    } else {
        train(project, "p", {"kind=pretrain", "pretrain.epochs=1", "pretrain.field_dim=8"});
        joint.insert(joint.end(), {"kind=finetune", "finetune.from=p"});
    }
    train(project, "r", joint);
    const auto before =
        alignmentOf(*(inOneRun ? open(project, "r", "pretrained") : open(project, "p")), 40);
    QVERIFY(distance(alignmentOf(*open(project, "r"), 40), before) < 1e-6);

    // A run that reads only text does not keep it.
    train(project, "t",
          {"kind=finetune", "finetune.branches=text", "finetune.epochs=1", "finetune.from=r"});
    const auto none = open(project, "t")->alignmentModel();
    QVERIFY(!none.ok());
    QVERIFY(none.problem().what.find("has no head") != std::string::npos);
}

void TrainedModelTest::listsTheExistingCheckpoints() {
    const TinyProject project;
    train(project, "r", {"kind=finetune", "finetune.branches=id", "finetune.epochs=1"});
    const auto opened = TrainedModel::open("r", "finetune-7", project.workspace());
    QVERIFY(!opened.ok());
    QCOMPARE(QString::fromStdString(opened.problem().text()),
             QString("r: has no checkpoint \"finetune-7\"; its checkpoints are: final"));

    Listener listener(RunStage::Finetune, 2);
    executeRun(project.spec({"kind=finetune", "finetune.branches=id"}), project.workspace(), "s",
               listener, listener.stop.get_token());
    const auto early = TrainedModel::open("s", "", project.workspace());
    QVERIFY(!early.ok());
    QCOMPARE(QString::fromStdString(early.problem().text()),
             QString("s: has no final weights, it is stopped; resume it with 'flip run --resume'"));
}

void TrainedModelTest::refusesChangedInputs() {
    const TinyProject project;
    train(project, "r", {"kind=finetune", "finetune.branches=id", "finetune.epochs=1"});
    std::filesystem::remove_all(project.workspace().dataset("tiny"));
    SplitPlan other;
    other.seed = 2;
    project.importAs("tiny", {}, other);
    const auto opened = TrainedModel::open("r", "", project.workspace());
    QVERIFY(!opened.ok());
    QVERIFY(opened.problem().what.find("has changed since this run") != std::string::npos);
}

QTEST_GUILESS_MAIN(TrainedModelTest)
#include "trained_model_test.moc"

#include "tests/core/run/same_runs.h"
#include "tests/core/run/tiny_project.h"

#include "core/store/predictions.h"

#include <QtTest/QtTest>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

using namespace flip;
using namespace flip::test;

/// A run from its spec to its stored end, on a real dataset and a real, if tiny, language model.
class RunFlowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void replayedRunEqualsLiveRun();
    void reportsStagesStepsEpochsAndAlignmentInOrder();
    void idsLearnAnExclusiveOr_data();
    void idsLearnAnExclusiveOr();
    void aResumedRunEqualsAnUninterruptedOne_data();
    void aResumedRunEqualsAnUninterruptedOne();
    void lazyUpdatesGiveTheSameRun_data();
    void lazyUpdatesGiveTheSameRun();
    void stopsBeforeTheNextStepAndKeepsACheckpoint();
    void theSameSpecGivesTheSameNumbers();
    void anotherSeedGivesOtherNumbers();
    void finetuningStartsFromAnotherRunsWeights();
    void aJointRunThatTrainsItsIdsFirstStartsFromATextRun();
    void mixingWeightsFitTheValidationRows();
    void storedPredictionsGiveTheStoredMetrics();
    void thePublishedRecipeRuns();
    void anOmittedLossIsNotTrained();
    void paddingAndSeparatePassesChangeOnlyRounding();
    void unseenRowsIncludeThoseWithRareIds_data();
    void unseenRowsIncludeThoseWithRareIds();
};

void RunFlowTest::replayedRunEqualsLiveRun() {
    TinyProject project;
    Listener listener;
    const RunEnded ended =
        executeRun(project.spec(), project.workspace(), "", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Finished);
    auto store = RunStore::open(project.workspace());
    QVERIFY(store.ok());
    Listener history;
    QVERIFY(store->replay(listener.run(), history).ok());
    QCOMPARE(history.events.size(), listener.events.size());
    for (std::size_t i = 0; i < listener.events.size(); ++i) {
        QCOMPARE(toJson(history.events[i]), toJson(listener.events[i]));
    }
    const auto summary = store->find(listener.run());
    QVERIFY(summary.ok());
    QCOMPARE(summary->status, RunStatus::Finished);
    QCOMPARE(resultJson("x", summary->end), resultJson("x", ended));
}

void RunFlowTest::reportsStagesStepsEpochsAndAlignmentInOrder() {
    TinyProject project;
    Listener listener;
    const RunEnded ended = executeRun(project.spec(), project.workspace(), "named", listener,
                                      listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Finished);
    QCOMPARE(listener.run(), std::string("named"));
    const auto stages = listener.all<StageStarted>();
    QCOMPARE(stages.size(), std::size_t(2));
    QCOMPARE(stages[0].stage, RunStage::Pretrain);
    QCOMPARE(stages[0].stepsPerEpoch, std::int64_t(6)); // 384 training rows by 64
    QCOMPARE(stages[0].totalSteps, std::int64_t(12));
    QCOMPARE(stages[1].stage, RunStage::Finetune);
    std::map<RunStage, std::int64_t> steps;
    for (const StepDone& done : listener.all<StepDone>()) {
        QCOMPARE(done.step, ++steps[done.stage]);
        QVERIFY(std::isfinite(done.losses.at("total")));
        const auto names = done.stage == RunStage::Pretrain
                               ? std::vector<std::string>{"icl", "mfm", "mlm"}
                               : std::vector<std::string>{"joint", "id", "text", "tables"};
        double sum = 0;
        for (const std::string& name : names) {
            sum += done.losses.at(name);
        }
        // The total is summed in 32 bits.
        QVERIFY(std::abs(sum - done.losses.at("total")) < 1e-4 * std::abs(sum));
    }
    const auto maps = listener.all<AlignmentMeasured>();
    QCOMPARE(maps.size(), std::size_t(3)); // before the first step and after both epochs
    for (std::size_t i = 0; i < maps.size(); ++i) {
        QCOMPARE(maps[i].epoch, static_cast<std::int64_t>(i));
        const std::vector<std::string> fields{"user", "gender", "movie", "genre"};
        QCOMPARE(maps[i].masked, fields);
        QCOMPARE(maps[i].words, fields);
        QCOMPARE(maps[i].share.size(), std::size_t(16));
        for (std::size_t row = 0; row < 4; ++row) {
            double sum = 0;
            for (std::size_t column = 0; column < 4; ++column) {
                const double share = maps[i].share[row * 4 + column];
                QVERIFY(share >= 0 && share <= 1);
                sum += share;
            }
            QVERIFY(std::abs(sum - 1) < 1e-9);
            // The template's words and the special tokens have the rest.
            QVERIFY(maps[i].toFields.at(row) > 0 && maps[i].toFields.at(row) < 1);
        }
        QVERIFY(maps[i].score > 0 && maps[i].score < 1);
    }
}

void RunFlowTest::idsLearnAnExclusiveOr_data() {
    QTest::addColumn<QString>("backbone");
    QTest::addColumn<bool>("canLearn");
    QTest::newRow("lr has no interactions") << "lr" << false;
    QTest::newRow("fm") << "fm" << true;
    QTest::newRow("deepfm") << "deepfm" << true;
    QTest::newRow("dcnv2") << "dcnv2" << true;
    QTest::newRow("dcn-mix") << "dcn-mix" << true;
}

void RunFlowTest::idsLearnAnExclusiveOr() {
    QFETCH(QString, backbone);
    QFETCH(bool, canLearn);
    TinyProject project;
    Listener listener;
    const RunSpec spec = project.spec({"kind=finetune", "finetune.branches=id",
                                       "id.backbone=" + backbone.toStdString(), "id.dropout=0.0",
                                       "finetune.epochs=40", "finetune.learning_rate=0.02",
                                       "finetune.patience=40", "finetune.plateau_factor=1.0"});
    const RunEnded ended =
        executeRun(spec, project.workspace(), "", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Finished);
    const double auc = ended.metrics.at("test").at("").auc.value();
    // 5 % of the labels are flipped, so the best possible is about .95; 48 test rows.
    QVERIFY2(canLearn ? auc > 0.85 : auc < 0.75, qPrintable(QString::number(auc)));
}

void RunFlowTest::aResumedRunEqualsAnUninterruptedOne_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("branches");
    QTest::addColumn<QString>("stage");
    QTest::addColumn<int>("step");
    QTest::addColumn<QStringList>("more");
    const auto row = [](const char* name, const char* kind, const char* branches, const char* stage,
                        int step, const QStringList& more = {}) {
        QTest::newRow(name) << kind << branches << stage << step << more;
    };
    row("pretraining, inside an epoch", "flip", "joint", "pretrain", 3);
    row("pretraining, at an epoch's end", "flip", "joint", "pretrain", 6);
    row("pretraining, at its last step", "flip", "joint", "pretrain", 12);
    row("joint finetuning, first step", "flip", "joint", "finetune", 1);
    row("joint finetuning, second epoch", "flip", "joint", "finetune", 8);
    row("id finetuning", "finetune", "id", "finetune", 7);
    row("text finetuning", "finetune", "text", "finetune", 12);
    const QStringList statistics{"id.backbone=afn", "id.log_neurons=8"};
    row("running statistics, pretraining", "flip", "joint", "pretrain", 3, statistics);
    row("running statistics, id finetuning", "finetune", "id", "finetune", 8, statistics);
    const QStringList alone{"finetune.id_epochs=2", "finetune.unknown_fields=*",
                            "pretrain.temperature_kind=learned", "id.table_updates=touched"};
    row("id model alone, after pretraining", "flip", "joint", "finetune-id", 9, alone);
    row("id model alone, last step", "finetune", "joint", "finetune-id", 12, alone);
    row("joint finetuning after the id model alone", "finetune", "joint", "finetune", 2, alone);
    const QStringList history{"id.backbone=din", "id.history_by=user", "id.history_of=movie",
                              "finetune.unknown_fields=*"};
    row("a history, pretraining", "flip", "joint", "pretrain", 3, history);
    row("a history, id finetuning", "finetune", "id", "finetune", 8, history);
    row("a frozen language model", "finetune", "joint", "finetune", 8,
        {"finetune.text_encoder=frozen", "plm.pooling=mean"});
    row("masked tokens and a decaying rate", "finetune", "joint", "finetune", 8,
        {"finetune.mask_ratio_text=0.3", "finetune.schedule=cosine-step", "finetune.id_epochs=1"});
    row("two towers", "finetune", "text", "finetune", 8,
        {"text.item_template={movie} {genre}", "finetune.text_head=tanh"});
    // Small batches, so that steps skip rows.
    const QStringList small{"finetune.batch_size=8", "finetune.epochs=1"};
    row("ids, all rows in each step", "finetune", "id", "finetune", 21,
        small + QStringList{"id.table_updates=all"});
    row("ids, touched rows with L2 and decay", "finetune", "id", "finetune", 21,
        small + QStringList{"id.table_updates=touched", "finetune.weight_decay=0.1",
                            "finetune.embedding_l2=1e-3"});
    row("ids, adagrad, hashed rows and a narrow field", "finetune", "id", "finetune", 21,
        small + QStringList{"finetune.table_optimiser=adagrad", "id.table_updates=touched",
                            "id.hash_buckets=6", "id.min_count=2", "id.field_dims=gender=2"});
}

void RunFlowTest::aResumedRunEqualsAnUninterruptedOne() {
    QFETCH(QString, kind);
    QFETCH(QString, branches);
    QFETCH(QString, stage);
    QFETCH(int, step);
    QFETCH(QStringList, more);
    const TinyProject project;
    std::vector<std::string> assignments{"kind=" + kind.toStdString(),
                                         "finetune.branches=" + branches.toStdString(),
                                         "finetune.patience=1"};
    for (const QString& assignment : more) {
        assignments.push_back(assignment.toStdString());
    }
    const QString difference = resumedRunDiffers(
        project, project.spec(assignments), choiceOf<RunStage>(stage.toStdString()).value(), step);
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
}

void RunFlowTest::lazyUpdatesGiveTheSameRun_data() {
    QTest::addColumn<QStringList>("options");
    QTest::newRow("pretrained, joint") << QStringList{"kind=flip"};
    QTest::newRow("ids") << QStringList{"kind=finetune", "finetune.branches=id",
                                        "finetune.embedding_l2=1e-2", "finetune.batch_size=8"};
    QTest::newRow("ids, adagrad") << QStringList{"kind=finetune", "finetune.branches=id",
                                                 "finetune.table_optimiser=adagrad",
                                                 "finetune.batch_size=8"};
    QTest::newRow("field-aware ids") << QStringList{"kind=finetune", "finetune.branches=id",
                                                    "id.backbone=ffm", "finetune.batch_size=8"};
    // One epoch: logarithms of numbers near 0 magnify a rounding from step to step.
    QTest::newRow("ids with running statistics")
        << QStringList{"kind=finetune",    "finetune.branches=id",  "id.backbone=afn",
                       "id.log_neurons=8", "finetune.batch_size=8", "finetune.epochs=1"};
    // The unknown ids are not among the ids of the rows.
    QTest::newRow("ids with ID dropout")
        << QStringList{"kind=finetune", "finetune.branches=id", "finetune.unknown_fields=*",
                       "finetune.batch_size=8"};
    QTest::newRow("a history") << QStringList{
        "kind=finetune",        "finetune.branches=id",           "id.backbone=din",
        "id.history_by=user",   "id.history_of=\"movie, genre\"", "finetune.unknown_fields=*",
        "finetune.batch_size=8"};
    QTest::newRow("a history, pretrained, a narrower field")
        << QStringList{"kind=flip",           "id.backbone=din",       "id.history_by=user",
                       "id.history_of=movie", "id.field_dims=movie=3", "id.hash_buckets=6"};
    QTest::newRow("noise of a field, shared rows")
        << QStringList{"kind=flip", "pretrain.noise_from=field", "id.min_count=2",
                       "id.hash_buckets=4", "pretrain.batch_size=16"};
    QTest::newRow("id model alone, then frozen")
        << QStringList{"kind=finetune", "finetune.branches=joint", "finetune.id_epochs=1",
                       "finetune.id_rate=0", "finetune.batch_size=16"};
}

void RunFlowTest::lazyUpdatesGiveTheSameRun() {
    QFETCH(QStringList, options);
    const QString difference = lazyUpdatesDiffer(TinyProject(), options);
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
}

void RunFlowTest::stopsBeforeTheNextStepAndKeepsACheckpoint() {
    TinyProject project;
    Listener listener(RunStage::Pretrain, 4);
    const RunEnded ended =
        executeRun(project.spec(), project.workspace(), "", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Stopped);
    QCOMPARE(listener.all<StepDone>().size(), std::size_t(4));
    const auto saved = listener.all<CheckpointSaved>();
    QVERIFY(!saved.empty());
    QCOMPARE(saved.back().step, std::int64_t(4));
    QVERIFY(std::filesystem::exists(project.workspace().checkpoints(listener.run()) /
                                    saved.back().file));
}

void RunFlowTest::theSameSpecGivesTheSameNumbers() {
    TinyProject project;
    Listener a;
    Listener b;
    (void)executeRun(project.spec(), project.workspace(), "a", a, a.stop.get_token());
    (void)executeRun(project.spec(), project.workspace(), "b", b, b.stop.get_token());
    QVERIFY2(numbersOf(a) == numbersOf(b), qPrintable(firstDifference(numbersOf(a), numbersOf(b))));
}

void RunFlowTest::anotherSeedGivesOtherNumbers() {
    TinyProject project;
    Listener a;
    Listener b;
    (void)executeRun(project.spec(), project.workspace(), "a", a, a.stop.get_token());
    (void)executeRun(project.spec({"seed=2"}), project.workspace(), "b", b, b.stop.get_token());
    QVERIFY(numbersOf(a).front() != numbersOf(b).front());
    QVERIFY(a.all<StepDone>().front().losses.at("total") !=
            b.all<StepDone>().front().losses.at("total"));
}

void RunFlowTest::finetuningStartsFromAnotherRunsWeights() {
    TinyProject project;
    const Workspace workspace = project.workspace();
    Listener parent;
    QCOMPARE(executeRun(project.spec({"kind=pretrain"}), workspace, "parent", parent,
                        parent.stop.get_token())
                 .status,
             RunStatus::Finished);
    Listener fresh;
    Listener child;
    const std::vector<std::string> joint = {"kind=finetune", "finetune.branches=joint"};
    auto fromParent = joint;
    fromParent.emplace_back("finetune.from=parent");
    (void)executeRun(project.spec(joint), workspace, "fresh", fresh, fresh.stop.get_token());
    QCOMPARE(executeRun(project.spec(fromParent), workspace, "child", child, child.stop.get_token())
                 .status,
             RunStatus::Finished);
    QVERIFY(fresh.all<StepDone>().front().losses.at("total") !=
            child.all<StepDone>().front().losses.at("total"));
    // One run of kind "flip" gives the same result as the two.
    Listener both;
    (void)executeRun(project.spec(), workspace, "both", both, both.stop.get_token());
    QVERIFY(content(workspace.checkpoints("both") / "weights.safetensors") ==
            content(workspace.checkpoints("child") / "weights.safetensors"));
}

void RunFlowTest::aJointRunThatTrainsItsIdsFirstStartsFromATextRun() {
    TinyProject project;
    const auto run = [&](const char* name, std::vector<std::string> assignments) {
        assignments.insert(assignments.end(), {"kind=finetune", "finetune.epochs=1"});
        Listener listener;
        return executeRun(project.spec(assignments), project.workspace(), name, listener,
                          listener.stop.get_token());
    };
    QCOMPARE(run("words", {"finetune.branches=text"}).status, RunStatus::Finished);
    const RunEnded ended = run("both", {"finetune.from=words", "finetune.id_epochs=1"});
    QVERIFY2(ended.status == RunStatus::Finished,
             ended.problem ? ended.problem->text().c_str() : "");
}

void RunFlowTest::mixingWeightsFitTheValidationRows() {
    TinyProject project;
    std::map<std::string, double> logLoss;
    std::map<std::string, double> alpha;
    for (const std::string from : {"training", "validation"}) {
        Listener listener;
        const RunEnded ended = executeRun(
            project.spec({"kind=finetune", "finetune.epochs=1", "finetune.mixing_from=" + from}),
            project.workspace(), from, listener, listener.stop.get_token());
        QCOMPARE(ended.status, RunStatus::Finished);
        logLoss[from] = ended.metrics.at("valid").at("").logLoss;
        alpha[from] = listener.all<EpochDone>().back().state.at("alpha");
        // The stored weights mix as the fact of the epoch states, up to float against double.
        QVERIFY(std::abs(listener.all<EpochDone>().back().valid.at("").logLoss - logLoss[from]) <
                1e-5);
    }
    QVERIFY(alpha["training"] != alpha["validation"]);
    QVERIFY(logLoss["validation"] < logLoss["training"]);
}

void RunFlowTest::storedPredictionsGiveTheStoredMetrics() {
    TinyProject project;
    Listener listener;
    const RunEnded ended =
        executeRun(project.spec(), project.workspace(), "", listener, listener.stop.get_token());
    const auto stored = loadPredictions(project.workspace().checkpoints(listener.run()) /
                                        "predictions.safetensors");
    QVERIFY(stored.ok());
    double sum = 0;
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < stored->logit.size(); ++i) {
        if (stored->split[i] == static_cast<std::uint8_t>(Split::Test)) {
            const double p = 1.0 / (1.0 + std::exp(-stored->logit[i]));
            sum -= std::log(stored->label[i] != 0 ? p : 1.0 - p);
            ++rows;
        }
    }
    const Metrics& test = ended.metrics.at("test").at("");
    QCOMPARE(rows, test.rows);
    // Both are sums of doubles in different orders.
    QVERIFY(std::abs(sum / static_cast<double>(rows) - test.logLoss) < 1e-9);
    QCOMPARE(stored->idLogit.size(), stored->logit.size());
    QVERIFY(ended.metrics.at("test").contains("id") && ended.metrics.at("test").contains("text"));
}

void RunFlowTest::thePublishedRecipeRuns() {
    TinyProject project;
    Listener listener;
    const RunEnded ended =
        executeRun(project.spec({"recipe=published", "pretrain.epochs=1", "finetune.epochs=1",
                                 "pretrain.mask_ratio_table=0.3", "pretrain.mask_ratio_text=0.3"}),
                   project.workspace(), "", listener, listener.stop.get_token());
    QVERIFY2(ended.status == RunStatus::Finished, ended.problem
                                                      ? ended.problem->text().c_str()
                                                      : std::string(wordOf(ended.status)).c_str());
}

void RunFlowTest::anOmittedLossIsNotTrained() {
    TinyProject project;
    Listener listener;
    const RunEnded ended =
        executeRun(project.spec({"kind=pretrain", "pretrain.losses=[\"icl\", \"mlm\"]"}),
                   project.workspace(), "", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Finished);
    QVERIFY(!listener.all<StepDone>().front().losses.contains("mfm"));
    QVERIFY(listener.all<AlignmentMeasured>().empty());
}

void RunFlowTest::paddingAndSeparatePassesChangeOnlyRounding() {
    // Without dropout, warm-up, clipping and decay, padding and separate passes change nothing but
    // the order of sums.
    TinyProject project;
    const std::vector<std::string> plain = {"kind=pretrain",
                                            "pretrain.epochs=1",
                                            "plm.dropout=0.0",
                                            "id.dropout=0.0",
                                            "pretrain.token_dropout=0.0",
                                            "pretrain.projection_dropout=0.0",
                                            "pretrain.warmup=0.0",
                                            "pretrain.clip_norm=0.0",
                                            "pretrain.decay=all",
                                            "pretrain.schedule=cosine-epoch",
                                            "pretrain.field_attention=tokens"};
    auto slow = plain;
    slow.insert(slow.end(),
                {"text.padding=max", "pretrain.clean_pass=separate", "pretrain.token_head=all"});
    // The packed layout sorts the rows of a batch, padding does not: with one row per batch both
    // draw the same masks for the same row.
    Listener a;
    Listener b;
    auto one = plain;
    one.insert(one.end(), {"pretrain.batch_size=1", "pretrain.max_steps=8"});
    slow.insert(slow.end(), {"pretrain.batch_size=1", "pretrain.max_steps=8"});
    (void)executeRun(project.spec(one), project.workspace(), "", a, a.stop.get_token());
    (void)executeRun(project.spec(slow), project.workspace(), "", b, b.stop.get_token());
    const auto packed = a.all<StepDone>();
    const auto padded = b.all<StepDone>();
    QCOMPARE(packed.size(), std::size_t(8));
    QCOMPARE(padded.size(), packed.size());
    for (std::size_t i = 0; i < packed.size(); ++i) {
        for (const auto& [name, loss] : packed[i].losses) {
            // 32-bit sums in another order, compounded over eight steps.
            QVERIFY2(std::abs(loss - padded[i].losses.at(name)) < 2e-4 * (1 + std::abs(loss)),
                     name.c_str());
        }
    }
}

void RunFlowTest::unseenRowsIncludeThoseWithRareIds_data() {
    QTest::addColumn<QString>("branches");
    for (const char* branches : {"id", "text", "joint"}) {
        QTest::newRow(branches) << branches;
    }
}

void RunFlowTest::unseenRowsIncludeThoseWithRareIds() {
    QFETCH(QString, branches);
    constexpr std::int64_t kMinCount = 8; // of the training rows, 96 for 12 users
    TinyProject project(120);
    const auto dataset = Dataset::open(project.workspace().dataset("tiny"));
    QVERIFY(dataset.ok());
    const auto counts = dataset->trainingCounts();
    std::int64_t unseen = 0;
    for (const std::int64_t row : dataset->rowsOf(Split::Test)) {
        unseen += std::ranges::any_of(dataset->idFields(), [&](int field) {
            const auto code = dataset->codes(field)[static_cast<std::size_t>(row)];
            const auto id = static_cast<std::size_t>(dataset->idOfCode(field)[code]);
            return counts[id] < kMinCount;
        });
    }
    QVERIFY(unseen > 0 && unseen < dataset->splitRows(Split::Test));
    Listener listener;
    const RunEnded ended =
        executeRun(project.spec({"kind=finetune", "finetune.branches=" + branches.toStdString(),
                                 "finetune.epochs=1", "id.min_count=" + std::to_string(kMinCount)}),
                   project.workspace(), "", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Finished);
    QVERIFY(ended.metrics.contains("test_unseen"));
    QCOMPARE(ended.metrics.at("test_unseen").at("").rows, unseen);
}

QTEST_GUILESS_MAIN(RunFlowTest)
#include "run_flow_test.moc"

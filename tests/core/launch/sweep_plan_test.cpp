#include "core/launch/sweep_result.h"

#include "tests/core/spec/random_spec.h"

#include <QtTest/QtTest>

#include <nlohmann/json.hpp>

using namespace flip;

namespace {

SweepRequest requestOf(const std::vector<const char*>& grids,
                       std::vector<std::int64_t> seeds = {}) {
    SweepRequest request{.seeds = std::move(seeds)};
    SweepExperiment experiment{.name = "tiny"};
    experiment.draft.set("data.dataset", "tiny");
    experiment.draft.set("kind", "finetune");
    experiment.draft.set("finetune.branches", "id");
    request.experiments.push_back(experiment);
    for (const char* grid : grids) {
        request.axes.push_back(*readGridAxis(grid));
    }
    return request;
}

SweepRun endedRun(double validAuc, double testAuc = 0.5) {
    SweepRun run{.name = "r", .status = RunStatus::Finished, .epochs = 3};
    run.end.metrics["valid"][""] = {.auc = validAuc, .logLoss = 1 - validAuc};
    run.end.metrics["test"][""] = {.auc = testAuc, .logLoss = 0.5};
    return run;
}

RunSummary storedRun(const std::string& name, RunStatus status, const RunSpec& spec) {
    RunSummary run{.name = name, .status = status, .datasetHash = "h", .seed = spec.seed};
    run.spec = spec;
    return run;
}

/// A search of three combinations, all finished: "1", "2" and "3" epochs.
SweepResult searched(std::vector<std::int64_t> seeds = {}) {
    SweepResult result{.request = requestOf({"finetune.epochs=1,2,3"}, std::move(seeds))};
    result.combinations = *expandGrid(result.request);
    result.runs.assign(3, std::vector<SweepRun>(result.combinations[0].specs.size()));
    return result;
}

} // namespace

/// What a sweep tries, reuses from the store, and chooses.
class SweepPlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void splitsValuesOutsideBracketsAndQuotes_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QStringList>("values");
        QTest::newRow("numbers") << "id.dropout=0, 0.1" << QStringList{"0", "0.1"};
        QTest::newRow("lists") << "id.hidden=[8, 4],[16]" << QStringList{"[8, 4]", "[16]"};
        QTest::newRow("words") << "id.backbone=lr,fm" << QStringList{"lr", "fm"};
        QTest::newRow("quoted") << "finetune.unknown_fields=\"a, b\",\"\""
                                << QStringList{"\"a, b\"", "\"\""};
    }
    void splitsValuesOutsideBracketsAndQuotes() {
        QFETCH(QString, word);
        QFETCH(QStringList, values);
        const auto axis = readGridAxis(word.toStdString());
        QVERIFY(axis.ok());
        QStringList found;
        for (const std::string& value : axis->values) {
            found << QString::fromStdString(value);
        }
        QCOMPARE(found, values);
    }

    void refusesAnInvalidGrid_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("says");
        QTest::newRow("no values") << "id.dropout"
                                   << "has no values";
        QTest::newRow("empty") << "id.dropout="
                               << "has no values";
        QTest::newRow("empty value") << "id.dropout=0,,1"
                                     << "empty value";
        QTest::newRow("twice") << "id.dropout=0,0"
                               << "0 twice";
        QTest::newRow("unknown") << "id.dropot=0"
                                 << "did you mean 'id.dropout'";
        QTest::newRow("seed") << "seed=1,2"
                              << "--seeds";
    }
    void refusesAnInvalidGrid() {
        QFETCH(QString, word);
        QFETCH(QString, says);
        const auto axis = readGridAxis(word.toStdString());
        QVERIFY(!axis.ok());
        QVERIFY2(QString::fromStdString(axis.problem().text()).contains(says),
                 axis.problem().text().c_str());
    }

    void readsSeeds() {
        QCOMPARE(*readSeeds("3, 1,2"), (std::vector<std::int64_t>{3, 1, 2}));
        for (const char* wrong : {"", "1,", "one", "-1", "1.5", "1,1"}) {
            QVERIFY2(!readSeeds(wrong).ok(), wrong);
        }
    }

    void expandsEveryCombinationWithEverySeed() {
        const auto all = expandGrid(
            requestOf({"id.backbone=lr,fm", "finetune.embedding_l2=0,1e-5,1e-4"}, {5, 6}));
        QVERIFY2(all.ok(), all.ok() ? "" : all.problem().text().c_str());
        QCOMPARE(all->size(), std::size_t(6));
        QCOMPARE(all->at(1).text(), std::string("id.backbone=lr, finetune.embedding_l2=1e-5"));
        QVERIFY(all->at(5).specs[1].id.backbone == BackboneKind::Fm);
        QCOMPARE(all->at(5).specs[1].finetune.embeddingL2, 1e-4);
        QCOMPARE(all->at(5).specs[0].seed, std::int64_t(5));
        QCOMPARE(all->at(5).specs[1].seed, std::int64_t(6));
    }

    void givesOneCombinationWithoutAGrid() {
        QCOMPARE(expandGrid(requestOf({}))->size(), std::size_t(1));
    }

    void setsThreadsUnlessGiven() {
        SweepRequest request = requestOf({});
        request.threads = 2;
        QCOMPARE(expandGrid(request)->at(0).specs[0].threads, std::int64_t(2));
        request.assignments = {"threads=1"};
        QCOMPARE(expandGrid(request)->at(0).specs[0].threads, std::int64_t(1));
    }

    void refusesContradictions_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("says");
        QTest::newRow("set and grid") << 0 << "--set: 'id.dropout' is in --grid too";
        QTest::newRow("set and seeds") << 1 << "--set: 'seed' is given by --seeds too";
        QTest::newRow("chosen by test") << 2 << "--choose-on: 'test.auc'";
        QTest::newRow("missing branch") << 3 << "tiny: has no separate branches";
        QTest::newRow("only pretraining") << 4 << "tiny: only pretrains";
        QTest::newRow("one recipe twice")
            << 5 << "tiny with id.dropout=0.0: is the same recipe as tiny with id.dropout=0";
        QTest::newRow("not read")
            << 8
            << "tiny with finetune.text_learning_rate=0.2: is the same recipe "
               "as tiny with finetune.text_learning_rate=0.1";
        QTest::newRow("out of range") << 6 << "--grid: id.dropout";
        QTest::newRow("axis twice") << 7 << "'id.dropout' is given twice";
        QTest::newRow("too many") << 9 << "more than";
    }
    void refusesContradictions() {
        QFETCH(int, which);
        QFETCH(QString, says);
        SweepRequest request = requestOf({"id.dropout=0,0.1"}, {1});
        switch (which) {
        case 0:
            request.assignments = {"id.dropout=0.5"};
            break;
        case 1:
            request.assignments = {"seed=2"};
            break;
        case 2:
            request.chooseOn = *readMetricName("test.auc", "");
            break;
        case 3:
            request.chooseOn = *readMetricName("valid.id.auc", "");
            break;
        case 4:
            request.experiments[0].draft.set("kind", "pretrain");
            break;
        case 5:
            request.axes = {*readGridAxis("id.dropout=0,0.0")};
            break;
        case 6:
            request.axes = {*readGridAxis("id.dropout=-1")};
            break;
        case 7:
            request.axes.push_back(request.axes[0]);
            break;
        case 8: // the experiment trains only the id branch
            request.axes = {*readGridAxis("finetune.text_learning_rate=0.1,0.2")};
            break;
        default:
            request.axes = {{"id.dropout", std::vector<std::string>(1000, "0")},
                            {"id.init_std", std::vector<std::string>(1000, "1")}};
        }
        const auto all = expandGrid(request);
        QVERIFY(!all.ok());
        const QString problem = QString::fromStdString(all.problem().text());
        QVERIFY2(problem.contains(says), qPrintable(problem));
    }

    void findsStoredRunsByTheirRecipe() {
        const RunSpec spec = defaultSpec();
        RunSpec other = spec;
        other.id.dropout = 0.5;
        const std::vector<RunSummary> runs{storedRun("stopped", RunStatus::Stopped, spec),
                                           storedRun("finished", RunStatus::Finished, spec),
                                           storedRun("older", RunStatus::Finished, spec),
                                           storedRun("other", RunStatus::Finished, other)};
        const RunIdentity inputs{.dataset = "h", .languageModel = "w"};
        QCOMPARE(storedRunOf(spec, inputs, runs)->name, std::string("finished"));
        QCOMPARE(storedRunOf(spec, inputs, {runs[0]}) != nullptr, true);
        QVERIFY(storedRunOf(spec, {.dataset = "another content"}, runs) == nullptr);
        other.seed = 2;
        QVERIFY(storedRunOf(other, inputs, runs) == nullptr);
        RunSpec elsewhere = spec;
        elsewhere.threads = 7;
        elsewhere.device = "cuda:1";
        QCOMPARE(storedRunOf(elsewhere, inputs, runs)->name, std::string("finished"));
        std::vector<RunSummary> otherWeights{runs[1]};
        otherWeights[0].identity.languageModel = "other";
        QVERIFY(storedRunOf(spec, inputs, otherWeights) == nullptr);
    }

    void continuesAfterTheLastNumber() {
        const RunSpec spec = defaultSpec();
        QCOMPARE(firstFreeNumber("s", {}), std::int64_t(1));
        QCOMPARE(firstFreeNumber("s", {storedRun("s-004", RunStatus::Finished, spec),
                                       storedRun("t-009", RunStatus::Finished, spec),
                                       storedRun("s-002", RunStatus::Stopped, spec)}),
                 std::int64_t(5));
    }

    void choosesByValidationAndNeverByTest() {
        SweepResult result = searched();
        result.runs = {{endedRun(0.7, 0.9)}, {endedRun(0.8, 0.1)}, {endedRun(0.8, 0.9)}};
        QCOMPARE(result.chosen(0), std::optional<std::size_t>(1)); // the first of equals
        result.request.chooseOn = *readMetricName("valid.logloss", "");
        QCOMPARE(result.chosen(0), std::optional<std::size_t>(1));
    }

    void searchesWithTheFirstSeedUnlessAllAreRequested() {
        SweepResult result = searched({1, 2});
        result.runs = {{endedRun(0.75), endedRun(0.75)},
                       {endedRun(0.8), endedRun(0.5)},
                       {endedRun(0.6), endedRun(0.95)}};
        QCOMPARE(result.chosen(0), std::optional<std::size_t>(1));
        result.request.allSeeds = true;
        QCOMPARE(result.chosen(0), std::optional<std::size_t>(2));
        result.runs[2][1].status = RunStatus::Failed; // not all seeds finished
        QCOMPARE(result.chosen(0), std::optional<std::size_t>(0));
    }

    void showsFailedRunsButDoesNotChooseThem() {
        SweepResult result = searched();
        result.runs = {{endedRun(0.7)}, {endedRun(0.9)}, {endedRun(0.6)}};
        result.runs[1][0].status = RunStatus::Diverged;
        QCOMPARE(result.chosen(0), std::optional<std::size_t>(0));
        const QString table = QString::fromStdString(describeSweep(result));
        QVERIFY2(table.contains("| diverged |") && table.count("| chosen ") == 1,
                 qPrintable(table));
        result.runs[0][0].status = result.runs[2][0].status = RunStatus::Failed;
        QVERIFY(!result.chosen(0).has_value());
        QVERIFY(nlohmann::json::parse(sweepAsJson(result))["experiments"].size() == 1);
    }

    void reportsTestMetricsOnlyOfTheChosen() {
        SweepResult result = searched({1, 2});
        result.runs = {
            {endedRun(0.7), {}}, {endedRun(0.9, 0.25), endedRun(0.8, 0.75)}, {endedRun(0.6), {}}};
        const QString table = QString::fromStdString(describeSweep(result));
        QVERIFY2(table.contains("| 1 2   | 0.8500 ± 0.0707 | 0.5000 ± 0.3536 |"),
                 qPrintable(table));
        const auto json = nlohmann::json::parse(sweepAsJson(result));
        const auto& all = json["experiments"][0]["combinations"];
        QVERIFY(!all[0].contains("test") && !all[2].contains("test"));
        QCOMPARE(all[1]["test"]["auc"]["n"].get<int>(), 2);
        QCOMPARE(all[1]["test"]["auc"]["mean"].get<double>(), 0.5);
        QCOMPARE(all[1]["valid"]["auc"]["n"].get<int>(), 1); // what it was chosen by
        QCOMPARE(all[1]["settings"]["finetune.epochs"].get<int>(), 2);
    }
};

QTEST_GUILESS_MAIN(SweepPlanTest)
#include "sweep_plan_test.moc"

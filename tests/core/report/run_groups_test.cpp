#include "core/report/run_groups.h"

#include "tests/core/spec/random_spec.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <functional>

using namespace flip;

namespace {

RunSummary runOf(const std::string& name, std::int64_t seed, double auc,
                 const std::function<void(RunSpec&)>& change = {}) {
    RunSummary run{.name = name, .status = RunStatus::Finished, .dataset = "d", .datasetHash = "h"};
    run.spec = defaultSpec();
    run.spec.seed = run.seed = seed;
    if (change) {
        change(run.spec);
    }
    run.end.status = RunStatus::Finished;
    run.end.metrics["test"][""] = {.auc = auc, .logLoss = 0.5};
    return run;
}

void useFm(RunSpec& spec) {
    spec.id.backbone = BackboneKind::Fm;
}

RunTableRequest requestFor(const std::vector<std::string>& metrics) {
    RunTableRequest request;
    for (const std::string& name : metrics) {
        request.metrics.push_back(*readMetricName(name, ""));
    }
    return request;
}

std::vector<std::string> namesOf(const SameRecipe& runs) {
    std::vector<std::string> names;
    for (const RunSummary& run : runs) {
        names.push_back(run.name);
    }
    return names;
}

using Names = std::vector<std::string>;

} // namespace

/// What counts as the same recipe, and the table made of it.
class RunGroupsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsThatDifferInTheSeedAreOneRow() {
        const auto table =
            tableOf({runOf("b", 2, 0.75), runOf("f", 1, 0.5, useFm), runOf("a", 1, 0.25)},
                    requestFor({"test.auc"}));
        QCOMPARE(table->rows.size(), std::size_t(2));
        QCOMPARE(namesOf(table->rows[0].runs), (Names{"a", "b"}));
        QCOMPARE(table->rows[0].metrics[0]->mean, 0.5);
        QCOMPARE(table->rows[0].metrics[0]->n, std::size_t(2));
        QCOMPARE(table->columns, Names{"id.backbone"});
        QVERIFY(table->notes.empty());
    }

    void anyOtherDifferenceMakesANewRow_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("option") << 0;
        QTest::newRow("content of the dataset") << 1;
    }
    void anyOtherDifferenceMakesANewRow() {
        QFETCH(int, which);
        RunSummary other = runOf("b", 2, 0.5);
        if (which == 0) {
            other.spec.id.embeddingDim = 7;
        } else {
            other.datasetHash = "other";
        }
        const auto table = tableOf({runOf("a", 1, 0.5), other}, requestFor({"test.auc"}));
        QCOMPARE(table->rows.size(), std::size_t(2));
        QCOMPARE(table->notes.empty(), which == 0);
    }

    void deviceAndThreadsAreIgnored() {
        RunSummary other = runOf("b", 2, 0.5);
        other.spec.threads = 7;
        other.spec.device = "cuda:0";
        const auto table = tableOf({runOf("a", 1, 0.5), other}, requestFor({"test.auc"}));
        QCOMPARE(table->rows.size(), std::size_t(1));
        QVERIFY(table->columns.empty() && table->notes.empty());
    }

    void ignoresOptionsThatTheBackboneDoesNotRead() {
        const auto deepfm = [](std::int64_t experts) {
            return [experts](RunSpec& spec) {
                spec.id.backbone = BackboneKind::DeepFm;
                spec.id.experts = experts;
            };
        };
        QCOMPARE(sameRecipes({runOf("a", 1, 0.5, deepfm(2)), runOf("b", 2, 0.5, deepfm(4))}).size(),
                 std::size_t(1));
        const auto mix = [](std::int64_t experts) {
            return [experts](RunSpec& spec) { spec.id.experts = experts; };
        };
        QCOMPARE(sameRecipes({runOf("a", 1, 0.5, mix(2)), runOf("b", 2, 0.5, mix(4))}).size(),
                 std::size_t(2));
    }

    void otherWeightsWithTheSameNameMakeANewRow() {
        const auto with = [](const char* name, std::int64_t seed, const char* weights) {
            RunSummary run = runOf(name, seed, 0.5);
            run.identity.languageModel = weights;
            return run;
        };
        const auto table = tableOf({with("a", 1, "v"), with("b", 2, "v"), with("c", 3, "w")},
                                   requestFor({"test.auc"}));
        QCOMPARE(table->rows.size(), std::size_t(2));
        QCOMPARE(namesOf(table->rows[0].runs), (Names{"a", "b"}));
        QCOMPARE(table->notes.size(), std::size_t(1));
        QVERIFY(table->notes[0].find("2 different language models") != std::string::npos);
        // A run with unknown weights joins the others if their weights are all the same.
        QCOMPARE(sameRecipes({with("a", 1, "v"), with("old", 2, "")}).size(), std::size_t(1));
        QCOMPARE(sameRecipes({with("a", 1, "v"), with("c", 3, "w"), with("old", 2, "")}).size(),
                 std::size_t(3));
    }

    void ignoresOptionsThatARunDoesNotRead() {
        const auto idsAlone = [](double temperature) {
            return [temperature](RunSpec& spec) {
                spec.kind = RunKind::Finetune;
                spec.finetune.branches = Branches::Id;
                spec.pretrain.temperature = temperature;
            };
        };
        const auto pretrained = [](double temperature) {
            return [temperature](RunSpec& spec) { spec.pretrain.temperature = temperature; };
        };
        RunTableRequest request = requestFor({"test.auc"});
        const std::vector<RunSummary> finetuned{runOf("a", 1, 0.5, idsAlone(0.5)),
                                                runOf("b", 2, 0.5, idsAlone(0.25))};
        QCOMPARE(tableOf(finetuned, request)->rows.size(), std::size_t(1));
        const auto both = tableOf({finetuned[0], runOf("c", 1, 0.5, pretrained(0.125))}, request);
        QCOMPARE(both->columns, (Names{"kind", "finetune.branches"}));
        request.by = {"pretrain.temperature"};
        const auto shown = tableOf({finetuned[0], runOf("c", 1, 0.5, pretrained(0.125)),
                                    runOf("d", 1, 0.5, pretrained(0.0625))},
                                   request);
        const std::string markdown = tableAsMarkdown(*shown);
        QVERIFY2(markdown.find("| –") != std::string::npos, markdown.c_str());
        QVERIFY(tableAsCsv(*shown).find("–") == std::string::npos);
        QVERIFY(tableAsJson(*shown).find("\"pretrain.temperature\": null") != std::string::npos);
    }

    void optionsInAcrossMayDifferWithinARow() {
        const auto from = [](const char* run) {
            return [run](RunSpec& spec) { spec.finetune.from = run; };
        };
        RunTableRequest request = requestFor({"test.auc"});
        const std::vector<RunSummary> runs{runOf("a", 1, 0.5, from("p-1")),
                                           runOf("b", 2, 0.5, from("p-2"))};
        QCOMPARE(tableOf(runs, request)->rows.size(), std::size_t(2));
        request.across = {"finetune.from"};
        QCOMPARE(tableOf(runs, request)->rows.size(), std::size_t(1));
    }

    void bySelectsColumnsAndOrder() {
        const auto rate = [](double value) {
            return [value](RunSpec& spec) { spec.finetune.learningRate = value; };
        };
        RunTableRequest request = requestFor({"test.auc"});
        request.by = {"finetune.learning_rate"};
        const auto table = tableOf({runOf("a", 1, 0.5, rate(0.5)), runOf("b", 1, 0.5, rate(0.0625)),
                                    runOf("c", 1, 0.5,
                                          [](RunSpec& spec) {
                                              spec.finetune.learningRate = 0.25;
                                              useFm(spec);
                                          })},
                                   request);
        QCOMPARE(namesOf(table->rows[0].runs), Names{"b"});
        QCOMPARE(namesOf(table->rows[1].runs), Names{"c"});
        QCOMPARE(table->notes, Names{"rows also differ in id.backbone"});
    }

    void bySweepNamesTheRowsAndKeepsTheirOrder() {
        RunTableRequest request = requestFor({"test.auc"});
        request.bySweep = true;
        const auto table = tableOf({runOf("words-001", 1, 0.25), runOf("words-002", 2, 0.75),
                                    runOf("ids-001", 1, 0.5, useFm)},
                                   request);
        QVERIFY(table->columns.empty());
        const QString markdown = QString::fromStdString(tableAsMarkdown(*table));
        QVERIFY2(markdown.startsWith("| sweep | seeds | test AUC"), qPrintable(markdown));
        QVERIFY(markdown.indexOf("| words | 1 2 ") < markdown.indexOf("| ids   | 1 "));
        QVERIFY(markdown.contains("| ids   | 1 "));
        const QString csv = QString::fromStdString(tableAsCsv(*table));
        QVERIFY2(csv.startsWith("sweep,n,seeds,"), qPrintable(csv));
        const auto json = nlohmann::json::parse(tableAsJson(*table));
        QCOMPARE(json[1]["sweep"].get<std::string>(), std::string("ids"));
    }

    void notesWhichRunsAreLeftOut() {
        RunSummary stopped = runOf("stopped", 3, 0.9);
        stopped.status = RunStatus::Stopped;
        const auto table = tableOf({runOf("a", 1, 0.5), runOf("again", 1, 0.9), stopped},
                                   requestFor({"test.auc"}));
        QCOMPARE(table->rows.size(), std::size_t(1));
        QCOMPARE(table->rows[0].metrics[0]->mean, 0.5);
        QCOMPARE(table->notes.size(), std::size_t(2));
        QVERIFY(table->notes[0].ends_with("not finished: stopped"));
        QVERIFY(table->notes[1].ends_with("another run: again"));
        QVERIFY(!tableOf({stopped}, requestFor({"test.auc"})).ok());
    }

    void notesAMetricThatSomeRunsLack() {
        RunSummary joint = runOf("a", 1, 0.5);
        joint.end.metrics["test"]["id"] = {.auc = 0.75};
        const auto table =
            tableOf({joint, runOf("b", 2, 0.5)}, requestFor({"test.id.auc", "valid.auc"}));
        QCOMPARE(table->rows[0].metrics[0]->n, std::size_t(1));
        QVERIFY(!table->rows[0].metrics[1].has_value());
        QCOMPARE(table->notes, Names{"missing in some runs of a row: test.id.auc (row of a)"});
    }

    void writesThreeFormats() {
        const auto table =
            tableOf({runOf("a", 1, 0.25), runOf("b", 2, 0.75), runOf("f", 1, 0.5, useFm)},
                    requestFor({"test.auc"}));
        const QString markdown = QString::fromStdString(tableAsMarkdown(*table));
        QVERIFY2(markdown.contains("| 1 2   | 0.5000 ± 0.3536 |"), qPrintable(markdown));
        QVERIFY2(markdown.contains("| fm "), qPrintable(markdown));
        const QString csv = QString::fromStdString(tableAsCsv(*table));
        QVERIFY2(csv.startsWith("id.backbone,n,seeds,test.auc.mean,test.auc.sd,runs\n"),
                 qPrintable(csv));
        QVERIFY2(csv.contains("\nfm,1,1,0.5,,f\n"), qPrintable(csv));
        const auto json = nlohmann::json::parse(tableAsJson(*table));
        QCOMPARE(json.size(), std::size_t(2));
        QCOMPARE(json[0]["runs"].get<Names>(), (Names{"a", "b"}));
        QCOMPARE(json[0]["metrics"]["test.auc"]["mean"].get<double>(), 0.5);
        QVERIFY(json[1]["metrics"]["test.auc"]["sd"].is_null());
        QCOMPARE(json[1]["options"]["id.backbone"].get<std::string>(), std::string("fm"));
    }

    void findsAKeyByItsLastPart_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("message");
        QTest::newRow("whole key") << "id.backbone"
                                   << "id.backbone" << QString();
        QTest::newRow("last part") << "backbone"
                                   << "id.backbone" << QString();
        QTest::newRow("of several")
            << "learning_rate" << QString() << "pretrain.learning_rate or finetune.learning_rate";
        QTest::newRow("unknown") << "backbones" << QString() << "did you mean 'id.backbone'";
        QTest::newRow("seed") << "seed" << QString() << "one row";
    }
    void findsAKeyByItsLastPart() {
        QFETCH(QString, word);
        QFETCH(QString, key);
        QFETCH(QString, message);
        const auto found = findGroupingKey(word.toStdString(), "--by");
        QCOMPARE(found.ok(), message.isEmpty());
        if (found) {
            QCOMPARE(*found, key.toStdString());
        } else {
            const QString problem = QString::fromStdString(found.problem().text());
            QVERIFY2(problem.contains(message), qPrintable(problem));
        }
    }
};

QTEST_GUILESS_MAIN(RunGroupsTest)
#include "run_groups_test.moc"

#include "core/report/run_comparison.h"

#include "core/base/random_stream.h"
#include "core/store/predictions.h"
#include "core/store/run_store.h"
#include "tests/core/store/recorded_run.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

using namespace flip;

namespace {

constexpr int kRows = 400;

/// Stored runs without a model; their logits follow the label with a given strength.
class SyntheticRuns {
public:
    Workspace workspace() const { return *Workspace::open(folder_.path().toStdString()); }

    RunSummary add(const std::string& name, std::int64_t seed, BackboneKind backbone,
                   double strength, const std::string& hash = "h") const {
        RunSummary run{
            .name = name, .status = RunStatus::Finished, .dataset = "d", .datasetHash = hash};
        run.spec = defaultSpec();
        run.spec.seed = run.seed = seed;
        run.spec.id.backbone = backbone;
        StoredPredictions predictions;
        RandomStream shared(1, "rows"); // the same noise per row for all runs
        RandomStream own(static_cast<std::uint64_t>(seed), wordOf(backbone));
        for (int row = 0; row < kRows; ++row) {
            const auto label = static_cast<std::uint8_t>(row % 2);
            predictions.rowIndex.push_back(row);
            predictions.split.push_back(static_cast<std::uint8_t>(Split::Test));
            predictions.label.push_back(label);
            predictions.logit.push_back(strength * (2 * label - 1) + shared.normal() +
                                        0.1 * own.normal());
        }
        save(name, predictions);
        return run;
    }

    void save(const std::string& name, const StoredPredictions& predictions) const {
        std::filesystem::create_directories(workspace().checkpoints(name));
        QVERIFY(
            savePredictions(workspace().checkpoints(name) / kPredictionsFile, predictions).ok());
    }

private:
    QTemporaryDir folder_;
};

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

} // namespace

/// Comparing runs on the same rows: the paired test, and its verdict in words.
class RunComparisonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reportsASignificantDifferenceWithItsInterval() {
        const SyntheticRuns made;
        const auto compared = compareRuns(
            made.workspace(),
            {made.add("a", 1, BackboneKind::Lr, 0.5), made.add("b", 1, BackboneKind::Fm, 1.0)},
            Split::Test);
        QVERIFY2(compared.ok(), compared.ok() ? "" : compared.problem().text().c_str());
        QCOMPARE(compared->rows, std::int64_t(kRows));
        QCOMPARE(compared->columns, std::vector<std::string>{"id.backbone"});
        const ComparedPair& pair = compared->recipes[1].pairs.at(0);
        QCOMPARE(pair.first, std::string("a"));
        QVERIFY(pair.test->difference.value > 0 && *pair.test->p < 0.05);
        QCOMPARE(pair.test->difference.value,
                 *compared->recipes[1].metrics[0].auc - *compared->recipes[0].metrics[0].auc);
        const std::string& verdict = compared->recipes[1].verdict;
        QVERIFY2(contains(verdict, "b is better than a: AUC +"), verdict.c_str());
        QVERIFY2(contains(verdict, "a single seed does not show"), verdict.c_str());
        QVERIFY(compared->recipes[0].verdict.empty());
    }

    void reportsNoSignificantDifference() {
        const SyntheticRuns made;
        const auto compared = compareRuns(
            made.workspace(),
            {made.add("a", 1, BackboneKind::Lr, 1.0), made.add("b", 1, BackboneKind::Fm, 1.0)},
            Split::Test);
        const std::string& verdict = compared->recipes[1].verdict;
        QVERIFY2(contains(verdict, "no significant difference on these 400 rows (p = "),
                 verdict.c_str());
    }

    void reportsAnIdenticalRanking() {
        const SyntheticRuns made;
        const auto a = made.add("a", 1, BackboneKind::Lr, 1.0);
        auto b = made.add("b", 1, BackboneKind::Lr, 1.0);
        b.spec.threads = 3;
        const auto compared = compareRuns(made.workspace(), {a, b}, Split::Test);
        QVERIFY(contains(compared->recipes[1].verdict, "exactly as a does"));
    }

    void seedsOfOneRecipeAreComparedSeedBySeed() {
        const SyntheticRuns made;
        const auto compared = compareRuns(
            made.workspace(),
            {made.add("a1", 1, BackboneKind::Lr, 0.5), made.add("b2", 2, BackboneKind::Fm, 1.0),
             made.add("a2", 2, BackboneKind::Lr, 0.5), made.add("b1", 1, BackboneKind::Fm, 1.0)},
            Split::Test);
        QCOMPARE(compared->recipes.size(), std::size_t(2));
        const ComparedRecipe& other = compared->recipes[1];
        QCOMPARE(other.auc->n, std::size_t(2));
        QCOMPARE(other.pairs.size(), std::size_t(2));
        QCOMPARE(other.pairs[0].run + other.pairs[0].first, std::string("b1a1"));
        QCOMPARE(other.pairs[1].run + other.pairs[1].first, std::string("b2a2"));
        QVERIFY2(contains(other.verdict, "better in 2 of 2 pairs"), other.verdict.c_str());
        QVERIFY2(contains(other.verdict, "more than the seeds' own spread"), other.verdict.c_str());
    }

    void pairsRunsInOrderIfNoSeedIsCommon() {
        const SyntheticRuns made;
        const auto compared = compareRuns(
            made.workspace(),
            {made.add("a1", 1, BackboneKind::Lr, 1), made.add("a2", 2, BackboneKind::Lr, 1),
             made.add("b3", 3, BackboneKind::Fm, 1), made.add("b4", 4, BackboneKind::Fm, 1),
             made.add("b5", 5, BackboneKind::Fm, 1)},
            Split::Test);
        const auto& pairs = compared->recipes[1].pairs;
        QCOMPARE(pairs.size(), std::size_t(2));
        QCOMPARE(pairs[1].run + pairs[1].first, std::string("b4a2"));
    }

    void runsOfOneRecipeAreComparedSingly() {
        const SyntheticRuns made;
        const auto compared = compareRuns(
            made.workspace(),
            {made.add("a1", 1, BackboneKind::Lr, 1), made.add("a2", 2, BackboneKind::Lr, 1)},
            Split::Test);
        QCOMPARE(compared->recipes.size(), std::size_t(2));
        QCOMPARE(compared->recipes[1].pairs.size(), std::size_t(1));
    }

    void refusesRunsThatCannotBeCompared_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("message");
        QTest::newRow("content") << 0 << "b: predicts other rows than a";
        QTest::newRow("rows") << 1 << "b: predicts other rows than a";
        QTest::newRow("no predictions") << 2 << "b: has no predictions";
        QTest::newRow("other split") << 3 << "b: predicts no rows of the test split";
        QTest::newRow("twice") << 4 << "a: is named twice";
        QTest::newRow("one") << 5 << "at least two";
    }
    void refusesRunsThatCannotBeCompared() {
        QFETCH(int, which);
        QFETCH(QString, message);
        const SyntheticRuns made;
        const auto a = made.add("a", 1, BackboneKind::Lr, 1);
        const auto b = made.add("b", 1, BackboneKind::Fm, 1, which == 0 ? "other" : "h");
        if (which == 1) {
            made.save("b", {.rowIndex = {7}, .split = {2}, .label = {1}, .logit = {0.5}});
        } else if (which == 2) {
            std::filesystem::remove(made.workspace().checkpoints("b") / kPredictionsFile);
        } else if (which == 3) {
            made.save("b", {.rowIndex = {7}, .split = {1}, .label = {1}, .logit = {0.5}});
        }
        const std::vector<RunSummary> runs = which == 4   ? std::vector{a, a}
                                             : which == 5 ? std::vector{a}
                                                          : std::vector{a, b};
        const auto compared = compareRuns(made.workspace(), runs, Split::Test);
        QVERIFY(!compared.ok());
        QVERIFY(!compared.problem().systemError);
        const QString problem = QString::fromStdString(compared.problem().text());
        QVERIFY2(problem.contains(message), qPrintable(problem));
    }

    void textAndJsonAgree() {
        const SyntheticRuns made;
        const auto compared = compareRuns(made.workspace(),
                                          {made.add("a", 1, BackboneKind::Lr, 0.5),
                                           made.add("b", 1, BackboneKind::Fm, 1),
                                           made.add("c", 1, BackboneKind::Dcn, 1)},
                                          Split::Test);
        const std::string text = describeComparison(*compared);
        QVERIFY2(contains(text, compared->recipes[1].verdict.c_str()), text.c_str());
        QVERIFY2(contains(text, "all 2 comparisons together it should be below 0.025"),
                 text.c_str());
        const auto json = nlohmann::json::parse(comparisonAsJson(*compared));
        QCOMPARE(json["rows"].get<int>(), kRows);
        QCOMPARE(json["recipes"].size(), std::size_t(3));
        const auto& other = json["recipes"][1];
        QCOMPARE(other["verdict"].get<std::string>(), compared->recipes[1].verdict);
        QCOMPARE(other["against_first"][0]["p"].get<double>(),
                 *compared->recipes[1].pairs[0].test->p);
        QCOMPARE(other["options"]["id.backbone"].get<std::string>(), std::string("fm"));
    }
};

QTEST_GUILESS_MAIN(RunComparisonTest)
#include "run_comparison_test.moc"

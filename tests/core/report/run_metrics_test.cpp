#include "core/report/run_metrics.h"

#include "core/eval/metrics.h"
#include "tests/core/store/predicted_run.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

using namespace flip;

namespace {

/// The columns of one split of a run.
struct Column {
    std::vector<double> logits;
    std::vector<std::uint8_t> labels;
    std::vector<std::uint32_t> codes;
};

Column columnOf(const test::PredictedRun& project, Split split, const std::vector<double>& logits,
                const char* field) {
    const Dataset dataset = *Dataset::open(project.workspace().dataset("clicks"));
    const auto codes = dataset.codes(dataset.findField(field));
    Column column;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (project.predictions.split[i] == static_cast<std::uint8_t>(split)) {
            column.logits.push_back(logits[i]);
            column.labels.push_back(project.predictions.label[i]);
            column.codes.push_back(
                codes[static_cast<std::size_t>(project.predictions.rowIndex[i])]);
        }
    }
    return column;
}

MetricsRequest fullRequest() {
    return {.by = {"user_id", "film"}, .user = "user_id", .at = {3, 7}, .slices = {"film"}};
}

} // namespace

// Metrics are compared with those of core/eval on the same columns: no tolerance.
class RunMetricsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void measuresEveryBranchOfEverySplit() {
        const test::PredictedRun project;
        const auto quality = measureRun(project.workspace(), project.summary(), fullRequest());
        QVERIFY2(quality.ok(), quality.ok() ? "" : quality.problem().text().c_str());
        QVERIFY(!quality->fieldsProblem);
        QCOMPARE(quality->splits.size(), std::size_t(2));
        for (const SplitQuality& split : quality->splits) {
            QCOMPARE(split.branches.size(), std::size_t(3));
            QCOMPARE(split.testAgainst.size(), std::size_t(2));
            for (const auto& [branch, measured] : split.branches) {
                const auto& logits = branch.empty()   ? project.predictions.logit
                                     : branch == "id" ? project.predictions.idLogit
                                                      : project.predictions.textLogit;
                const Column users = columnOf(project, split.split, logits, "user_id");
                const Metrics plain = measure(users.logits, users.labels);
                QCOMPARE(*measured.metrics.auc, *plain.auc);
                QCOMPARE(measured.metrics.logLoss, plain.logLoss);
                QCOMPARE(measured.metrics.positives, plain.positives);
                QCOMPARE(measured.auc->value, *plain.auc);
                QVERIFY(measured.auc->low < *plain.auc && *plain.auc < measured.auc->high);
                const RowGroups groups(users.codes);
                QCOMPARE(*measured.grouped.at("user_id").auc,
                         *groupedAuc(users.logits, users.labels, groups).auc);
                const std::vector<std::int64_t> ks{3, 7};
                const auto ranking = rankingMetrics(users.logits, users.labels, groups, ks);
                QCOMPARE(measured.ranking->at[1].ndcg, ranking.at[1].ndcg);
                const FieldSlices& films = measured.slices.at("film");
                QCOMPARE(films.largest.size(), FieldSlices::kSlices);
                QCOMPARE(films.otherValues + 20, measured.grouped.at("film").groups);
                std::int64_t rows = films.others.rows;
                for (const SliceOfValue& slice : films.largest) {
                    QVERIFY(slice.value.starts_with("Film "));
                    rows += slice.metrics.rows;
                }
                QCOMPARE(rows, plain.rows);
            }
        }
    }

    void aRunOfOneBranchHasOnlyOwnMetrics() {
        const test::PredictedRun project(/*joint=*/false);
        const auto quality =
            measureRun(project.workspace(), project.summary(), {.splits = {Split::Test}});
        QCOMPARE(quality->splits.size(), std::size_t(1));
        QCOMPARE(quality->splits[0].branches.size(), std::size_t(1));
        QVERIFY(quality->splits[0].testAgainst.empty());
        QVERIFY(!quality->splits[0].branches.at("").ranking);
    }

    void measuresOtherMetricsWithoutItsDataset_data() {
        QTest::addColumn<bool>("changed");
        QTest::addColumn<QString>("message");
        QTest::newRow("gone") << false << "dataset clicks: is gone";
        QTest::newRow("changed") << true << "is no longer the one that clicked was trained on";
    }
    void measuresOtherMetricsWithoutItsDataset() {
        QFETCH(bool, changed);
        QFETCH(QString, message);
        const test::PredictedRun project;
        changed ? project.changeDataset() : project.removeDataset();
        const auto quality = measureRun(project.workspace(), project.summary(), fullRequest());
        QVERIFY(quality.ok());
        QVERIFY(quality->fieldsProblem);
        const QString text = QString::fromStdString(quality->fieldsProblem->text());
        QVERIFY2(text.contains(message), qPrintable(text));
        QVERIFY(!text.contains('\n'));
        const BranchQuality& own = quality->splits[0].branches.at("");
        QVERIFY(own.metrics.auc && own.normalisedEntropy && own.equalWidth.error);
        QVERIFY(own.grouped.empty() && !own.ranking && own.slices.empty());
        QVERIFY(describeQuality(*quality).find("GAUC") == std::string::npos);
        QVERIFY(!fieldsOfRun(project.workspace(), project.summary()).ok());
    }

    void namesTheNearestField() {
        const test::PredictedRun project;
        const auto quality =
            measureRun(project.workspace(), project.summary(), {.by = {"user_ids"}});
        QVERIFY(!quality.ok());
        QCOMPARE(quality.problem().where, std::string("user_ids"));
        QVERIFY(quality.problem().what.find("the nearest is 'user_id'") != std::string::npos);
    }

    void refusesPredictionsOfOtherRows_data() {
        QTest::addColumn<int>("row");
        QTest::newRow("after the last") << 1'000'000;
        QTest::newRow("before the first") << -1;
    }
    void refusesPredictionsOfOtherRows() {
        QFETCH(int, row);
        test::PredictedRun project;
        project.predictions.rowIndex[5] = row;
        project.save();
        QVERIFY(measureRun(project.workspace(), project.summary(), {}).ok());
        const auto quality = measureRun(project.workspace(), project.summary(), fullRequest());
        QVERIFY(!quality.ok());
        QVERIFY(quality.problem().what.find("do not fit the rows") != std::string::npos);
    }

    void refusesARunWithoutPredictions() {
        const test::PredictedRun project;
        std::filesystem::remove(project.predictionsFile());
        const auto quality = measureRun(project.workspace(), project.summary(), {});
        QVERIFY(!quality.ok());
        QCOMPARE(quality.problem().where, std::string("clicked"));
    }

    /// A diverged model's logits are NaN: every metric that needs an order is absent.
    void nanLogitsLeaveMetricsUndefined() {
        test::PredictedRun project;
        for (double& logit : project.predictions.logit) {
            logit = std::nan("");
        }
        project.save();
        const auto quality = measureRun(project.workspace(), project.summary(), fullRequest());
        QVERIFY(quality.ok());
        const BranchQuality& own = quality->splits[0].branches.at("");
        QVERIFY(!own.metrics.auc && !own.auc && !own.equalWidth.error && !own.normalisedEntropy);
        QVERIFY(!own.grouped.at("film").auc && own.ranking->at.empty());
        QVERIFY(nlohmann::json::parse(qualityAsJson(*quality))["metrics"]["test"]["ece"].is_null());
        QVERIFY(describeQuality(*quality).find("nan") == std::string::npos);
    }

    void tableHasOneColumnForEachBranchOfASplit() {
        const test::PredictedRun project;
        const auto quality = measureRun(project.workspace(), project.summary(), fullRequest());
        const QStringList lines = QString::fromStdString(describeQuality(*quality)).split('\n');
        const auto cells = [&](const QString& label) {
            for (const QString& line : lines) {
                if (line.trimmed().startsWith(label)) {
                    return line.trimmed().mid(label.size()).simplified().split(' ').size();
                }
            }
            return qsizetype(0);
        };
        for (const char* label : {"AUC", "LogLoss", "normalised entropy", "GAUC by user_id",
                                  "Recall@3", "NDCG@7", "hit rate@7"}) {
            QVERIFY2(cells(label) == 6, label);
        }
        for (const QString& line : lines) {
            QVERIFY2(line.size() <= 110, qPrintable(line));
        }
    }

    void findsTheUserFieldByItsName_data() {
        QTest::addColumn<QStringList>("fields");
        QTest::addColumn<QString>("user");
        QTest::newRow("as MovieLens has it") << QStringList{"gender", "user_id"} << "user_id";
        QTest::newRow("as BookCrossing has it") << QStringList{"ISBN", "User-ID"} << "User-ID";
        QTest::newRow("id before the word alone") << QStringList{"user", "userId"} << "userId";
        QTest::newRow("none") << QStringList{"C1", "user_age"} << "";
    }
    void findsTheUserFieldByItsName() {
        QFETCH(QStringList, fields);
        QFETCH(QString, user);
        std::vector<std::string> names;
        for (const QString& field : fields) {
            names.push_back(field.toStdString());
        }
        QCOMPARE(QString::fromStdString(likelyUserField(names)), user);
    }
};

QTEST_GUILESS_MAIN(RunMetricsTest)
#include "run_metrics_test.moc"

#include "tests/app/flip_program.h"
#include "tests/core/store/predicted_run.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace flip::test;

namespace {

Output metricsOf(const PredictedRun& project, const QStringList& words) {
    return runFlip(project.folder(), QStringList{"runs", "metrics"} + words);
}

QJsonObject parsed(const Output& output) {
    return QJsonDocument::fromJson(output.out.toUtf8()).object();
}

} // namespace

/// `flip runs metrics`: text, JSON and errors.
class MetricsCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void printsAllMetricsAsOneObject() {
        const PredictedRun project;
        const Output output =
            metricsOf(project, {"clicked", "--by", "user_id", "--by", "film", "--user", "user_id",
                                "--at", "2,4", "--bins", "10", "--slices", "film", "--json"});
        QVERIFY2(output.code == 0 && output.err.isEmpty(), qPrintable(output.err));
        const QJsonObject result = parsed(output);
        QCOMPARE(result["run"].toString(), QString("clicked"));
        QVERIFY(result["fields_problem"].isNull());
        for (const char* split : {"valid", "test"}) {
            const QJsonObject own = result["metrics"].toObject()[split].toObject();
            QCOMPARE(own["rows"].toInt(), 200);
            for (const QJsonObject& one : {own, own["id"].toObject(), own["text"].toObject()}) {
                for (const char* name : {"auc", "auc_low", "auc_high", "logloss", "ne", "ece",
                                         "ece_equal_count", "predicted_over_observed"}) {
                    QVERIFY2(one[name].isDouble(), name);
                }
                QCOMPARE(one["gauc"].toObject().keys(), (QStringList{"film", "user_id"}));
                QCOMPARE(one["gauc"]["user_id"]["groups"].toInt(), 10);
                const QJsonArray at = one["ranking"].toObject()["at"].toArray();
                QCOMPARE(at.size(), 2);
                QCOMPARE(at[1].toObject()["k"].toInt(), 4);
                QVERIFY(at[1].toObject()["recall"].toDouble() > 0);
                QCOMPARE(one["slices"]["film"]["values"].toArray().size(), 20);
                int rows = 0;
                for (const QJsonValue& bin : one["reliability"].toArray()) {
                    rows += bin.toObject()["rows"].toInt();
                }
                QCOMPARE(rows, 200);
                QVERIFY(one["reliability"].toArray().size() <= 10);
            }
            QVERIFY(own["auc_against"]["text"]["p"].toDouble() < 0.05);
        }
    }

    void splitOptionSelectsTheSplits() {
        const PredictedRun project(/*joint=*/false);
        const QJsonObject result =
            parsed(metricsOf(project, {"clicked", "--split", "test", "--json"}));
        QCOMPARE(result["metrics"].toObject().keys(), QStringList{"test"});
        QVERIFY(result["metrics"]["test"]["ranking"].isNull());
        const Output table = metricsOf(project, {"clicked", "--split", "valid"});
        QVERIFY(table.out.contains("valid") && !table.out.contains("test"));
    }

    void aChangedDatasetOmitsOnlyMetricsThatReadFields() {
        const PredictedRun project;
        project.changeDataset();
        const Output output = metricsOf(project, {"clicked", "--by", "user_id", "--json"});
        QCOMPARE(output.code, 0);
        QCOMPARE(output.err.trimmed().count('\n'), 0);
        QVERIFY2(output.err.contains("no longer the one"), qPrintable(output.err));
        const QJsonObject result = parsed(output);
        QVERIFY(result["fields_problem"].isString());
        QVERIFY(result["metrics"]["test"]["auc"].isDouble());
        QVERIFY(result["metrics"]["test"]["gauc"].toObject().isEmpty());
        QVERIFY(metricsOf(project, {"clicked"})
                    .err.isEmpty()); // without --by the dataset is not needed
    }

    void reportsErrorsInOneLine_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const QStringList& words, const char* message) {
            QTest::newRow(name) << words << QString(message);
        };
        row("unknown run", {"clicks"}, "the nearest is 'clicked'");
        row("unknown field", {"clicked", "--by", "usr_id"}, "the nearest is 'user_id'");
        row("unknown user", {"clicked", "--user", "films"}, "the nearest is 'film'");
        row("unknown slices", {"clicked", "--slices", "x"}, "no field of this name");
        row("k of 0", {"clicked", "--user", "user_id", "--at", "5,0"}, "--at: '0'");
        row("k below 0", {"clicked", "--user", "user_id", "--at=-5"}, "--at: '-5'");
        row("k that is not a number", {"clicked", "--user", "user_id", "--at", "5,ten"}, "'ten'");
        row("k missing", {"clicked", "--user", "user_id", "--at", "5,"}, "--at: ''");
        row("k that overflows", {"clicked", "--user", "user_id", "--at", "99999999999999999999"},
            "--at");
        row("k without a user", {"clicked", "--at", "5"}, "name the user field with --user");
        row("zero bins", {"clicked", "--bins", "0"}, "--bins: '0'");
        row("too many bins", {"clicked", "--bins", "10001"}, "from 1 to 10000");
        row("split without predictions", {"clicked", "--split", "train"}, "--split: 'train'");
    }
    void reportsErrorsInOneLine() {
        QFETCH(QStringList, words);
        QFETCH(QString, message);
        const PredictedRun project;
        const Output output = metricsOf(project, words);
        QCOMPARE(output.code, 2);
        QVERIFY2(output.err.contains(message), qPrintable(output.err));
        QCOMPARE(output.err.trimmed().count('\n'), 0);
        QVERIFY(output.out.isEmpty());
    }

    void helpListsTheOptions() {
        const PredictedRun project;
        const Output output = metricsOf(project, {"--help"});
        QCOMPARE(output.code, 0);
        for (const char* option :
             {"--split", "--by", "--user", "--at", "--bins", "--slices", "--json"}) {
            QVERIFY2(output.out.contains(option), option);
        }
    }
};

QTEST_GUILESS_MAIN(MetricsCommandTest)
#include "metrics_command_test.moc"

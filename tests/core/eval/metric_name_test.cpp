#include "core/eval/metric_name.h"

#include <QtTest>

#include <limits>

using namespace flip;

class MetricNameTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAndWritesTheSameName_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("label");
        QTest::newRow("own") << "test.auc"
                             << "test AUC";
        QTest::newRow("branch") << "valid.text.logloss"
                                << "valid text LogLoss";
        QTest::newRow("part of a split") << "test_unseen.id.auc"
                                         << "test_unseen id AUC";
    }
    void readsAndWritesTheSameName() {
        QFETCH(QString, name);
        QFETCH(QString, label);
        const auto metric = readMetricName(name.toStdString(), "--metric");
        QVERIFY(metric.ok());
        QCOMPARE(metric->text(), name.toStdString());
        QCOMPARE(metric->label(), label.toStdString());
    }

    void refusesInvalidNames_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"", "auc", "test", "test.", "test.f1", "test.joint.auc",
                                 "validauc", "tests.auc", "test_.auc", "test.id.text.auc"}) {
            QTest::newRow(name) << name;
        }
    }
    void refusesInvalidNames() {
        QFETCH(QString, name);
        const auto metric = readMetricName(name.toStdString(), "--metric");
        QVERIFY(!metric.ok());
        QVERIFY(metric.problem().text().starts_with("--metric: '" + name.toStdString() + "'"));
    }

    void findsItsValueInARun() {
        std::map<std::string, BranchMetrics> metrics;
        metrics["test"][""] = {.auc = 0.75, .logLoss = 0.5};
        metrics["test"]["id"] = {.auc = std::nullopt,
                                 .logLoss = std::numeric_limits<double>::quiet_NaN()};
        const auto of = [&](const char* name) { return readMetricName(name, "")->of(metrics); };
        QCOMPARE(of("test.auc"), std::optional(0.75));
        QCOMPARE(of("test.logloss"), std::optional(0.5));
        for (const char* absent :
             {"valid.auc", "test.text.auc", "test.id.auc", "test.id.logloss"}) {
            QVERIFY2(!of(absent).has_value(), absent);
        }
    }

    void largerAucAndSmallerLogLossAreBetter() {
        QVERIFY(readMetricName("valid.auc", "")->better(0.8, 0.7));
        QVERIFY(readMetricName("valid.logloss", "")->better(0.3, 0.4));
        QVERIFY(!readMetricName("valid.auc", "")->better(0.7, 0.7));
    }
};

QTEST_GUILESS_MAIN(MetricNameTest)
#include "metric_name_test.moc"

#include "ui/pages/quality_panel.h"

#include "core/store/run_store.h"
#include "tests/core/store/predicted_run.h"
#include "ui/bridge/background_job.h"
#include "ui/plots/reliability_plot.h"

#include <QComboBox>
#include <QLabel>
#include <QSettings>
#include <QStandardPaths>
#include <QtTest>

using namespace flip;
using namespace flip::ui;

namespace {

QString textOf(const QWidget& panel) {
    QStringList texts;
    for (const auto* label : panel.findChildren<QLabel*>()) {
        if (label->isVisibleTo(&panel)) {
            texts << label->text();
        }
    }
    return texts.join('\n');
}

QComboBox* choice(const QWidget& panel, const QString& name) {
    for (auto* box : panel.findChildren<QComboBox*>()) {
        if (box->accessibleName() == name) {
            return box;
        }
    }
    return nullptr;
}

void choose(QComboBox& box, int index) {
    box.setCurrentIndex(index);
    Q_EMIT box.activated(index);
}

/// Waits until the figures are shown.
bool waitUntilMeasured(const QualityPanel& panel) {
    return QTest::qWaitFor([&] {
        return !panel.findChild<ReliabilityPlot*>()->lines().empty() &&
               BackgroundJob::active() == 0;
    });
}

} // namespace

class QualityPanelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("flip-workbench-tests");
        QCoreApplication::setApplicationName("quality-panel");
    }
    void init() { QSettings().clear(); }

    void showsEveryBranchOfAStoredRun() {
        const test::PredictedRun project;
        QualityPanel panel(project.workspace());
        panel.resize(320, 500);
        panel.show();
        const RunSummary run = project.summary();
        panel.setRun(&run);
        QVERIFY(waitUntilMeasured(panel));
        const auto& lines = panel.findChild<ReliabilityPlot*>()->lines();
        QCOMPARE(lines.size(), std::size_t(3));
        QCOMPARE(lines[0].name, QStringLiteral("joint"));
        QVERIFY(lines[0].calibration.bins.size() > 5);
        // The user field is found by its name; the figures are those of measureRun().
        const auto quality =
            measureRun(project.workspace(), run, {.splits = {Split::Test}, .by = {"user_id"}});
        const BranchQuality& own = quality->splits[0].branches.at("");
        const QString text = textOf(panel);
        for (const double figure : {*own.grouped.at("user_id").auc, *own.normalisedEntropy,
                                    *own.equalWidth.error, *own.predictedOverObserved}) {
            QVERIFY2(text.contains(QString::number(figure, 'f', 4)), qPrintable(text));
        }
        QVERIFY(text.contains("10 of 10 values of user_id"));
    }

    void splitAndFieldCanBeChosen() {
        const test::PredictedRun project(/*joint=*/false);
        QualityPanel panel(project.workspace());
        const RunSummary run = project.summary();
        panel.setRun(&run);
        QVERIFY(waitUntilMeasured(panel));
        auto* split = choice(panel, "Split that is measured");
        QCOMPARE(split->currentText(), QStringLiteral("test"));
        const auto before = panel.findChild<ReliabilityPlot*>()->lines()[0].calibration.error;
        choose(*split, 0);
        QVERIFY(panel.findChild<ReliabilityPlot*>()->lines()[0].calibration.error != before);

        auto* field = choice(panel, "Field that groups the AUC");
        QCOMPARE(field->currentText(), QStringLiteral("user_id"));
        choose(*field, field->findText("film"));
        QVERIFY(QTest::qWaitFor([&] { return textOf(panel).contains("values of film"); }));
        QCOMPARE(split->currentText(), QStringLiteral("valid")); // kept

        QualityPanel later(project.workspace()); // remembers the field
        later.setRun(&run);
        QVERIFY(waitUntilMeasured(later));
        QVERIFY(textOf(later).contains("values of film"));
    }

    void aChangedDatasetLeavesTheUngroupedFigures() {
        const test::PredictedRun project;
        project.changeDataset();
        QualityPanel panel(project.workspace());
        const RunSummary run = project.summary();
        panel.setRun(&run);
        QVERIFY(waitUntilMeasured(panel));
        QVERIFY(textOf(panel).contains("no longer the one"));
        QVERIFY(!choice(panel, "Field that groups the AUC")->isEnabled());
    }

    void explainsHowToGetPredictions_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("message");
        QTest::newRow("pretraining") << "pretrain"
                                     << "finished"
                                     << "Finetune from this run";
        QTest::newRow("running") << "finetune"
                                 << "running"
                                 << "when the run has ended";
        QTest::newRow("diverged") << "finetune"
                                  << "diverged"
                                  << "a lower learning rate";
        QTest::newRow("stopped") << "finetune"
                                 << "stopped"
                                 << "Resume the run";
        QTest::newRow("file gone") << "finetune"
                                   << "finished"
                                   << "has no predictions";
    }
    void explainsHowToGetPredictions() {
        QFETCH(QString, kind);
        QFETCH(QString, status);
        QFETCH(QString, message);
        const test::PredictedRun project;
        std::filesystem::remove(project.predictionsFile());
        QualityPanel panel(project.workspace());
        RunSummary run = project.summary();
        run.kind = choiceOf<RunKind>(kind.toStdString()).value();
        run.status = choiceOf<RunStatus>(status.toStdString()).value();
        panel.setRun(&run);
        QVERIFY2(QTest::qWaitFor([&] { return textOf(panel).contains(message); }),
                 qPrintable(textOf(panel)));
    }

    void isHiddenWhileNoRunIsSelected() {
        const test::PredictedRun project;
        QualityPanel panel(project.workspace());
        QVERIFY(panel.isHidden());
        const RunSummary run = project.summary();
        panel.setRun(&run);
        QVERIFY(!panel.isHidden());
        panel.setRun(nullptr);
        QVERIFY(panel.isHidden());
    }
};

QTEST_MAIN(QualityPanelTest)
#include "quality_panel_test.moc"

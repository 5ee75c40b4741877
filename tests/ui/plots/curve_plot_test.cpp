#include "ui/plots/curve_plot.h"

#include "tests/ui/sample_events.h"
#include "ui/models/smoothing.h"
#include "ui/plots/curve_grid.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace flip;
using namespace flip::ui;

namespace {

PlotChoice choiceOf(const CurveModel& model, const std::string& run, const QString& label) {
    for (const RunStage stage : {RunStage::Pretrain, RunStage::Finetune}) {
        for (const PlotChoice& plot : plotsOf(model, run, stage)) {
            if (plot.valueLabel == label) {
                return plot;
            }
        }
    }
    return {};
}

} // namespace

class CurvePlotTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void drawsTheDebiasedMeanOverTheRawValues() {
        CurveModel model;
        model.take("a", test::pretrainingFacts("a", 50, 2));
        CurvePlot plot(model);
        plot.setChoice(choiceOf(model, "a", "ICL loss (nats)"));
        plot.setSmoothing(0.9);
        const auto points = model.points({"a", RunStage::Pretrain, Quantity::Loss, "icl"});
        const auto shown = plot.shownValues(0);
        QCOMPARE(shown.size(), points.size());
        DebiasedAverage average(0.9);
        for (std::size_t i = 0; i < shown.size(); ++i) {
            QCOMPARE(shown[i], average.add(points[i].value));
        }
        QVERIFY(plot.legendText().contains("smoothed"));
    }

    void pointsAddedLaterAreDrawnLikeInitialOnes_data() {
        QTest::addColumn<double>("smoothing");
        QTest::newRow("raw") << 0.0;
        QTest::newRow("smoothed") << 0.95;
    }
    void pointsAddedLaterAreDrawnLikeInitialOnes() {
        QFETCH(double, smoothing);
        const auto events = test::pretrainingFacts("a", 60, 3);
        const std::span<const RunEvent> all(events);
        CurveModel model;
        model.take("a", all.first(20));
        CurvePlot growing(model);
        growing.setSmoothing(smoothing);
        growing.setChoice(choiceOf(model, "a", "MFM loss (nats)"));
        model.take("a", all.subspan(20, 5));
        model.take("a", all.subspan(25));
        model.take("a", all.subspan(40)); // repeated steps
        CurvePlot fresh(model);
        fresh.setSmoothing(smoothing);
        fresh.setChoice(choiceOf(model, "a", "MFM loss (nats)"));
        QCOMPARE(growing.shownValues(0), fresh.shownValues(0));
        QCOMPARE(growing.shownValues(0).size(), std::size_t(60));
    }

    void validationIsNeverSmoothed() {
        CurveModel model;
        model.take("a", test::finetuningFacts("a", 5));
        CurvePlot plot(model);
        plot.setChoice(choiceOf(model, "a", "validation AUC"));
        plot.setSmoothing(0.99);
        const auto points = model.points({"a", RunStage::Finetune, Quantity::Auc, ""});
        for (std::size_t i = 0; i < points.size(); ++i) {
            QCOMPARE(plot.shownValues(0)[i], points[i].value);
        }
        QVERIFY(!plot.legendText().contains("smoothed"));
    }

    void marksTheBestPointWithItsValue() {
        CurveModel model;
        model.take("a", test::finetuningFacts("a", 10));
        CurvePlot plot(model);
        plot.setChoice(choiceOf(model, "a", "validation AUC"));
        plot.resize(400, 300);
        plot.show();
        const auto points = model.points({"a", RunStage::Finetune, Quantity::Auc, ""});
        const double best = points[*bestPoint(points, true)].value;
        QTRY_COMPARE(plot.bestText(), QString::number(best, 'f', 4));
        QVERIFY(plot.legendText().contains("best"));
    }

    void theCrossHairListsTheNearestValuesSorted() {
        CurveModel model;
        model.take("a", test::finetuningFacts("a", 4));
        CurvePlot plot(model);
        plot.setChoice(choiceOf(model, "a", "validation AUC"));
        plot.setX(CurveX::Epoch);
        plot.showCross(2.3);
        const QString text = plot.crossText();
        QVERIFY2(text.startsWith("epoch 2"), qPrintable(text));
        QVERIFY(text.indexOf("joint") < text.indexOf("id"));
        QVERIFY(text.indexOf("id") < text.indexOf("text"));
        plot.hideCross();
        QVERIFY(plot.crossText().isEmpty());
    }

    void exportsByFileExtension_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("begins");
        QTest::newRow("png") << "plot.png" << QByteArray("\x89PNG");
        QTest::newRow("pdf") << "plot.PDF" << QByteArray("%PDF");
        QTest::newRow("svg") << "plot.svg" << QByteArray("<?xml");
        QTest::newRow("unknown") << "plot.doc" << QByteArray();
        QTest::newRow("no such folder") << "missing/plot.png" << QByteArray();
    }
    void exportsByFileExtension() {
        QFETCH(QString, name);
        QFETCH(QByteArray, begins);
        CurveModel model;
        model.take("a", test::pretrainingFacts("a", 50, 2));
        CurvePlot plot(model);
        plot.resize(400, 300);
        plot.setChoice(choiceOf(model, "a", "ICL loss (nats)"));
        const QTemporaryDir folder;
        const QString path = folder.filePath(name);
        const auto done = plot.exportTo(path);
        QCOMPARE(done.ok(), !begins.isEmpty());
        if (done) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray bytes = file.readAll();
            QVERIFY(bytes.startsWith(begins));
            QVERIFY(bytes.size() > 2000); // more than an empty page
        } else {
            QVERIFY(QString::fromStdString(done.problem().where).endsWith(name));
        }
    }

    void choosesTheColumnsWithTheBestShape_data() {
        QTest::addColumn<int>("plots");
        QTest::addColumn<QSize>("space");
        QTest::addColumn<int>("columns");
        QTest::newRow("one") << 1 << QSize(900, 500) << 1;
        QTest::newRow("four, wide") << 4 << QSize(1100, 700) << 2;
        QTest::newRow("six, wide") << 6 << QSize(880, 480) << 3;
        QTest::newRow("four, narrow") << 4 << QSize(400, 500) << 1;
        QTest::newRow("none") << 0 << QSize(400, 500) << 1;
    }
    void choosesTheColumnsWithTheBestShape() {
        QFETCH(int, plots);
        QFETCH(QSize, space);
        QTEST(columnsFor(plots, space), "columns");
    }
};

QTEST_MAIN(CurvePlotTest)
#include "curve_plot_test.moc"

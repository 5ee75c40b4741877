#include "ui/models/run_table_model.h"

#include "tests/ui/sample_events.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QSignalSpy>
#include <QtTest>

using namespace flip;
using namespace flip::ui;
using test::scored;
using test::summary;

namespace {

QStringList names(const RunTableModel& model) {
    QStringList result;
    for (int row = 0; row < model.rowCount(); ++row) {
        result << model.runAt(row);
    }
    return result;
}

RunSummary timed(const std::string& name, double seconds) {
    RunSummary run = summary(name, RunStatus::Finished);
    run.end.seconds = seconds;
    return run;
}

} // namespace

class RunTableModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sortsByTheValueNotByTheText_data() {
        QTest::addColumn<int>("order");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("ascending")
            << int(Qt::AscendingOrder) << QStringList{"nine", "eighty", "hour", "live"};
        QTest::newRow("descending, missing values last")
            << int(Qt::DescendingOrder) << QStringList{"hour", "eighty", "nine", "live"};
    }
    void sortsByTheValueNotByTheText() {
        QFETCH(int, order);
        QFETCH(QStringList, expected);
        RunTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        // As text "1 h 00 m" < "1 m 20 s" < "9.0 s".
        model.setRuns({timed("hour", 3600), summary("live", RunStatus::Running), timed("nine", 9),
                       timed("eighty", 80)});
        model.sort(RunTableModel::Seconds, static_cast<Qt::SortOrder>(order));
        QCOMPARE(names(model), expected);
    }

    void keepsTheSelectionWhenRowsChangeAndMove() {
        RunTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QItemSelectionModel selection(&model);
        model.setRuns({scored("a", 0.7, 0.6), scored("b", 0.8, 0.6), scored("c", 0.9, 0.6)});
        model.sort(RunTableModel::TestAuc, Qt::DescendingOrder);
        selection.setCurrentIndex(model.index(1, 0),
                                  QItemSelectionModel::Select | QItemSelectionModel::Rows);
        model.setRuns({scored("d", 0.95, 0.6), scored("a", 0.7, 0.6), scored("b", 0.8, 0.6)});
        QCOMPARE(names(model), (QStringList{"d", "b", "a"}));
        QCOMPARE(model.runAt(selection.currentIndex().row()), QStringLiteral("b"));
        QVERIFY(selection.isRowSelected(1));
    }

    void signalsOnlyTheRowsThatChanged() {
        RunTableModel model;
        std::vector<RunSummary> runs{scored("a", 0.7, 0.6), summary("b", RunStatus::Running),
                                     scored("c", 0.9, 0.6)};
        model.setRuns(runs);
        QSignalSpy changed(&model, &RunTableModel::dataChanged);
        QSignalSpy layout(&model, &RunTableModel::layoutChanged);
        model.setRuns(runs);
        QCOMPARE(changed.count(), 0);
        runs[1].status = RunStatus::Stopped;
        model.setRuns(runs);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 1);
        QCOMPARE(changed[0][1].toModelIndex().row(), 1);
        QCOMPARE(layout.count(), 0);
    }

    void filtersByEveryWord_data() {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("nothing") << "" << QStringList{"first", "second", "third"};
        QTest::newRow("name") << "SECOND" << QStringList{"second"};
        QTest::newRow("status") << "crash" << QStringList{"third"};
        QTest::newRow("two words") << "dcn first" << QStringList{"first"};
        QTest::newRow("seed as a whole") << "42" << QStringList{"second"};
        QTest::newRow("no match") << "zebra" << QStringList{};
    }
    void filtersByEveryWord() {
        QFETCH(QString, filter);
        QFETCH(QStringList, expected);
        RunTableModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        auto second = scored("second", 0.8, 0.5);
        second.seed = 42;
        model.setRuns({scored("first", 0.7, 0.6), second, summary("third", RunStatus::Crashed)});
        model.setFilter(filter);
        QCOMPARE(names(model), expected);
    }

    void theBestShownValueIsBold() {
        RunTableModel model;
        auto elsewhere = scored("elsewhere", 0.99, 0.1);
        elsewhere.datasetHash = "other";
        model.setRuns({scored("a", 0.7, 0.5), scored("b", 0.8, 0.6), elsewhere});
        const auto bold = [&model](const char* run, int column) {
            return model.data(model.index(model.rowOf(run), column), Qt::FontRole)
                .value<QFont>()
                .bold();
        };
        QVERIFY(bold("b", RunTableModel::TestAuc));
        QVERIFY(!bold("a", RunTableModel::TestAuc));
        QVERIFY(bold("a", RunTableModel::TestLogLoss));      // lower is better
        QVERIFY(!bold("elsewhere", RunTableModel::TestAuc)); // alone on its dataset
        model.setRuns({scored("a", 0.7, 0.5), scored("b", 0.8, 0.6), scored("c", 0.9, 0.7)});
        QVERIFY(bold("c", RunTableModel::TestAuc));
        model.setFilter("a");
        QVERIFY(!bold("a", RunTableModel::TestAuc)); // no other run to compare with
    }

    void theStatusShowsASymbolAWordAndTheProgress() {
        RunTableModel model;
        model.setRuns({summary("live", RunStatus::Running)});
        model.setProgress("live", 0.419);
        const QString text =
            model.data(model.index(0, RunTableModel::Status), Qt::DisplayRole).toString();
        QCOMPARE(text, QString::fromUtf8("▶ running 41 %"));
    }

    void tenThousandRunsStayResponsive() {
        std::vector<RunSummary> runs;
        for (int i = 0; i < 10000; ++i) {
            runs.push_back(scored("run-" + std::to_string(i), 0.5 + (i * 7919 % 10000) / 3e4, 0.6));
        }
        RunTableModel model;
        QElapsedTimer timer;
        timer.start();
        model.setRuns(runs);
        model.sort(RunTableModel::TestAuc, Qt::DescendingOrder);
        model.setRuns(runs);
        model.setFilter("run-99");
        // Unoptimised code on a busy machine; a quadratic step would take minutes.
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(model.rowCount(), 111);
    }
};

QTEST_MAIN(RunTableModelTest)
#include "run_table_model_test.moc"

#include "tests/ui/sample_events.h"
#include "ui/bridge/selection.h"
#include "ui/models/run_feed.h"
#include "ui/pages/alignment_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/runs_page.h"
#include "ui/plots/curve_grid.h"
#include "ui/plots/curve_plot.h"
#include "ui/plots/heat_map.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/run_card.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

using namespace flip;
using namespace flip::ui;

namespace {

QPushButton* button(QWidget& page, const QString& text) {
    for (auto* candidate : page.findChildren<QPushButton*>()) {
        if (candidate->text() == text) {
            return candidate;
        }
    }
    return nullptr;
}

/// A feed whose histories are generated on request.
struct Setup {
    QTemporaryDir folder;
    RunFeed feed;
    Selection selection;

    Workspace workspace() const { return *Workspace::open(folder.path().toStdString()); }

    Setup() {
        QObject::connect(&feed, &RunFeed::historyRequested, &feed, [this](const QString& run) {
            const std::string name = run.toStdString();
            const bool pretraining = name.starts_with("pre");
            feed.takeHistory(run,
                             pretraining ? test::pretrainingFacts(name, 50, 5)
                                         : test::finetuningFacts(name, 3, 0.77, 2, 5),
                             true);
        });
    }
};

} // namespace

class RunPagesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("flip-workbench-tests");
        QCoreApplication::setApplicationName("run-pages");
    }

    void selectingAStoredRunShowsItsCurvesAndResult() {
        Setup setup;
        RunsPage page(setup.workspace(), setup.feed, setup.selection);
        page.resize(1100, 700);
        page.show();
        page.setRuns({test::scored("tuned", 0.77, 0.6),
                      test::summary("pre", RunStatus::Stopped, RunKind::Pretrain)});
        QCOMPARE(setup.selection.run(), QStringLiteral("tuned")); // the newest is selected first
        auto* grid = page.findChild<CurveGrid*>();
        QCOMPARE(grid->plots().size(), std::size_t(5));
        QCOMPARE(grid->plots()[0]->shownValues(0).size(), std::size_t(15));
        const QString card = page.findChild<RunCard*>()->text();
        QVERIFY(card.contains("joint") && card.contains("all epochs done"));

        auto* table = page.findChild<QTableView*>();
        const QRect row = table->visualRect(table->model()->index(1, RunTableModel::Name));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, row.center());
        QCOMPARE(setup.selection.run(), QStringLiteral("pre"));
        QCOMPARE(grid->plots().size(), std::size_t(6));
        QCOMPARE(grid->plots()[0]->choice().valueLabel, QStringLiteral("ICL loss (nats)"));
    }

    void stopAndResumeAreOfferedWhenPossible() {
        Setup setup;
        RunsPage page(setup.workspace(), setup.feed, setup.selection);
        page.show();
        auto* stop = button(page, "Stop and keep");
        auto* resume = button(page, "Resume");
        QSignalSpy stopped(&page, &RunsPage::stopRequested);
        QSignalSpy resumed(&page, &RunsPage::resumeRequested);
        page.setRuns({test::summary("pre", RunStatus::Crashed, RunKind::Pretrain)});
        QVERIFY(resume->isVisible() && !stop->isVisible());
        QTest::mouseClick(resume, Qt::LeftButton);
        QCOMPARE(resumed.count(), 1);
        QCOMPARE(resumed[0][0].toString(), QStringLiteral("pre"));

        auto live = test::pretrainingFacts("own", 50, 5);
        page.setBusy(true);
        setup.feed.takeLive(live);
        QCOMPARE(setup.selection.run(), QStringLiteral("own"));
        QVERIFY(stop->isVisible() && !resume->isVisible());
        QTest::mouseClick(stop, Qt::LeftButton);
        QCOMPARE(stopped.count(), 1);
        page.showStopping();
        QVERIFY(!stop->isEnabled());
    }

    void aCrashedRunShowsWhereItResumes_data() {
        QTest::addColumn<int>("facts");
        QTest::addColumn<QString>("message");
        QTest::newRow("steps after a checkpoint")
            << 60 << "its process is gone; resume from step 40 of pretraining";
        QTest::newRow("no checkpoint yet")
            << 8 << "its process is gone; it has no checkpoint and starts from the beginning";
    }

    void aCrashedRunShowsWhereItResumes() {
        QFETCH(int, facts);
        QFETCH(QString, message);
        QTemporaryDir folder;
        RunFeed feed;
        Selection selection;
        connect(&feed, &RunFeed::historyRequested, &feed, [&](const QString& run) {
            auto events = test::pretrainingFacts(run.toStdString(), 50, 5);
            events.resize(static_cast<std::size_t>(facts)); // 13 per epoch, the last a checkpoint
            feed.takeHistory(run, events, true);
        });
        RunsPage page(*Workspace::open(folder.path().toStdString()), feed, selection);
        RunSummary crashed = test::summary("crash", RunStatus::Crashed, RunKind::Pretrain);
        crashed.lastStep = 45;
        page.setRuns({crashed});
        QStringList texts;
        for (auto* label : page.findChildren<ElidedLabel*>()) { // in full, even if elided
            texts << label->fullText();
        }
        QVERIFY2(texts.filter(message).size() == 1, qPrintable(texts.join('\n')));
    }

    void everyEmptyPageOffersTheNextStep() {
        Setup setup;
        RunsPage runs(setup.workspace(), setup.feed, setup.selection);
        ComparePage compare(setup.feed, setup.selection);
        AlignmentPage alignment(setup.feed, setup.selection);
        for (QWidget* page : std::initializer_list<QWidget*>{&runs, &compare, &alignment}) {
            page->show();
            QVERIFY(page->findChild<EmptyState*>()->isVisible());
            auto* next = button(*page, "Set up an experiment");
            QVERIFY(next != nullptr && next->isVisible());
        }
        QSignalSpy wanted(&runs, &RunsPage::experimentRequested);
        QTest::mouseClick(button(runs, "Set up an experiment"), Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
    }

    void theScrubberAndPlayStepThroughTheEpochs() {
        Setup setup;
        AlignmentPage page(setup.feed, setup.selection);
        page.resize(900, 600);
        page.show();
        setup.selection.setRun("pre");
        auto* slider = page.findChild<QSlider*>();
        QToolButton* play = nullptr;
        for (auto* candidate : page.findChildren<QToolButton*>()) {
            play = candidate->text() == "Play" ? candidate : play;
        }
        QVERIFY(play != nullptr);
        QCOMPARE(page.shownEpoch(), 5);
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(page.shownEpoch(), 0);
        const auto first = page.map()->content().values;
        QTest::keyClick(slider, Qt::Key_Right);
        QCOMPARE(page.shownEpoch(), 1);
        QVERIFY(page.map()->content().values != first);
        QTest::keyClick(slider, Qt::Key_End);
        QTest::mouseClick(play, Qt::LeftButton);
        QCOMPARE(page.shownEpoch(), 0); // at the end, it starts over
        QCOMPARE(play->text(), QStringLiteral("Stop"));
        QTRY_VERIFY_WITH_TIMEOUT(page.shownEpoch() >= 2, 5000);
        QTest::mouseClick(play, Qt::LeftButton);
        const int stopped = page.shownEpoch();
        QTest::qWait(900);
        QCOMPARE(page.shownEpoch(), stopped);
    }

    void aFinetunedRunLinksToTheMapsOfItsPretraining() {
        Setup setup;
        AlignmentPage page(setup.feed, setup.selection);
        page.show();
        auto tuned = test::scored("tuned", 0.7, 0.6);
        tuned.parent = "pre";
        page.setRuns({tuned});
        setup.selection.setRun("tuned");
        QCOMPARE(page.shownEpoch(), -1);
        auto* show = button(page, "Show pre");
        QVERIFY(show != nullptr);
        QTest::mouseClick(show, Qt::LeftButton);
        QCOMPARE(setup.selection.run(), QStringLiteral("pre"));
        QCOMPARE(page.shownEpoch(), 5);
    }

    void onlyARunStillPretrainingWillHaveAMap_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("title");
        QTest::newRow("pretraining") << "pretrain"
                                     << "running"
                                     << "No map yet";
        QTest::newRow("finetuning") << "finetune"
                                    << "running"
                                    << "No alignment map in tuned";
        QTest::newRow("ended") << "pretrain"
                               << "failed"
                               << "No alignment map in tuned";
    }
    void onlyARunStillPretrainingWillHaveAMap() {
        QFETCH(QString, kind);
        QFETCH(QString, status);
        QFETCH(QString, title);
        Setup setup;
        AlignmentPage page(setup.feed, setup.selection);
        page.show();
        page.setRuns({test::summary("tuned", choiceOf<RunStatus>(status.toStdString()).value(),
                                    choiceOf<RunKind>(kind.toStdString()).value())});
        setup.selection.setRun("tuned");
        const auto labels = page.findChild<EmptyState*>()->findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(),
                            [&](const QLabel* label) { return label->text() == title; }));
    }

    void anUnknownRunHasNoStatus() {
        QVERIFY(!statusOf(nullptr, nullptr, false).has_value());
        QVERIFY(statusOf(nullptr, nullptr, true) == RunStatus::Running);
    }

    void selectedRunsAreOverlaid() {
        Setup setup;
        ComparePage page(setup.feed, setup.selection);
        page.resize(1000, 700);
        page.show();
        page.setRuns({test::scored("a", 0.77, 0.6), test::scored("b", 0.76, 0.6),
                      test::scored("c", 0.75, 0.6)});
        auto* table = page.findChild<QTableView*>();
        table->clearSelection();
        for (const char* run : {"a", "c"}) {
            const QModelIndex at = page.model()->index(page.model()->rowOf(run), 0);
            QTest::mouseClick(table->viewport(), Qt::LeftButton, Qt::ControlModifier,
                              table->visualRect(at).center());
        }
        QCOMPARE(page.comparedRuns().size(), 2);
        const auto plots = page.findChild<CurveGrid*>()->plots();
        QCOMPARE(plots.size(), std::size_t(2));
        QVERIFY(plots[0]->legendText().contains("a best"));
        QVERIFY(plots[0]->legendText().contains("c best"));
        QCOMPARE(plots[1]->shownValues(1).size(), std::size_t(15));

        const QString chosen = setup.selection.run();
        QTest::keyClicks(page.findChild<QLineEdit*>(), "b");
        QCOMPARE(setup.selection.run(), chosen); // filtering does not change the selection
        QCOMPARE(page.model()->rowCount(), 1);
        QCOMPARE(page.model()->runAt(0), QStringLiteral("b"));
    }

    void pagesFitTheSmallestWindow() {
        Setup setup;
        RunsPage runs(setup.workspace(), setup.feed, setup.selection);
        ComparePage compare(setup.feed, setup.selection);
        AlignmentPage alignment(setup.feed, setup.selection);
        const std::vector<RunSummary> rows{
            test::summary("pre", RunStatus::Stopped, RunKind::Pretrain)};
        runs.setRuns(rows);
        compare.setRuns(rows);
        alignment.setRuns(rows);
        for (QWidget* page : std::initializer_list<QWidget*>{&runs, &compare, &alignment}) {
            page->show();
            // 800 x 600 less the rail and the status strip.
            QVERIFY2(page->minimumSizeHint().width() <= 710, page->metaObject()->className());
            QVERIFY2(page->minimumSizeHint().height() <= 540, page->metaObject()->className());
        }
    }
};

QTEST_MAIN(RunPagesTest)
#include "run_pages_test.moc"

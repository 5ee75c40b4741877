#include "ui/bridge/run_controller.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace flip;
using flip::ui::RunController;

class RunControllerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        auto workspace = Workspace::open(folder_->path().toStdString());
        QVERIFY2(workspace.ok(), "workspace");
        runs_ = std::make_unique<RunController>(*workspace);
        facts_.clear();
        end_.reset();
        connect(runs_.get(), &RunController::eventsArrived, this,
                [this](const std::vector<RunEvent>& events) {
                    QCOMPARE(QThread::currentThread(), thread());
                    facts_.insert(facts_.end(), events.begin(), events.end());
                });
        connect(runs_.get(), &RunController::ended, this,
                [this](const RunEnded& end) { end_ = end; });
        spec_.kind = RunKind::Pretrain;
    }

    void deliversEveryFactInOrderAndThenTheEnd() {
        QSignalSpy started(runs_.get(), &RunController::started);
        runs_->start(spec_);
        QVERIFY(runs_->running());
        QTRY_VERIFY_WITH_TIMEOUT(end_.has_value(), 20'000);
        QCOMPARE(started.count(), 1);
        QCOMPARE(runs_->currentRun(), QStringLiteral("fake-1"));
        QCOMPARE(facts_.size(), std::size_t{43}); // start, stage, 40 steps, end
        for (std::size_t i = 1; i < facts_.size(); ++i) {
            QVERIFY(facts_[i].wallSeconds >= facts_[i - 1].wallSeconds);
        }
        QVERIFY(std::holds_alternative<RunEnded>(facts_.back().fact));
        QCOMPARE(end_->status, RunStatus::Finished);
        QVERIFY(!runs_->running());
    }

    void stopsWithinASecond() {
        runs_->start(spec_);
        QTRY_VERIFY(facts_.size() > 3);
        QElapsedTimer clock;
        clock.start();
        runs_->stop();
        QVERIFY(runs_->stopping());
        QTRY_VERIFY(end_.has_value());
        QVERIFY(clock.elapsed() < 1000);
        QCOMPARE(end_->status, RunStatus::Stopped);
    }

    void refusesASecondRun() {
        QSignalSpy refused(runs_.get(), &RunController::refused);
        runs_->start(spec_);
        runs_->start(spec_);
        QCOMPARE(refused.count(), 1);
        runs_->stop();
        QTRY_VERIFY(end_.has_value());
    }

    void resumesUnderTheSameName() {
        runs_->resume(QStringLiteral("ml-3"));
        QTRY_VERIFY_WITH_TIMEOUT(end_.has_value(), 20'000);
        QCOMPARE(runs_->currentRun(), QStringLiteral("ml-3"));
        QCOMPARE(std::get<RunStarted>(facts_.front().fact).resumedFromStep, 30);
    }

    void destructionEndsTheRun() {
        runs_->start(spec_);
        QTRY_VERIFY(!facts_.empty());
        QElapsedTimer clock;
        clock.start();
        runs_.reset();
        QVERIFY(clock.elapsed() < 1000);
        QCoreApplication::processEvents(); // queued events are not delivered
        QVERIFY(!end_.has_value());
    }

private:
    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<RunController> runs_;
    std::vector<RunEvent> facts_;
    std::optional<RunEnded> end_;
    RunSpec spec_{};
};

QTEST_GUILESS_MAIN(RunControllerTest)
#include "run_controller_test.moc"

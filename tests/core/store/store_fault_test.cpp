#include "core/store/run_store.h"

#include "core/store/database_check.h"
#include "core/store/run_recorder.h"
#include "tests/core/base/child_process.h"
#include "tests/core/store/recorded_run.h"

#include <QTemporaryDir>
#include <QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <set>
#include <sys/mman.h>
#include <sys/resource.h>
#include <thread>

using namespace flip;

namespace {

using Clock = std::chrono::steady_clock;

/// Memory shared by parent and children.
class SharedCounter {
public:
    SharedCounter()
        : value_(static_cast<std::atomic<std::int64_t>*>(
              ::mmap(nullptr, sizeof(std::atomic<std::int64_t>), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
    ~SharedCounter() { ::munmap(value_, sizeof(*value_)); }
    SharedCounter(const SharedCounter&) = delete;
    SharedCounter& operator=(const SharedCounter&) = delete;

    std::atomic<std::int64_t>& operator*() { return *value_; }

private:
    std::atomic<std::int64_t>* value_;
};

void limitFileSize(rlim_t bytes) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

} // namespace

class StoreFaultTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir temporary_;
    std::unique_ptr<Workspace> workspace_;

    Result<RunStore> store() const { return RunStore::open(*workspace_); }

    std::size_t storedFacts(const std::string& run) const {
        CollectingSink sink;
        auto opened = store();
        return opened && opened->replay(run, sink) ? sink.lines.size() : 0;
    }

    /// Flips a bit of the first byte of the stored text `marker`.
    void damage(const std::string& marker) const {
        auto bytes = *readFile(workspace_->database());
        const auto at = bytes.find(marker);
        QVERIFY(at != std::string::npos);
        std::fstream file(workspace_->database(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(at));
        file.put(static_cast<char>(bytes[at] ^ 1));
        QVERIFY(file.good());
    }

private Q_SLOTS:
    void init() {
        auto opened =
            Workspace::open(temporary_.filePath(QTest::currentTestFunction()).toStdString());
        QVERIFY(opened.ok());
        workspace_ = std::make_unique<Workspace>(*std::move(opened));
    }

    void aKilledRunLosesAtMostOneBatch() {
        SharedCounter steps;
        SharedCounter microseconds; // of the last step recorded, since the child's start
        const auto start = Clock::now();
        const auto elapsed = [&] {
            return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start)
                .count();
        };
        ChildProcess child([&] {
            RunRecorder recorder = newRun(*workspace_, "victim");
            recorder.take(startedEvent());
            for (std::int64_t step = 1;; ++step) {
                const auto now = elapsed();
                recorder.take(stepEvent(step, static_cast<double>(now) * 1e-6));
                *steps = step;
                *microseconds = now;
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            return 0;
        });
        while (*steps < 500) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        QCOMPARE(store()->find("victim")->status, RunStatus::Running);
        child.kill();

        auto opened = store();
        QVERIFY(opened.ok());
        const auto run = opened->find("victim");
        QVERIFY2(run, run ? "" : run.problem().text().c_str());
        QCOMPARE(run->status, RunStatus::Crashed);
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
        CollectingSink sink;
        QVERIFY(opened->replay("victim", sink).ok());
        for (std::size_t i = 1; i < sink.events.size(); ++i) {
            QCOMPARE(std::get<StepDone>(sink.events[i].fact).step, static_cast<std::int64_t>(i));
        }
        const double recorded = static_cast<double>(*microseconds) * 1e-6;
        const double lost = recorded - sink.events.back().wallSeconds;
        // The limit is 200 ms; a loaded machine may delay the writing process as long again.
        QVERIFY2(lost >= -0.01 && lost < 0.4, qPrintable(QString::number(lost)));
        QVERIFY(RunRecorder::resume(*workspace_, "victim", std::nullopt, 0).ok());
    }

    void concurrentWritersDoNotInterfere() {
        constexpr int kProcesses = 4;
        constexpr int kRuns = 5;
        constexpr int kSteps = 60;
        std::vector<std::unique_ptr<ChildProcess>> children;
        for (int i = 0; i < kProcesses; ++i) {
            children.push_back(std::make_unique<ChildProcess>([&] {
                for (int run = 0; run < kRuns; ++run) {
                    auto recorder = RunRecorder::create(*workspace_, "", defaultSpec(), "hash", "");
                    if (!recorder) {
                        return 1;
                    }
                    for (int step = 1; step <= kSteps; ++step) {
                        recorder->take(stepEvent(step));
                        recorder->flush();
                    }
                    recorder->take(endEvent());
                    if (recorder->problem()) {
                        return 2;
                    }
                }
                return 0;
            }));
        }
        for (const auto& child : children) {
            QCOMPARE(child->wait(), 0);
        }
        const auto runs = store()->list();
        QVERIFY(runs.ok());
        QCOMPARE(runs->runs.size(), std::size_t{kProcesses * kRuns});
        std::set<std::string> names;
        for (const RunSummary& run : runs->runs) {
            names.insert(run.name);
            QCOMPARE(run.status, RunStatus::Finished);
            QCOMPARE(storedFacts(run.name), std::size_t{kSteps + 1});
        }
        QCOMPARE(names.size(), runs->runs.size());
        QVERIFY(names.contains("flip-movielens-100k-20"));
    }

    void neverReportsALiveRunAsCrashed() {
        SharedCounter ready;
        ChildProcess child([&] {
            for (int i = 0; i < 30; ++i) {
                auto recorder = i == 0
                                    ? RunRecorder::create(*workspace_, "r", defaultSpec(), "", "")
                                    : RunRecorder::resume(*workspace_, "r", std::nullopt, 0);
                if (!recorder) {
                    return 1;
                }
                recorder->take(stepEvent(1));
                *ready = 1;
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                recorder->take(endEvent(RunStatus::Stopped));
            }
            *ready = 2;
            return 0;
        });
        while (*ready == 0) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        auto opened = store();
        QVERIFY(opened.ok());
        while (*ready == 1) {
            const auto run = opened->find("r");
            QVERIFY2(run, run ? "" : run.problem().text().c_str());
            QVERIFY2(run->status == RunStatus::Running || run->status == RunStatus::Stopped,
                     std::string(wordOf(run->status)).c_str());
        }
        QCOMPARE(child.wait(), 0);
    }

    void reportsAndSurvivesAFullDisk() {
        ChildProcess child([&] {
            ::signal(SIGXFSZ, SIG_IGN);
            RunRecorder recorder = newRun(*workspace_, "full");
            recorder.take(stepEvent(1));
            limitFileSize(2000000);
            std::int64_t step = 1;
            while (!recorder.problem() && step < 100000) {
                recorder.take(stepEvent(++step));
                recorder.take(checkpointEvent(step)); // urgent: written at once
            }
            if (!recorder.problem() || recorder.problem()->where != workspace_->database()) {
                return 1;
            }
            if (recorder.isComplete()) {
                return 3; // what could not be written is kept
            }
            const std::string first = recorder.problem()->what;
            recorder.take(epochEvent(1, step));
            limitFileSize(RLIM_INFINITY);
            recorder.take(endEvent());
            return recorder.problem()->what == first && recorder.isComplete() ? 0 : 2;
        });
        QCOMPARE(child.wait(), 0);
        auto opened = store();
        QVERIFY(opened.ok());
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
        QCOMPARE(opened->find("full")->status, RunStatus::Finished);
        CollectingSink sink;
        QVERIFY(opened->replay("full", sink).ok());
        std::int64_t lastStep = 0; // none is missing, although some had to wait for space
        for (const RunEvent& event : sink.events) {
            if (const auto* step = std::get_if<StepDone>(&event.fact)) {
                QCOMPARE(step->step, lastStep + 1);
                lastStep = step->step;
            }
        }
        QVERIFY(lastStep > 50);
        QVERIFY(std::holds_alternative<RunEnded>(sink.events.back().fact));
    }

    void replacesALastFactThatCannotBeWritten() {
        {
            RunRecorder recorder = newRun(*workspace_, "last");
            recorder.take(stepEvent(1));
            recorder.flush();
            SQLite::Database database(workspace_->database().string(), SQLite::OPEN_READWRITE);
            database.exec("CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.kind = '" +
                          std::string(eventName(endEvent().fact)) +
                          "' BEGIN SELECT RAISE(FAIL, 'disk full'); END");
            QVERIFY(!recorder.takeLast(endEvent()));
            QVERIFY(recorder.problem().has_value());
            QVERIFY(recorder.isComplete()); // the refused fact is not kept
            database.exec("DROP TRIGGER full");
            RunEvent otherwise = endEvent();
            std::get<RunEnded>(otherwise.fact).status = RunStatus::Failed;
            QVERIFY(recorder.takeLast(otherwise));
        }
        auto opened = store();
        QVERIFY(opened.ok());
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
        QCOMPARE(opened->find("last")->status, RunStatus::Failed);
        QCOMPARE(storedFacts("last"), std::size_t{2});
    }

    void aDiskThatStaysFullLeavesAConsistentStore() {
        ChildProcess child([&] {
            ::signal(SIGXFSZ, SIG_IGN);
            RunRecorder recorder = newRun(*workspace_, "full");
            limitFileSize(1000000);
            for (std::int64_t step = 1; !recorder.problem() && step < 100000; ++step) {
                recorder.take(checkpointEvent(step));
            }
            recorder.take(endEvent());
            return recorder.problem() ? 0 : 1;
        });
        QCOMPARE(child.wait(), 0);
        auto opened = store();
        QVERIFY(opened.ok());
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
        QCOMPARE(opened->find("full")->status, RunStatus::Crashed);
        QVERIFY(storedFacts("full") > 10);
    }

    void refusesANewerStore() {
        QVERIFY(store().ok());
        {
            SQLite::Database database(workspace_->database().string(), SQLite::OPEN_READWRITE);
            database.exec("PRAGMA user_version = 99");
        }
        const auto opened = store();
        QVERIFY(!opened);
        QCOMPARE(opened.problem().where, workspace_->database().string());
        QVERIFY(opened.problem().what.ends_with("update the program"));
        QVERIFY(!RunRecorder::create(*workspace_, "", defaultSpec(), "", ""));
    }

    void reportsAFileThatIsNotAStore_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("text") << QByteArray(5000, 'x');
        QTest::newRow("header only")
            << QByteArray("SQLite format 3\0", 16) + QByteArray(100, '\xff');
    }
    void reportsAFileThatIsNotAStore() {
        QFETCH(QByteArray, bytes);
        std::filesystem::remove(workspace_->database());
        QVERIFY(writeFileAtomically(workspace_->database(), bytes.toStdString()).ok());
        const auto opened = store();
        QVERIFY(!opened);
        QCOMPARE(opened.problem().where, workspace_->database().string());
        QVERIFY(opened.problem().what.starts_with("is damaged"));
        QCOMPARE(*readFile(workspace_->database()), bytes.toStdString());
    }

    void leavesAForeignDatabaseUnchanged() {
        {
            SQLite::Database database(workspace_->database().string(),
                                      SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
            database.exec("CREATE TABLE runs (mine TEXT)");
        }
        const auto opened = store();
        QVERIFY(!opened);
        QCOMPARE(opened.problem().where, workspace_->database().string());
        const SQLite::Database database(workspace_->database().string());
        QVERIFY(!database.tableExists("events"));
    }

    void detectsAChangedByte_data() {
        QTest::addColumn<QString>("marker");
        QTest::newRow("in a fact") << "0.123456789";
        QTest::newRow("in the spec") << "max_tokens = 100";
        QTest::newRow("in the ending") << "all epochs done";
        QTest::newRow("in the dataset's hash") << "0123456789abcdef";
    }
    void detectsAChangedByte() {
        QFETCH(QString, marker);
        std::filesystem::remove_all(workspace_->folder());
        workspace_ = std::make_unique<Workspace>(*Workspace::open(workspace_->folder()));
        {
            RunRecorder recorder = newRun(*workspace_, "r");
            recorder.take({.wallSeconds = 0, .fact = LogLine{"info", "loss 0.123456789"}});
            recorder.take(endEvent());
        }
        QVERIFY(checkDatabase(workspace_->database()).damaged.empty());
        damage(marker.toStdString());
        const auto damaged = checkDatabase(workspace_->database()).damaged;
        QCOMPARE(damaged.size(), std::size_t{1});
        QCOMPARE(damaged[0].file, workspace_->database().string());
        QVERIFY2(damaged[0].problem.find("run r") != std::string::npos, damaged[0].problem.c_str());
        CollectingSink sink;
        QVERIFY(!store()->find("r") || !store()->replay("r", sink));
    }

    void readsAReadOnlyStore_data() {
        QTest::addColumn<bool>("hasPendingLog"); // changes are only in the write-ahead log
        QTest::addColumn<bool>("hasIndex");      // the log's index is there too
        QTest::newRow("all in the file") << false << false;
        QTest::newRow("with a pending log") << true << true;
        QTest::newRow("with a pending log, without its index") << true << false;
    }

    void readsAReadOnlyStore() {
        QFETCH(bool, hasPendingLog);
        QFETCH(bool, hasIndex);
        namespace fs = std::filesystem;
        const QString own = QString("own, ") + QTest::currentDataTag();
        const auto workspace = *Workspace::open(temporary_.filePath(own).toStdString());
        const fs::path frozen = temporary_.filePath("frozen").toStdString();
        fs::remove_all(frozen);
        {
            RunRecorder recorder = newRun(workspace, "kept");
            recorder.take(startedEvent());
            recorder.take(stepEvent(1));
            recorder.take(endEvent());
            if (hasPendingLog) { // while it is open
                fs::copy(workspace.folder(), frozen, fs::copy_options::recursive);
            }
        }
        if (!hasPendingLog) {
            fs::copy(workspace.folder(), frozen, fs::copy_options::recursive);
        }
        if (!hasIndex) {
            fs::remove(frozen / "flip.db-shm");
        }
        QCOMPARE(fs::exists(frozen / "flip.db-wal") && fs::file_size(frozen / "flip.db-wal") > 0,
                 hasPendingLog);
        const auto entries = [&] {
            std::set<std::string> names;
            for (const auto& entry : fs::recursive_directory_iterator(frozen)) {
                names.insert(entry.path().string());
            }
            return names;
        };
        const auto before = entries();
        fs::permissions(temporary_.path().toStdString(), fs::perms::all);
        const auto readable =
            fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
        const auto open =
            readable | fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
        for (const std::string& name : before) {
            fs::permissions(name, fs::is_directory(name) ? open : readable);
        }
        fs::permissions(frozen, open);
        ChildProcess child([&] {
            if (::geteuid() == 0 && ::setuid(65534) != 0) {
                return 2;
            }
            qputenv("TMPDIR", temporary_.path().toUtf8()); // which everybody can write
            const auto toRead = Workspace::open(frozen, WorkspaceUse::Read);
            if (!toRead || !toRead->isReadOnly()) {
                return 3;
            }
            auto store = RunStore::open(*toRead);
            CollectingSink sink;
            if (!store || !store->replay("kept", sink) || sink.lines.size() != 3) {
                return 4;
            }
            const auto runs = store->list();
            if (!runs || runs->runs.size() != 1 ||
                runs->runs.front().status != RunStatus::Finished) {
                return 5;
            }
            return RunRecorder::create(*toRead, "", defaultSpec(), "", "") ? 6 : 0;
        });
        const int status = child.wait();
        const auto after = entries();
        fs::permissions(frozen, fs::perms::owner_all);
        for (const std::string& name : before) {
            fs::permissions(name, fs::perms::owner_all);
        }
        QCOMPARE(status, 0);
        QVERIFY(after == before);
    }

    void readsAMissingStoreAsEmpty() {
        const auto nowhere =
            Workspace::open(temporary_.filePath("nowhere").toStdString(), WorkspaceUse::Read);
        QVERIFY(nowhere.ok());
        auto store = RunStore::open(*nowhere);
        QVERIFY(store.ok());
        const auto runs = store->list();
        QVERIFY(runs.ok() && runs->runs.empty());
        QVERIFY(!std::filesystem::exists(nowhere->folder()));
    }

    void reportsAReadOnlyFolder() {
        QVERIFY(store().ok());
        const std::filesystem::path folder = workspace_->folder();
        const auto all = std::filesystem::perms::owner_read | std::filesystem::perms::group_read |
                         std::filesystem::perms::others_read | std::filesystem::perms::owner_exec |
                         std::filesystem::perms::group_exec | std::filesystem::perms::others_exec;
        std::filesystem::permissions(temporary_.path().toStdString(), std::filesystem::perms::all);
        std::filesystem::permissions(folder, all);
        ChildProcess child([&] {
            if (::geteuid() == 0 && ::setuid(65534) != 0) {
                return 2;
            }
            const auto recorder = RunRecorder::create(*workspace_, "", defaultSpec(), "", "");
            return !recorder && recorder.problem().where == workspace_->database() ? 0 : 1;
        });
        const int status = child.wait();
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
        QCOMPARE(status, 0);
    }
};

QTEST_GUILESS_MAIN(StoreFaultTest)
#include "store_fault_test.moc"

#include "core/data/import/import.h"

#include "core/base/files.h"
#include "tests/core/data/data_files.h"
#include "tests/core/data/fake_movielens.h"

#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace flip;

namespace {

/// Runs `work` in a child process; returns its exit code, or minus the signal that ended it.
int inChild(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(work());
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) {
        qFatal("the child process cannot be run");
    }
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

class ImportFaultTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        test::FakeMovieLens fake;
        fake.users = 250;
        fake.films = 60;
        fake.writeTo(source());
        request_ = {};
        request_.source = source();
        request_.preset = "movielens-100k";
        request_.name = "ml";
    }

    void cancellingLeavesNothing_data();
    void cancellingLeavesNothing();
    void aKilledImportLeavesNoDatasetAndItsRemainsAreRemoved_data();
    void aKilledImportLeavesNoDatasetAndItsRemainsAreRemoved();
    void aRunningImportIsNotDisturbed();
    void aFullDiskIsAProblemAndLeavesNothing();
    void twoImportsOfOneNameLeaveOneCompleteDataset();
    void aFailedReplacementKeepsTheOldDataset();

private:
    std::filesystem::path source() const { return folder_->path().toStdString() + "/raw"; }
    std::filesystem::path datasets() const { return folder_->path().toStdString() + "/datasets"; }

    std::vector<std::string> hiddenFolders() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(datasets())) {
            if (entry.path().filename().string().starts_with(".")) {
                names.push_back(entry.path().filename().string());
            }
        }
        return names;
    }

    std::unique_ptr<QTemporaryDir> folder_;
    ImportRequest request_;
};

void ImportFaultTest::cancellingLeavesNothing_data() {
    QTest::addColumn<QString>("phase");
    QTest::addColumn<bool>("rows"); // only after some were kept
    QTest::newRow("before it begins") << "" << false;
    QTest::newRow("while joined tables are read") << "reading items" << false;
    QTest::newRow("while rows are read") << "reading ratings" << true;
    QTest::newRow("before ids are assigned") << "building vocabularies" << true;
    QTest::newRow("before it is renamed") << "finishing" << true;
}

void ImportFaultTest::cancellingLeavesNothing() {
    QFETCH(QString, phase);
    QFETCH(bool, rows);
    std::stop_source stop;
    if (phase.isEmpty()) {
        stop.request_stop();
    }
    int reportsAfterStop = -1;
    const auto report = importDataset(
        request_, datasets(),
        [&](const ImportProgress& now) {
            if (now.phase == phase.toStdString() && (now.rows > 0 || !rows)) {
                stop.request_stop();
            }
            reportsAfterStop += stop.stop_requested() ? 1 : 0;
        },
        stop.get_token());
    QCOMPARE(reportsAfterStop, 0); // it ends at once
    QVERIFY(!report.ok());
    QVERIFY(report.problem().what.find("cancelled") != std::string::npos);
    QCOMPARE(test::filesBelow(datasets()), std::vector<std::string>{});
}

void ImportFaultTest::aKilledImportLeavesNoDatasetAndItsRemainsAreRemoved_data() {
    QTest::addColumn<QString>("phase");
    QTest::newRow("while rows are read") << "reading ratings";
    QTest::newRow("before ids are assigned") << "building vocabularies";
    QTest::newRow("before it is renamed") << "finishing";
}

void ImportFaultTest::aKilledImportLeavesNoDatasetAndItsRemainsAreRemoved() {
    QFETCH(QString, phase);
    const int ended = inChild([&] {
        const auto report = importDataset(request_, datasets(), [&](const ImportProgress& now) {
            // Wait for some rows: the phase's first report comes before the folder exists.
            if (now.phase == phase.toStdString() && now.rows > 0) {
                ::kill(::getpid(), SIGKILL);
            }
        });
        return report.ok() ? 0 : 1;
    });
    QCOMPARE(ended, -SIGKILL);
    QCOMPARE(hiddenFolders().size(), std::size_t{1});
    QVERIFY(!std::filesystem::exists(datasets() / "ml"));

    FLIP_VERIFY_OK(importDataset(request_, datasets()));
    QVERIFY(hiddenFolders().empty());
    const auto data = Dataset::open(datasets() / "ml");
    FLIP_VERIFY_OK(data);
    QVERIFY(data->verify().empty());
}

void ImportFaultTest::aRunningImportIsNotDisturbed() {
    ImportRequest other = request_;
    other.name = "other";
    bool nested = false;
    const auto report = importDataset(request_, datasets(), [&](const ImportProgress& now) {
        if (now.rows > 0 && !nested) {
            nested = true;
            FLIP_VERIFY_OK(importDataset(other, datasets()));
            QCOMPARE(hiddenFolders().size(), std::size_t{1}); // that of the outer import
        }
    });
    QVERIFY(nested);
    FLIP_VERIFY_OK(report);
    QVERIFY(hiddenFolders().empty());
    for (const char* name : {"ml", "other"}) {
        const auto data = Dataset::open(datasets() / name);
        FLIP_VERIFY_OK(data);
        QVERIFY(data->verify().empty());
    }
}

void ImportFaultTest::aFullDiskIsAProblemAndLeavesNothing() {
    const int ended = inChild([&] {
        // A limit on the size of files simulates a full disk.
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{20000, 20000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
            return 2;
        }
        const auto report = importDataset(request_, datasets());
        const bool named = !report.ok() && report.problem().what.starts_with("cannot be written") &&
                           !report.problem().where.empty();
        return named ? 0 : 1;
    });
    QCOMPARE(ended, 0);
    QCOMPARE(test::filesBelow(datasets()), std::vector<std::string>{});
}

void ImportFaultTest::twoImportsOfOneNameLeaveOneCompleteDataset() {
    for (int round = 0; round < 5; ++round) {
        std::filesystem::remove_all(datasets());
        int done = 0;
        int othersDone = 0;
        {
            const std::jthread other([&] {
                ImportRequest otherRequest = request_;
                otherRequest.split.seed = 2;
                othersDone = importDataset(otherRequest, datasets()).ok() ? 1 : 0;
            });
            done = importDataset(request_, datasets()).ok() ? 1 : 0;
        }
        QCOMPARE(done + othersDone, 1); // different contents: the first wins, the other is refused
        QVERIFY(hiddenFolders().empty());
        const auto data = Dataset::open(datasets() / "ml");
        FLIP_VERIFY_OK(data);
        QVERIFY(data->verify().empty());
    }
}

void ImportFaultTest::aFailedReplacementKeepsTheOldDataset() {
    FLIP_VERIFY_OK(importDataset(request_, datasets()));
    const auto before = Dataset::open(datasets() / "ml");
    FLIP_VERIFY_OK(before);
    request_.replace = true;
    request_.labelRule = "> 4";
    std::stop_source stop;
    const auto report = importDataset(
        request_, datasets(),
        [&](const ImportProgress& now) {
            if (now.phase == "finishing") {
                stop.request_stop();
            }
        },
        stop.get_token());
    QVERIFY(!report.ok());
    const auto after = Dataset::open(datasets() / "ml");
    FLIP_VERIFY_OK(after);
    QVERIFY(after->verify().empty());
    QCOMPARE(after->hash(), before->hash());
    QVERIFY(hiddenFolders().empty());
}

QTEST_GUILESS_MAIN(ImportFaultTest)
#include "import_fault_test.moc"

#include "core/store/workspace_check.h"

#include "core/base/random_stream.h"
#include "core/store/database_check.h"
#include "tests/core/base/child_process.h"
#include "tests/core/store/checked_workspace.h"
#include "tests/core/store/sqlite_bytes.h"

#include <QtCore/QProcess>
#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <numeric>

using namespace flip;
using namespace flip::test;

namespace fs = std::filesystem;

namespace {

std::string asText(const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& found : findings) {
        text += found.file + ": " + found.problem + "; " + found.advice + "\n";
    }
    return text;
}

bool names(const std::vector<Finding>& findings, const fs::path& file) {
    return std::ranges::find(findings, file.string(), &Finding::file) != findings.end();
}

/// Every file of a folder that is not empty, except for logs, which no program reads.
std::vector<fs::path> filesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && entry.file_size() > 0 &&
            entry.path().extension() != ".log") {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    return files;
}

std::map<std::string, std::string> contentOf(const fs::path& folder) {
    std::map<std::string, std::string> content;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        content[entry.path().string()] =
            entry.is_regular_file() ? *readFile(entry.path()) : std::string();
    }
    return content;
}

/// The offsets of a file's bytes that have a meaning: all of them, except in flip.db.
std::vector<std::size_t> meaningfulOffsets(const fs::path& file) {
    std::string bytes = *readFile(file);
    if (file.extension() == ".db") {
        return SqliteBytes(file.string(), std::move(bytes)).offsets();
    }
    std::vector<std::size_t> offsets(bytes.size());
    std::iota(offsets.begin(), offsets.end(), std::size_t{0});
    return offsets;
}

/// Runs SQL on a database file outside the program.
void execute(const fs::path& file, const char* sql) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    database.exec(sql);
}

using Damage = std::function<void(const CheckedWorkspace&)>;

} // namespace

Q_DECLARE_METATYPE(Damage)

/// What `flip doctor` finds and what it repairs.
class WorkspaceCheckTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsNothingInAnIntactWorkspace() {
        const CheckedWorkspace project;
        const auto before = contentOf(project.workspace().folder());
        const WorkspaceReport report = checkWorkspace(project.toRead());
        QVERIFY2(report.damaged.empty(), asText(report.damaged).c_str());
        QVERIFY2(report.notes.empty(), asText(report.notes).c_str());
        QCOMPARE(report.runs, std::int64_t{4});
        QCOMPARE(report.datasets, std::int64_t{2});
        QVERIFY(report.bytes > 0);
        QCOMPARE(static_cast<std::size_t>(report.files),
                 filesIn(project.workspace().folder()).size());
        QVERIFY(contentOf(project.workspace().folder()) == before);
    }

    void findsNothingInAMissingWorkspace() {
        const QTemporaryDir folder;
        const auto none =
            *Workspace::open(folder.filePath("none").toStdString(), WorkspaceUse::Read);
        QVERIFY(checkWorkspace(none).damaged.empty());
        QVERIFY(!fs::exists(none.folder()));
    }

    void findsNothingWhileARunIsLive() {
        const CheckedWorkspace project;
        RunRecorder live = newRun(project.workspace(), "live");
        live.take(startedEvent());
        live.take(stepEvent(1));
        live.flush();
        std::ofstream(project.workspace().checkpoints("live") / "state.safetensors.x7Rk2a") << "a";
        const WorkspaceReport report = checkWorkspace(project.toRead());
        QVERIFY2(report.damaged.empty(), asText(report.damaged).c_str());
        QVERIFY2(report.notes.empty(), asText(report.notes).c_str());
    }

    void checksAReadOnlyWorkspace() {
        const CheckedWorkspace project;
        const fs::path folder = project.workspace().folder();
        overwrite(folder / "checkpoints/pre/weights.safetensors", 21, "?");
        const auto freeze = [&](fs::perms folders, fs::perms files) {
            for (const auto& [path, content] : contentOf(folder)) {
                fs::permissions(path, fs::is_directory(path) ? folders : files);
            }
            fs::permissions(folder, folders);
        };
        freeze(fs::perms(0555), fs::perms(0444));
        ChildProcess reader([&] {
            constexpr uid_t kNobody = 65534;
            if (::geteuid() == 0 && ::setuid(kNobody) != 0) {
                return 99;
            }
            const auto workspace = Workspace::open(folder, WorkspaceUse::Read);
            const bool isReadOnly = workspace && workspace->isReadOnly();
            return isReadOnly && checkWorkspace(*workspace).damaged.size() == 1 ? 0 : 1;
        });
        const int ended = reader.wait();
        freeze(fs::perms(0755), fs::perms(0644));
        QCOMPARE(ended, 0);
    }

    void findsNothingInAWorkspaceOfTheFirstVersion() {
        const QTemporaryDir folder;
        QProcess tar;
        tar.start("tar",
                  {"-xzf", FLIP_TEST_FIXTURES "/old_workspace/0.1.0.tar.gz", "-C", folder.path()});
        QVERIFY(tar.waitForFinished() && tar.exitCode() == 0);
        const auto workspace = *Workspace::open(folder.path().toStdString(), WorkspaceUse::Read);
        const auto before = contentOf(workspace.folder());
        const WorkspaceReport report = checkWorkspace(workspace);
        QVERIFY2(report.damaged.empty(), asText(report.damaged).c_str());
        QVERIFY(report.runs == 10);
        QVERIFY(contentOf(workspace.folder()) == before);
    }

    void findsEachOf300DamagedBytes() {
        const CheckedWorkspace project;
        const Workspace workspace = project.toRead();
        const std::vector<fs::path> files = filesIn(workspace.folder());
        QVERIFY(std::ranges::find(files, workspace.database()) != files.end());
        std::map<fs::path, std::vector<std::size_t>> offsets;
        for (const fs::path& file : files) {
            offsets[file] = meaningfulOffsets(file);
        }
        // One time in three flip.db, the only file without a hash over all of its bytes.
        RandomStream random(1, "damage");
        for (int i = 0; i < 300; ++i) {
            const fs::path& file =
                i % 3 == 0 ? workspace.database() : files[random.below(files.size())];
            const std::size_t at = offsets[file][random.below(offsets[file].size())];
            const char before = (*readFile(file))[at];
            const char after = static_cast<char>(before ^ static_cast<char>(1 + random.below(255)));
            overwrite(file, at, {&after, 1});
            const WorkspaceReport report = checkWorkspace(workspace);
            overwrite(file, at, {&before, 1});
            QVERIFY2(names(report.damaged, file),
                     qPrintable(QString("%1, byte %2: %3 instead of %4\n%5")
                                    .arg(QString::fromStdString(file.string()))
                                    .arg(at)
                                    .arg(static_cast<unsigned char>(after))
                                    .arg(static_cast<unsigned char>(before))
                                    .arg(QString::fromStdString(asText(report.damaged)))));
        }
        QVERIFY(checkWorkspace(workspace).damaged.empty());
    }

    void namesEveryDamagedFile() {
        const CheckedWorkspace project;
        const Workspace workspace = project.toRead();
        for (const fs::path& file : filesIn(workspace.dataset("clicks"))) {
            if (file.extension() == ".bin") {
                fs::resize_file(file, fs::file_size(file) - 1);
            }
        }
        const fs::path other = workspace.datasets() / ".trash/old~1";
        overwrite(other / "manifest.json", 30, "?"); // its columns are checked anyway
        const fs::path column = filesIn(other / "columns").front();
        overwrite(column, 0, readFile(column)->front() == '?' ? "!" : "?");
        fs::remove(workspace.checkpoints("pre") / kFinalWeights);
        fs::resize_file(workspace.checkpoints("cut") / kTrainingState, 40);
        execute(workspace.database(), "UPDATE runs SET seed = seed + 1 WHERE name = 'gone'");
        execute(workspace.database(), "UPDATE events SET body = replace(body, 'done', 'gone') "
                                      "WHERE run = (SELECT id FROM runs WHERE name = 'cut')");
        const WorkspaceReport report = checkWorkspace(workspace);
        for (const fs::path& file : filesIn(workspace.dataset("clicks"))) {
            QCOMPARE(names(report.damaged, file), file.extension() == ".bin");
        }
        QVERIFY(names(report.damaged, other / "manifest.json") && names(report.damaged, column));
        QVERIFY(names(report.damaged, workspace.checkpoints("pre") / kFinalWeights));
        QVERIFY(names(report.damaged, workspace.checkpoints("cut") / kTrainingState));
        const std::string text = asText(report.damaged);
        QVERIFY2(text.find("entry of run gone") != std::string::npos, text.c_str());
        QVERIFY2(text.find("run cut: fact 24 is") != std::string::npos, text.c_str());
    }

    void reportsOnceHowManyFilesHaveNoChecksum() {
        const CheckedWorkspace project;
        const std::string header = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
        for (const char* name : {"pre", "cut"}) {
            std::string bytes(8, '\0');
            bytes[0] = static_cast<char>(header.size());
            QVERIFY(writeFileAtomically(project.workspace().checkpoints(name) / kFinalWeights,
                                        bytes + header + "ab"));
        }
        const WorkspaceReport report = checkWorkspace(project.toRead());
        QVERIFY2(report.damaged.empty(), asText(report.damaged).c_str());
        QCOMPARE(report.notes.size(), std::size_t{1});
        QCOMPARE(report.notes[0].problem,
                 std::string("2 files of earlier versions have no checksum"));
    }

    void aDamagedTrashEntryRemovesNoRun() {
        const CheckedWorkspace project;
        execute(project.workspace().database(), "UPDATE trash SET purging = 1");
        QVERIFY(RunStore::open(project.workspace())); // finishes interrupted purges
        QCOMPARE(RunStore::open(project.workspace())->trashed()->runs.size(), std::size_t{1});
        QVERIFY(names(checkWorkspace(project.toRead()).damaged, project.workspace().database()));
    }

    void repairs_data() {
        QTest::addColumn<Damage>("damage");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const char* says, Damage damage) {
            QTest::newRow(name) << damage << QString(says);
        };
        const auto sql = [&](const char* name, const char* says, const char* statement) {
            row(name, says, [statement](const CheckedWorkspace& project) {
                execute(project.workspace().database(), statement);
            });
        };
        sql("the kind of a fact", "of 1 facts were restored",
            "UPDATE events SET kind = 'ster' WHERE run = 2 AND seq = 3");
        sql("stage and step of a fact", "of 1 facts were restored",
            "UPDATE events SET stage = 'x', step = 7 WHERE run = 2 AND seq = 3");
        sql("the time of facts", "of 24 facts were restored",
            "UPDATE events SET time = time + 1 WHERE run = 2");
        sql("a run's status", "entry of run pre was restored",
            "UPDATE runs SET status = 'finishee' WHERE name = 'pre'");
        sql("a run's name", "entry of run pre was restored",
            "UPDATE runs SET name = 'prf' WHERE name = 'pre'");
        sql("a run's ending", "entry of run pre was restored",
            "UPDATE runs SET ending = '{}' WHERE name = 'pre'");
        sql("a run's last step", "entry of run cut was restored",
            "UPDATE runs SET last_step = 21 WHERE name = 'cut'");
        sql("a run's count of facts", "entry of run cut was restored",
            "UPDATE runs SET facts = 21 WHERE name = 'cut'");
        sql("a run's seed", "entry of run cut was restored",
            "UPDATE runs SET seed = 99 WHERE name = 'cut'");
        sql("the trash", "taken out of the trash", "UPDATE trash SET deleted = '2020'");
        sql("the trash entry of a missing run", "taken out of the trash",
            "PRAGMA foreign_keys = OFF; UPDATE trash SET run = 99");
        sql("the version of the tables", "version of its tables was set to",
            "PRAGMA user_version = 2");
        sql("a version of the tables that is unknown", "version of its tables was set to",
            "PRAGMA user_version = 11");
        row("an index", "indices were rebuilt", [](const CheckedWorkspace& project) {
            const fs::path file = project.workspace().database();
            const std::string bytes = *readFile(file);
            // In the index each status is stored without the other columns, before the run's
            // number.
            std::size_t at = 0;
            {
                SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
                at = static_cast<std::size_t>(
                         database
                             .execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = "
                                         "'runs_by_status'")
                             .getInt64() -
                         1) *
                     4096;
            }
            at = bytes.find("stopped", at);
            QVERIFY(at != std::string::npos);
            overwrite(file, at, "t");
        });
    }

    void repairs() {
        QFETCH(Damage, damage);
        QFETCH(QString, says);
        const CheckedWorkspace project;
        const auto before = checkWorkspace(project.toRead());
        damage(project);
        QVERIFY(names(checkWorkspace(project.toRead()).damaged, project.workspace().database()));
        const auto done = repairWorkspace(project.workspace());
        QVERIFY2(done, done ? "" : done.problem().text().c_str());
        const std::string text = asText(*done);
        QVERIFY2(text.find(says.toStdString()) != std::string::npos, text.c_str());
        const auto after = checkWorkspace(project.toRead());
        QVERIFY2(after.damaged.empty(), asText(after.damaged).c_str());
        QCOMPARE(after.runs, before.runs);
        QCOMPARE(RunStore::open(project.workspace())->find("pre")->status, RunStatus::Finished);
        QVERIFY(repairWorkspace(project.workspace())->empty());
    }

    void movesARunWithALostEntryToTheTrash() {
        const CheckedWorkspace project;
        execute(project.workspace().database(),
                "UPDATE runs SET created = 'then' WHERE name = 'pre'");
        const auto done = repairWorkspace(project.workspace());
        QVERIFY2(done, done ? "" : done.problem().text().c_str());
        QVERIFY2(asText(*done).find("run pre") != std::string::npos, asText(*done).c_str());
        const auto stored = RunStore::open(project.workspace())->list();
        QVERIFY(stored && stored->unreadable.empty());
        QVERIFY(fs::exists(project.workspace().checkpoints("pre") / kFinalWeights));
        // Still damaged, and still reported.
        QVERIFY(names(checkWorkspace(project.toRead()).damaged, project.workspace().database()));
        QVERIFY(repairWorkspace(project.workspace())->empty());
    }

    void removesLeftoversOfKilledPrograms() {
        const CheckedWorkspace project;
        const Workspace workspace = project.workspace();
        const fs::path import = workspace.datasets() / ".import-x7Rk2a";
        fs::create_directories(import / "clicks");
        fs::create_directories(workspace.folder() / ".demo-abcdef");
        fs::create_directories(workspace.checkpoints("never"));
        fs::create_directories(workspace.checkpoints("foreign"));
        for (const fs::path& file :
             {import / "lock", workspace.checkpoints("never") / kRunLock,
              workspace.folder() / ".writable-AAAAAA", workspace.models() / ".writable-abC123",
              workspace.checkpoints("pre") / "weights.safetensors.x7Rk2a",
              workspace.checkpoints("foreign") / "notes.txt"}) {
            QVERIFY(std::ofstream(file).good());
        }
        const WorkspaceReport report = checkWorkspace(project.toRead());
        QVERIFY2(report.damaged.empty(), asText(report.damaged).c_str());
        QCOMPARE(report.notes.size(), std::size_t{7});
        const auto done = repairWorkspace(workspace);
        QVERIFY2(done && done->size() == 6, done ? asText(*done).c_str() : "");
        QVERIFY(!fs::exists(import) && !fs::exists(workspace.checkpoints("never")));
        QVERIFY(fs::exists(workspace.checkpoints("foreign") / "notes.txt"));
        QVERIFY(fs::exists(workspace.checkpoints("pre") / kFinalWeights));
    }

    void marksARunWithoutItsProgramAsCrashed() {
        const CheckedWorkspace project;
        ChildProcess child([&] {
            RunRecorder run = newRun(project.workspace(), "killed");
            run.take(startedEvent());
            ::_exit(0);
            return 0;
        });
        QCOMPARE(child.wait(), 0);
        const auto done = repairWorkspace(project.workspace());
        QVERIFY2(done &&
                     asText(*done).find("run killed was marked as crashed") != std::string::npos,
                 done ? asText(*done).c_str() : "");
    }

    void repairsNothingWhileARunIsLive() {
        const CheckedWorkspace project;
        const RunRecorder live = newRun(project.workspace(), "live");
        execute(project.workspace().database(), "UPDATE trash SET deleted = '2020'");
        const auto done = repairWorkspace(project.workspace());
        QVERIFY(!done);
        QCOMPARE(done.problem().where, project.workspace().checkpoints("live").string());
        QVERIFY(names(checkWorkspace(project.toRead()).damaged, project.workspace().database()));
    }

    void leavesWhatCannotBeRepaired() {
        const CheckedWorkspace project;
        const Workspace workspace = project.workspace();
        const fs::path weights = workspace.checkpoints("pre") / kFinalWeights;
        overwrite(weights, fs::file_size(weights) - 3, "?");
        overwrite(workspace.dataset("clicks") / "manifest.json", 20, "?");
        const auto before = contentOf(workspace.folder());
        const auto done = repairWorkspace(workspace);
        QVERIFY(done && done->empty());
        QVERIFY(contentOf(workspace.folder()) == before);
    }
};

QTEST_GUILESS_MAIN(WorkspaceCheckTest)
#include "workspace_check_test.moc"

#include "core/store/workspace.h"

#include "core/base/files.h"
#include "tests/core/base/child_process.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace flip;

namespace fs = std::filesystem;

class WorkspaceTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir temporary_;
    fs::path folder_;

    void addModel(const fs::path& folder) const {
        QVERIFY(makeFolder(folder).ok());
        QVERIFY(writeFileAtomically(folder / "config.json", "{}").ok());
    }

private Q_SLOTS:
    void init() {
        folder_ = temporary_.filePath(QTest::currentTestFunction()).toStdString();
        QVERIFY(makeFolder(folder_).ok());
        qputenv("FLIP_MODELS", "");
        qputenv("FLIP_WORKSPACE", (folder_ / "default").c_str());
    }

    void makesItsFolders() {
        const auto workspace = Workspace::open(folder_ / "new" / "workspace");
        QVERIFY(workspace.ok());
        QVERIFY(fs::is_directory(workspace->datasets()));
        QVERIFY(fs::is_directory(workspace->models()));
        QVERIFY(fs::is_directory(workspace->checkpoints("")));
        QCOMPARE(workspace->database(), folder_ / "new" / "workspace" / "flip.db");
        QCOMPARE(workspace->dataset("ml"), workspace->datasets() / "ml");
        QVERIFY(Workspace::open(folder_ / "new" / "workspace").ok());
    }

    void aRelativeFolderBecomesAbsolute() {
        const fs::path before = fs::current_path();
        fs::current_path(folder_);
        const auto workspace = Workspace::open("here");
        fs::current_path(before);
        QVERIFY(workspace.ok());
        QCOMPARE(workspace->folder(), folder_ / "here");
    }

    void namesTheFolderThatIsAFile() {
        QVERIFY(writeFileAtomically(folder_ / "file", "").ok());
        for (const fs::path& path : {folder_ / "file", folder_ / "file" / "below"}) {
            const auto workspace = Workspace::open(path);
            QVERIFY(!workspace);
            QCOMPARE(workspace.problem().where, path.string());
            QVERIFY(workspace.problem().what.ends_with("choose another folder with --workspace"));
        }
        QVERIFY(!Workspace::open(""));
    }

    void namesTheFolderThatCannotBeWritten() {
        QVERIFY(Workspace::open(folder_ / "workspace").ok());
        const fs::path workspace = folder_ / "workspace";
        ::chmod(temporary_.path().toStdString().c_str(), 0755);
        ::chmod(workspace.c_str(), 0555);
        // Root can write everywhere, so the child becomes another user.
        ChildProcess child([&] {
            if (::geteuid() == 0 && ::setuid(65534) != 0) {
                return 2;
            }
            const auto opened = Workspace::open(workspace);
            return !opened && opened.problem().where == workspace.string() &&
                           opened.problem().what.find("cannot be written") != std::string::npos
                       ? 0
                       : 1;
        });
        QCOMPARE(child.wait(), 0);
        ::chmod(workspace.c_str(), 0755);
    }

    void openingForReadingChangesNothing() {
        const fs::path nowhere = folder_ / "nowhere";
        const auto missing = Workspace::open(nowhere, WorkspaceUse::Read);
        QVERIFY(missing.ok() && missing->isReadOnly());
        QVERIFY(missing->datasetNames().empty());
        QVERIFY(!fs::exists(nowhere));
        fs::create_directories(nowhere);
        const auto empty = Workspace::open(nowhere, WorkspaceUse::Read);
        QVERIFY(empty.ok() && !empty->isReadOnly());
        QVERIFY(fs::is_empty(nowhere));
    }

    void leavesNoProbeFile() {
        const auto workspace = Workspace::open(folder_);
        QVERIFY(workspace.ok());
        int entries = 0;
        for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_)) {
            ++entries;
        }
        QCOMPARE(entries, 3);
    }

    void defaultsToThePlatformsDataFolder_data() {
        QTest::addColumn<QByteArray>("given");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QByteArray>("home");
        QTest::addColumn<QString>("folder");
        const auto row = [](const char* name, QByteArray given, QByteArray data, QByteArray home,
                            const char* folder) {
            QTest::newRow(name) << given << data << home << folder;
        };
        row("FLIP_WORKSPACE", "/w", "/d", "/h", "/w");
        row("XDG_DATA_HOME", "", "/d", "/h", "/d/flip-workbench");
        row("home", "", "", "/h", "/h/.local/share/flip-workbench");
        row("relative XDG_DATA_HOME", "", "d", "/h", "/h/.local/share/flip-workbench");
        const QByteArray known = ::getpwuid(::getuid())->pw_dir;
        const QByteArray there = known + "/.local/share/flip-workbench";
        row("nothing: the system's user database", "", "", "", there.constData());
        row("relative home", "", "", "h", there.constData());
    }
    void defaultsToThePlatformsDataFolder() {
        QFETCH(QByteArray, given);
        QFETCH(QByteArray, data);
        QFETCH(QByteArray, home);
        QFETCH(QString, folder);
        const QByteArray dataBefore = qgetenv("XDG_DATA_HOME");
        const QByteArray homeBefore = qgetenv("HOME");
        qputenv("FLIP_WORKSPACE", given);
        qputenv("XDG_DATA_HOME", data);
        qputenv("HOME", home);
        const fs::path found = Workspace::defaultFolder();
        qputenv("XDG_DATA_HOME", dataBefore);
        qputenv("HOME", homeBefore);
        QCOMPARE(QString::fromStdString(found.string()), folder);
    }

    void listsFinishedDatasets() {
        const auto workspace = Workspace::open(folder_);
        QVERIFY(workspace.ok());
        for (const char* name : {"zoo", "books", ".books.import"}) {
            QVERIFY(makeFolder(workspace->dataset(name)).ok());
        }
        QVERIFY(writeFileAtomically(workspace->dataset("notes.txt"), "").ok());
        QCOMPARE(workspace->datasetNames(), (std::vector<std::string>{"books", "zoo"}));
    }

    void searchesTheModelFoldersInOrder() {
        const auto workspace = Workspace::open(folder_ / "own");
        QVERIFY(workspace.ok());
        const fs::path extra = folder_ / "extra";
        const fs::path fallback = folder_ / "default" / "models";
        qputenv("FLIP_MODELS", extra.c_str());
        addModel(fallback / "bert");
        QCOMPARE(*workspace->findModel("bert"), fallback / "bert");
        addModel(extra / "bert");
        QCOMPARE(*workspace->findModel("bert"), extra / "bert");
        addModel(workspace->models() / "bert");
        QCOMPARE(*workspace->findModel("bert"), workspace->models() / "bert");
        QCOMPARE(*workspace->findModel((extra / "bert").string()), extra / "bert");
        addModel(extra / "roberta");
        QVERIFY(makeFolder(extra / "no-model").ok());
        const auto names = workspace->modelNames();
        for (const char* name : {"bert", "roberta"}) {
            QCOMPARE(std::count(names.begin(), names.end(), name), std::ptrdiff_t{1});
        }
        QCOMPARE(std::count(names.begin(), names.end(), "no-model"), std::ptrdiff_t{0});
        QVERIFY(std::is_sorted(names.begin(), names.end()));
    }

    void saysWhereToPutAMissingModel() {
        const auto workspace = Workspace::open(folder_ / "own");
        QVERIFY(workspace.ok());
        addModel(workspace->models() / "bert");
        const auto missing = workspace->findModel("brt");
        QVERIFY(!missing);
        QCOMPARE(missing.problem().where, std::string("brt"));
        QVERIFY(missing.problem().what.find(workspace->models().string()) != std::string::npos);
        QVERIFY(missing.problem().what.find("bert") != std::string::npos);
        const auto empty = workspace->findModel(folder_.string());
        QVERIFY(!empty);
        QCOMPARE(empty.problem().text(),
                 folder_.string() +
                     ": has no config.json; name a folder in the Hugging Face layout");
        QVERIFY(!workspace->findModel(""));
    }
};

QTEST_GUILESS_MAIN(WorkspaceTest)
#include "workspace_test.moc"

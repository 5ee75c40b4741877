#include "app/launch/engine_start.h"

#include "core/base/files.h"

#include <QtTest/QtTest>

#include <QProcess>
#include <QTemporaryDir>

#include <filesystem>
#include <stdexcept>
#include <string>

#include <dlfcn.h>

using namespace flip;
using namespace flip::launch;

namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    if (!writeFileAtomically(file, text)) {
        throw std::runtime_error("cannot write " + file.string());
    }
}

void makeRunnable(const fs::path& file) {
    fs::permissions(file, fs::perms::owner_all);
}

/// The files of a PyTorch wheel that the program looks at.
void makeTorch(const fs::path& folder, const std::string& version) {
    write(folder / "lib" / "libtorch_cpu.so", "");
    write(folder / "version.py", "from typing import Optional\n__version__ = '" + version + "'\n");
}

/// Replaces its library by one that the loader accepts: a copy of Qt Test's library.
void makeLoadable(const fs::path& folder) {
    Dl_info found{};
    if (::dladdr(reinterpret_cast<const void*>(
                     static_cast<int (*)(QObject*, int, char**)>(&QTest::qExec)),
                 &found) == 0) {
        throw std::runtime_error("no library to copy");
    }
    fs::copy_file(found.dli_fname, folder / "lib" / "libtorch_cpu.so",
                  fs::copy_options::overwrite_existing);
}

/// Returns the answers in order and records the `trouble` of each question.
struct Answers {
    std::vector<std::string> answers;
    std::vector<std::string> troubles;

    AskForTorch asker() {
        return [this](const std::string&, const std::string& trouble) {
            troubles.push_back(trouble);
            if (answers.empty()) {
                return std::optional<std::string>();
            }
            const std::string answer = answers.front();
            answers.erase(answers.begin());
            return std::optional(answer);
        };
    }
};

} // namespace

/// How a package without LibTorch finds the PyTorch of an environment.
class LaunchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void findsAPyTorchByItsPlace_data();
    void findsAPyTorchByItsPlace();
    void refusesAPlaceWithoutPyTorch();
    void refusesAnotherVersion();
    void refusesAPyTorchThatCannotBeLoaded();
    void prefersTheFirstPlaceInOrder();
    void triesNoOtherPlaceIfOneWasNamed();
    void asksOnce();
    void asksAgainAfterAWrongAnswer();
    void reportsWhyTheActiveEnvironmentCannotBeUsed();
    void reportsHowToNameAPyTorchIfTheUserCancels();
    void aSlimPackageStartsWithTheNamedPyTorch();
    void aFullPackageRefusesAnotherPyTorch();

private:
    fs::path path() const { return folder_->path().toStdString(); }
    fs::path makePackage(bool slim) const;

    std::unique_ptr<QTemporaryDir> folder_;
};

void LaunchTest::init() {
    folder_ = std::make_unique<QTemporaryDir>();
    QVERIFY(folder_->isValid());
    qputenv("XDG_CONFIG_HOME", (path() / "config").c_str());
    for (const char* name : {"FLIP_TORCH", "VIRTUAL_ENV", "CONDA_PREFIX"}) {
        qunsetenv(name);
    }
}

void LaunchTest::cleanup() {
    qunsetenv("XDG_CONFIG_HOME");
}

void LaunchTest::findsAPyTorchByItsPlace_data() {
    QTest::addColumn<QString>("place");
    QTest::newRow("its folder") << "env/lib/python3.12/site-packages/torch";
    QTest::newRow("site-packages") << "env/lib/python3.12/site-packages";
    QTest::newRow("environment") << "env";
    QTest::newRow("Python") << "env/bin/python";
    QTest::newRow("folder of its libraries") << "env/lib/python3.12/site-packages/torch/lib";
    QTest::newRow("unpacked zip") << "zip";
}

void LaunchTest::findsAPyTorchByItsPlace() {
    QFETCH(QString, place);
    const fs::path torch = path() / "env/lib/python3.12/site-packages/torch";
    makeTorch(torch, "2.13.0+cu130");
    write(path() / "zip/libtorch/lib/libtorch_cpu.so", "");
    write(path() / "zip/libtorch/build-version", "2.13.1+cpu\n");
    // Prints the folder of its package torch, like the real Python for that call.
    write(path() / "env/bin/python", "#!/bin/sh\nprintf '" + torch.string() + "'\n");
    makeRunnable(path() / "env/bin/python");
    const auto found = torchAt(path() / place.toStdString());
    QVERIFY2(found.ok(), found ? "" : found.problem().text().c_str());
    if (place == "zip") {
        QCOMPARE(found->version, std::string("2.13.1"));
    } else {
        QCOMPARE(found->folder, fs::canonical(torch));
        QCOMPARE(found->version, std::string("2.13.0"));
    }
}

void LaunchTest::refusesAPlaceWithoutPyTorch() {
    write(path() / "python", "#!/bin/sh\nexit 1\n");
    makeRunnable(path() / "python");
    const auto refused = [&](const fs::path& place) {
        const auto found = torchAt(place);
        return found ? std::string() : found.problem().text();
    };
    QCOMPARE(refused(path()), path().string() + ": has no PyTorch in it");
    const std::string python = (path() / "python").string();
    QCOMPARE(refused(python), python + ": is not a Python that has PyTorch");
    const std::string nowhere = (path() / "nowhere").string();
    QCOMPARE(refused(nowhere), nowhere + ": does not exist");
    QCOMPARE(refused("no-such-program"), "no-such-program: is not a Python that has PyTorch");
}

void LaunchTest::refusesAnotherVersion() {
    makeTorch(path() / "torch", "2.1.0");
    makeLoadable(path() / "torch");
    QVERIFY(torchAt(path() / "torch", "2.1").ok());
    for (const char* wanted : {"2.13", "2.10"}) {
        const auto found = torchAt(path() / "torch", wanted);
        QVERIFY(!found.ok());
        QCOMPARE(found.problem().what,
                 "has PyTorch 2.1.0, and this package is built for " + std::string(wanted));
    }
}

void LaunchTest::refusesAPyTorchThatCannotBeLoaded() {
    makeTorch(path() / "damaged", "2.13.0"); // its library is an empty file
    const auto damaged = torchAt(path() / "damaged", "2.13");
    QVERIFY(!damaged.ok());
    QVERIFY2(damaged.problem().what.starts_with("has a PyTorch that cannot be loaded (") &&
                 damaged.problem().what.find("file too short") != std::string::npos,
             damaged.problem().what.c_str());
    makeTorch(path() / "a:b", "2.13.0");
    makeLoadable(path() / "a:b");
    QVERIFY(!torchAt(path() / "a:b", "2.13").ok());
}

void LaunchTest::prefersTheFirstPlaceInOrder() {
    for (const char* name : {"named", "variable", "chosen", "active"}) {
        makeTorch(path() / name, "2.13.0");
        makeLoadable(path() / name);
    }
    Answers noAnswers;
    const auto found = [&](const std::string& named) {
        const auto torch = findTorch("2.13", named, noAnswers.asker());
        return torch ? torch->folder.filename().string() : torch.problem().text();
    };
    qputenv("VIRTUAL_ENV", (path() / "active").c_str());
    QCOMPARE(found(""), std::string("active"));
    write(rememberedTorchFile(), (path() / "chosen").string() + "\n");
    QCOMPARE(found(""), std::string("chosen"));
    qputenv("FLIP_TORCH", (path() / "variable").c_str());
    QCOMPARE(found(""), std::string("variable"));
    QCOMPARE(found((path() / "named").string()), std::string("named"));
    QVERIFY(noAnswers.troubles.empty());
}

void LaunchTest::triesNoOtherPlaceIfOneWasNamed() {
    makeTorch(path() / "active", "2.13.0");
    makeLoadable(path() / "active");
    qputenv("VIRTUAL_ENV", (path() / "active").c_str());
    Answers noAnswers;
    QVERIFY(!findTorch("2.13", (path() / "missing").string(), noAnswers.asker()).ok());
    qputenv("FLIP_TORCH", (path() / "missing").c_str());
    QVERIFY(!findTorch("2.13", "", noAnswers.asker()).ok());
    QVERIFY(noAnswers.troubles.empty());
}

void LaunchTest::asksOnce() {
    makeTorch(path() / "torch", "2.13.0");
    makeLoadable(path() / "torch");
    Answers user{{(path() / "torch").string()}, {}};
    QVERIFY(findTorch("2.13", "", user.asker()).ok());
    QVERIFY(findTorch("2.13", "", user.asker()).ok());
    QCOMPARE(user.troubles, std::vector<std::string>{"no PyTorch has been named"});
}

void LaunchTest::asksAgainAfterAWrongAnswer() {
    makeTorch(path() / "old", "2.9.0");
    makeTorch(path() / "damaged", "2.13.0"); // its library is an empty file
    makeTorch(path() / "torch", "2.13.0");
    makeLoadable(path() / "torch");
    Answers user{
        {(path() / "old").string(), (path() / "damaged").string(), (path() / "torch").string()},
        {}};
    QVERIFY(findTorch("2.13", "", user.asker()).ok());
    QCOMPARE(user.troubles.size(), std::size_t{3});
    QVERIFY(user.troubles[1].find("has PyTorch 2.9.0") != std::string::npos);
    QVERIFY(user.troubles[2].find("damaged/lib/libtorch_cpu.so") != std::string::npos);
    // The stored PyTorch is gone: the next question states why the user is asked again.
    fs::remove_all(path() / "torch");
    QVERIFY(!findTorch("2.13", "", user.asker()).ok());
    QCOMPARE(user.troubles.back(), (path() / "torch").string() + " (stored in " +
                                       rememberedTorchFile().string() + ") does not exist");
}

void LaunchTest::reportsWhyTheActiveEnvironmentCannotBeUsed() {
    makeTorch(path() / "active", "2.14.1");
    makeLoadable(path() / "active");
    qputenv("VIRTUAL_ENV", (path() / "active").c_str());
    Answers noAnswers;
    const auto found = findTorch("2.13", "", noAnswers.asker());
    QVERIFY(!found.ok());
    QCOMPARE(
        found.problem().text(),
        "PyTorch: the active environment " + (path() / "active").string() +
            " has PyTorch 2.14.1, and this package is built for 2.13; name one of version 2.13 "
            "by --torch or $FLIP_TORCH: a Python that has it, or its folder");
}

void LaunchTest::reportsHowToNameAPyTorchIfTheUserCancels() {
    Answers noAnswers;
    const auto found = findTorch("2.13", "", noAnswers.asker());
    QVERIFY(!found.ok());
    QCOMPARE(
        found.problem().text(),
        std::string("PyTorch: no PyTorch has been named; name one of version 2.13 by --torch or "
                    "$FLIP_TORCH: a Python that has it, or its folder"));
}

/// A package with the real flip, and an engine that prints its library path and arguments.
fs::path LaunchTest::makePackage(bool slim) const {
    const fs::path package = path() / "package";
    const fs::path engine = package / "lib/flip-workbench/flip-engine";
    write(engine, "#!/bin/sh\necho \"$LD_LIBRARY_PATH|$*\"\n");
    makeRunnable(engine);
    fs::create_directories(package / "bin");
    fs::copy_file(FLIP_TEST_PROGRAM, package / "bin/flip");
    if (slim) {
        write(package / "lib/flip-workbench/pytorch-version", "2.13\n");
    }
    return package / "bin/flip";
}

void LaunchTest::aSlimPackageStartsWithTheNamedPyTorch() {
    const fs::path program = makePackage(/*slim=*/true);
    makeTorch(path() / "torch", "2.13.0");
    makeLoadable(path() / "torch");
    QProcess flip;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("LD_LIBRARY_PATH", "/elsewhere");
    flip.setProcessEnvironment(environment);
    const QString torch = QString::fromStdString((path() / "torch").string());
    flip.start(QString::fromStdString(program.string()), {"--torch", torch, "demo"});
    QVERIFY(flip.waitForFinished());
    QCOMPARE(flip.exitCode(), 0);
    QCOMPARE(QString::fromUtf8(flip.readAllStandardOutput()),
             torch + "/lib:/elsewhere|--torch " + torch + " demo\n");
    // Without --torch and without a terminal to ask on, the message states what to do.
    flip.start(QString::fromStdString(program.string()), {"demo"});
    QVERIFY(flip.waitForFinished());
    QCOMPARE(flip.exitCode(), 2);
    const QString output = QString::fromUtf8(flip.readAllStandardError());
    QVERIFY2(output.startsWith("PyTorch: no PyTorch has been named; ") && output.count('\n') == 1,
             qPrintable(output));
    // A command that needs no LibTorch does not ask for one.
    flip.start(QString::fromStdString(program.string()), {"--version"});
    QVERIFY(flip.waitForFinished());
    QCOMPARE(flip.exitCode(), 0);
}

void LaunchTest::aFullPackageRefusesAnotherPyTorch() {
    const fs::path program = makePackage(/*slim=*/false);
    QProcess flip;
    flip.start(QString::fromStdString(program.string()), {"demo"});
    QVERIFY(flip.waitForFinished());
    QVERIFY(flip.readAllStandardOutput().endsWith("|demo\n"));
    flip.start(QString::fromStdString(program.string()), {"--torch", "/somewhere", "demo"});
    QVERIFY(flip.waitForFinished());
    QCOMPARE(flip.exitCode(), 2);
    QCOMPARE(QString::fromUtf8(flip.readAllStandardError()),
             QString("--torch: is for packages without LibTorch; this program has its own\n"));
}

QTEST_GUILESS_MAIN(LaunchTest)
#include "launch_test.moc"

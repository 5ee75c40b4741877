#include "tests/app/flip_program.h"
#include "tests/core/run/tiny_project.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QtTest>

#include <csignal>

using namespace flip;
using namespace flip::test;

namespace {

QStringList runWords(const QString& name) {
    QStringList words{"run", "@", "--events", "--name", name};
    for (const char* assignment :
         {"data.dataset=tiny", "plm.path=" FLIP_TEST_FIXTURES "/tiny_bert", "plm.layers=1",
          "text.max_tokens=40", "id.embedding_dim=8", "id.hidden=[16, 8]", "id.rank=4", "threads=1",
          "device=cpu", "pretrain.epochs=3", "pretrain.batch_size=16", "finetune.epochs=3",
          "finetune.batch_size=32"}) {
        words << "--set" << assignment;
    }
    return words;
}

/// Reads event lines until the given number of steps is done.
bool waitForSteps(QProcess& process, int steps) {
    int seen = 0;
    while (seen < steps) {
        if (!process.canReadLine() && !process.waitForReadyRead(60000)) {
            return false;
        }
        while (process.canReadLine()) {
            const QJsonObject event = QJsonDocument::fromJson(process.readLine()).object();
            seen += event["event"].toString() == "step" ? 1 : 0;
        }
    }
    return true;
}

} // namespace

/// The state of a run after its process was killed or interrupted.
class RunFaultTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aKilledRunIsCrashedAndResumesToTheSameNumbers_data();
    void aKilledRunIsCrashedAndResumesToTheSameNumbers();
    void interruptSavesACheckpoint();
    void aWorkspaceStaysReadableDuringARun();

private:
    QStringList words(const QString& name) const {
        QStringList all = runWords(name);
        all.replaceInStrings(QRegularExpression("^@$"), workspace() + "/../empty.toml");
        return all;
    }
    QString workspace() const {
        return QString::fromStdString((project_->path() / "workspace").string());
    }
    std::string status(const std::string& run) const {
        auto store = RunStore::open(project_->workspace());
        const auto found = store->find(run);
        return found ? std::string(wordOf(found->status)) : found.problem().text();
    }

    std::unique_ptr<TinyProject> project_;
};

void RunFaultTest::initTestCase() {
    project_ = std::make_unique<TinyProject>();
    QFile empty(workspace() + "/../empty.toml");
    QVERIFY(empty.open(QIODevice::WriteOnly));
    const Output output = runFlip(workspace(), words("whole"));
    QVERIFY2(output.code == 0, qPrintable(output.err));
}

void RunFaultTest::aKilledRunIsCrashedAndResumesToTheSameNumbers_data() {
    QTest::addColumn<int>("steps");
    QTest::newRow("before the first checkpoint") << 5;
    QTest::newRow("in the third epoch of pretraining") << 60;
    QTest::newRow("in finetuning") << 80;
}

void RunFaultTest::aKilledRunIsCrashedAndResumesToTheSameNumbers() {
    QFETCH(int, steps);
    const QString name = QString("killed-%1").arg(steps);
    QProcess process;
    prepareFlip(process, workspace(), words(name));
    process.start();
    QVERIFY(waitForSteps(process, steps));
    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
    process.waitForFinished();

    QCOMPARE(status(name.toStdString()), std::string("crashed"));
    const Output output = runFlip(workspace(), {"run", "--resume", name, "--json"});
    QVERIFY2(output.code == 0, qPrintable(output.err));
    QCOMPARE(QJsonDocument::fromJson(output.out.toUtf8()).object()["run"].toString(), name);
    const Workspace opened = project_->workspace();
    for (const char* file : {"weights.safetensors", "predictions.safetensors"}) {
        const auto expected = readFile(opened.checkpoints("whole") / file);
        const auto given = readFile(opened.checkpoints(name.toStdString()) / file);
        QVERIFY2(expected.ok() && given.ok() && *expected == *given, file);
    }
}

void RunFaultTest::interruptSavesACheckpoint() {
    QProcess process;
    prepareFlip(process, workspace(), words("interrupted"));
    process.start();
    QVERIFY(waitForSteps(process, 20));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(10000));
    QCOMPARE(process.exitCode(), 130);
    QCOMPARE(status("interrupted"), std::string("stopped"));
    QVERIFY(std::filesystem::exists(project_->workspace().checkpoints("interrupted") /
                                    "state.safetensors"));
}

void RunFaultTest::aWorkspaceStaysReadableDuringARun() {
    QProcess process;
    prepareFlip(process, workspace(), words("watched"));
    process.start();
    QVERIFY(waitForSteps(process, 10));
    QCOMPARE(status("watched"), std::string("running"));
    const Output list = runFlip(workspace(), {"runs", "list"});
    QCOMPARE(list.code, 0);
    QVERIFY(list.out.contains("watched"));
    const Output twice = runFlip(workspace(), {"run", "--resume", "watched"});
    QCOMPARE(twice.code, 2);
    QVERIFY2(twice.err.contains("running"), qPrintable(twice.err));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(10000));
}

QTEST_GUILESS_MAIN(RunFaultTest)
#include "run_fault_test.moc"

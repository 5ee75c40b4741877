#include "tests/core/run/same_runs.h"
#include "tests/core/run/tiny_project.h"

#include "core/formats/safetensors.h"
#include "core/run/preflight.h"
#include "core/store/predictions.h"

#include <QtTest/QtTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>

using namespace flip;
using namespace flip::test;

namespace {

/// Sets every element of a checkpoint's tensors with this name prefix to a number.
void setTensors(const std::filesystem::path& checkpoint, const std::string& prefix, float number) {
    const auto file = SafetensorsFile::open(checkpoint);
    std::map<std::string, TensorView> tensors = file->tensors();
    std::deque<std::string> bytes;
    for (auto& [name, view] : tensors) {
        if (name.starts_with(prefix)) {
            const std::vector<float> numbers(view.bytes.size() / sizeof(float), number);
            view.bytes = bytes.emplace_back(reinterpret_cast<const char*>(numbers.data()),
                                            view.bytes.size());
        }
    }
    if (bytes.empty() || !writeSafetensors(checkpoint, tensors, file->metadata())) {
        throw std::runtime_error("nothing to set in " + checkpoint.string());
    }
}

} // namespace

/// What a run refuses, and how it ends when its files, its store or its numbers fail.
class RunFailureTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusesInvalidRecipes_data();
    void refusesInvalidRecipes();
    void aDamagedColumnEndsTheRunBeforeItsFirstStep_data();
    void aDamagedColumnEndsTheRunBeforeItsFirstStep();
    void reportsDamagedWeights_data();
    void reportsDamagedWeights();
    void refusesAParentTrainedOnOtherRows();
    void reportsATokenWithoutAVector();
    void reportsOneFinalEnd_data();
    void reportsOneFinalEnd();
    void divergingKeepsTheCheckpointAndTheBestEpoch();
    void refusesADivergedCheckpoint();
};

void RunFailureTest::refusesInvalidRecipes_data() {
    QTest::addColumn<QString>("assignment");
    QTest::addColumn<QString>("says");
    QTest::newRow("unknown dataset") << "data.dataset=nothing"
                                     << "no dataset is named 'nothing'";
    QTest::newRow("unknown field") << "text.template=of {nobody}."
                                   << "nobody";
    QTest::newRow("width of an unknown field") << "id.field_dims=director = 4"
                                               << "names 'director', which is not an id field";
    QTest::newRow("model without weights")
        << QString("plm.path=") + FLIP_TEST_FIXTURES + "/bert_without_weights"
        << "no model.safetensors";
    QTest::newRow("masked tokens with a frozen model")
        << "finetune.mask_ratio_text=0.1\nfinetune.text_encoder=frozen"
        << "finetune.mask_ratio_text: has no effect with finetune.text_encoder";
    QTest::newRow("masked fields without text")
        << "data.dataset=worded\ntext.template={genre}\npretrain.masked_fields=same"
        << "pretrain.masked_fields: is \"same\", but text.template names none of the id fields";
    QTest::newRow("no model") << "plm.path=no-such-model"
                              << "no-such-model";
    QTest::newRow("more layers than there are") << "plm.layers=9"
                                                << "the model has 2";
    QTest::newRow("more tokens than the model reads") << "text.max_tokens=500"
                                                      << "64 tokens at most";
    QTest::newRow("unknown parent") << "finetune.from=nobody"
                                    << "finetune.from";
    QTest::newRow("missing device") << "device=cuda:77"
                                    << "device";
}

void RunFailureTest::refusesInvalidRecipes() {
    QFETCH(QString, assignment);
    QFETCH(QString, says);
    TinyProject project(60);
    std::vector<std::string> assignments;
    for (const QString& one : assignment.split('\n')) {
        assignments.push_back(one.toStdString());
    }
    project.importAs("worded", {{"name = \"genre\"", "name = \"genre\"\nuse = \"text\""}});
    const RunSpec spec = project.spec(assignments);
    const auto ready = preflight(spec, project.workspace());
    QVERIFY(!ready.ok());
    const QString text = QString::fromStdString(ready.problem().text());
    QVERIFY2(text.contains(says), qPrintable(text));
    Listener listener;
    const RunEnded ended =
        executeRun(spec, project.workspace(), "", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Failed);
    QCOMPARE(QString::fromStdString(ended.problem->text()), text);
    auto store = RunStore::open(project.workspace());
    QVERIFY(store.ok());
    QVERIFY(store->list()->runs.empty()); // a run that never began leaves no trace
}

void RunFailureTest::aDamagedColumnEndsTheRunBeforeItsFirstStep_data() {
    QTest::addColumn<bool>("stopped");
    QTest::newRow("without a stop") << false;
    QTest::newRow("with a stop requested") << true;
}

void RunFailureTest::aDamagedColumnEndsTheRunBeforeItsFirstStep() {
    QFETCH(bool, stopped);
    TinyProject project(60);
    const RunSpec spec = project.spec();
    std::filesystem::path largest;
    for (const auto& file :
         std::filesystem::directory_iterator(project.workspace().dataset("tiny") / "columns")) {
        if (largest.empty() ||
            std::filesystem::file_size(file) > std::filesystem::file_size(largest)) {
            largest = file;
        }
    }
    std::fstream(largest, std::ios::in | std::ios::out | std::ios::binary).put('\x7f');
    Listener listener;
    if (stopped) {
        listener.stop.request_stop();
    }
    const RunEnded ended =
        executeRun(spec, project.workspace(), "", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Failed);
    const QString text = QString::fromStdString(ended.problem->text());
    QVERIFY2(text.contains(QString::fromStdString(largest.filename())), qPrintable(text));
    QVERIFY(listener.all<StepDone>().empty());
}

void RunFailureTest::reportsDamagedWeights_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("weights of the parent") << "weights.safetensors";
    QTest::newRow("predictions") << "predictions.safetensors";
    QTest::newRow("checkpoint") << "state.safetensors";
}

void RunFailureTest::reportsDamagedWeights() {
    QFETCH(QString, file);
    TinyProject project(120);
    const Workspace workspace = project.workspace();
    const bool stopped = file.startsWith("state");
    Listener listener(RunStage::Finetune, stopped ? 2 : -1);
    const RunSpec spec = project.spec({"kind=finetune", "finetune.branches=id"});
    (void)executeRun(spec, workspace, "parent", listener, listener.stop.get_token());
    const auto path = workspace.checkpoints("parent") / file.toStdString();
    const auto size = std::filesystem::file_size(path);
    {
        std::fstream damage(path, std::ios::in | std::ios::out | std::ios::binary);
        damage.seekg(static_cast<std::streamoff>(size) - 1);
        const int last = damage.get();
        damage.seekp(static_cast<std::streamoff>(size) - 1);
        damage.put(static_cast<char>(last ^ 1));
    }
    std::optional<Problem> problem;
    Listener after;
    if (stopped) {
        problem = resumeRun("parent", workspace, after, after.stop.get_token()).problem;
    } else if (file.startsWith("weights")) {
        const RunSpec child =
            project.spec({"kind=finetune", "finetune.branches=id", "finetune.from=parent"});
        problem = executeRun(child, workspace, "child", after, after.stop.get_token()).problem;
    } else {
        problem = loadPredictions(path).problem();
    }
    QVERIFY(problem.has_value());
    QCOMPARE(problem->where, path.string());
    QVERIFY(after.all<StepDone>().empty());
}

void RunFailureTest::refusesAParentTrainedOnOtherRows() {
    TinyProject project(120);
    const Workspace workspace = project.workspace();
    Listener listener;
    const std::vector<std::string> id = {"kind=finetune", "finetune.branches=id"};
    QCOMPARE(executeRun(project.spec(id), workspace, "parent", listener, listener.stop.get_token())
                 .status,
             RunStatus::Finished);
    ImportRequest other;
    other.source = project.path() / "source";
    other.schema = project.path() / "source" / "tiny.toml";
    other.name = "tiny";
    other.split.seed = 99; // the same rows with another split
    other.replace = true;
    QVERIFY(importDataset(other, workspace.datasets()).ok());
    const auto ready = preflight(
        project.spec({"kind=finetune", "finetune.branches=id", "finetune.from=parent"}), workspace);
    QVERIFY(!ready.ok());
    QCOMPARE(ready.problem().where, std::string("finetune.from"));
    QVERIFY(ready.problem().what.find("another dataset or split") != std::string::npos);
}

void RunFailureTest::reportsATokenWithoutAVector() {
    TinyProject project(60);
    const auto model = project.path() / "grown";
    std::filesystem::create_directories(model);
    for (const auto& file : std::filesystem::directory_iterator(FLIP_TEST_FIXTURES "/tiny_bert")) {
        std::ofstream(model / file.path().filename(), std::ios::binary) << content(file.path());
    }
    std::ofstream(model / "vocab.txt", std::ios::app) << "zebra\nquagga\n";
    const auto end = [&](const char* words) {
        Listener listener;
        return executeRun(
            project.spec({"kind=finetune", "finetune.branches=text", "finetune.epochs=1",
                          "plm.path=" + model.string(), std::string("text.template=") + words}),
            project.workspace(), "", listener, listener.stop.get_token());
    };
    QCOMPARE(end("{movie} {genre}").status, RunStatus::Finished); // no sentence uses them
    const RunEnded ended = end("{movie} quagga {genre}");
    QCOMPARE(ended.status, RunStatus::Failed);
    const QString text = QString::fromStdString(ended.problem->text());
    QVERIFY2(text.startsWith("dataset tiny, sentence of row 0: uses the token \"quagga\", number "),
             qPrintable(text));
    QVERIFY(!text.contains('\n'));
}

void RunFailureTest::reportsOneFinalEnd_data() {
    QTest::addColumn<int>("stopAt");
    QTest::addColumn<QString>("unwritten");
    QTest::newRow("an end that is not stored") << -1 << "NEW.kind = 'end'";
    QTest::newRow("a stop whose end is not stored") << 2 << "NEW.kind = 'end'";
    QTest::newRow("a stop whose steps are not stored") << 2 << "NEW.kind = 'step'";
}

/// With a store that rejects some facts, as on a full disk, the run fails for sink and caller
/// alike, and its end is reported once.
void RunFailureTest::reportsOneFinalEnd() {
    QFETCH(int, stopAt);
    QFETCH(QString, unwritten);
    TinyProject project(120);
    const Workspace workspace = project.workspace();
    QVERIFY(RunStore::open(workspace).ok());
    SQLite::Database database(workspace.database().string(), SQLite::OPEN_READWRITE);
    database.exec("CREATE TRIGGER full BEFORE INSERT ON events WHEN " + unwritten.toStdString() +
                  " BEGIN SELECT RAISE(FAIL, 'disk full'); END");
    Listener listener(RunStage::Finetune, stopAt);
    const RunEnded ended = executeRun(project.spec({"kind=finetune", "finetune.branches=id"}),
                                      workspace, "run", listener, listener.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Failed);
    QVERIFY(ended.problem.has_value());
    QCOMPARE(ended.problem->where, workspace.database().string());
    const auto ends = listener.all<RunEnded>();
    QCOMPARE(ends.size(), std::size_t{1});
    QCOMPARE(resultJson("run", ends.front()), resultJson("run", ended));
    QVERIFY(std::holds_alternative<RunEnded>(listener.events.back().fact));
    QVERIFY(RunStore::open(workspace)->find("run")->status != RunStatus::Finished);
}

void RunFailureTest::divergingKeepsTheCheckpointAndTheBestEpoch() {
    TinyProject project(120);
    const Workspace workspace = project.workspace();
    const std::vector<std::string> ids = {"kind=finetune", "finetune.branches=id", "id.backbone=fm",
                                          "finetune.batch_size=32"};
    Listener listener(RunStage::Finetune, 4); // the first step of the second epoch
    QCOMPARE(
        executeRun(project.spec(ids), workspace, "run", listener, listener.stop.get_token()).status,
        RunStatus::Stopped);
    const auto state = workspace.checkpoints("run") / "state.safetensors";
    setTensors(state, "model/rec.embedding", 1e30F); // finite, but their products are not
    const std::string before = content(state);
    Listener rest;
    const RunEnded ended = resumeRun("run", workspace, rest, rest.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Diverged);
    QCOMPARE(QString::fromStdString(ended.reason),
             "the loss of step 5 of finetune is not finite; lower the learning rate");
    QVERIFY(content(state) == before);
    std::vector<std::string> child = ids;
    child.emplace_back("finetune.from=run");
    Listener after;
    QCOMPARE(executeRun(project.spec(child), workspace, "", after, after.stop.get_token()).status,
             RunStatus::Finished); // from the best epoch
}

void RunFailureTest::refusesADivergedCheckpoint() {
    TinyProject project(120);
    const Workspace workspace = project.workspace();
    const RunSpec spec = project.spec({"kind=finetune", "finetune.branches=id"});
    Listener listener(RunStage::Finetune, 2);
    (void)executeRun(spec, workspace, "run", listener, listener.stop.get_token());
    const auto state = workspace.checkpoints("run") / "state.safetensors";
    setTensors(state, "optimiser/square/rec.", NAN);
    Listener rest;
    const RunEnded ended = resumeRun("run", workspace, rest, rest.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Failed);
    QVERIFY(ended.problem.has_value());
    QCOMPARE(ended.problem->where, state.string());
    const QString what = QString::fromStdString(ended.problem->what);
    QVERIFY2(what.startsWith("holds numbers that are not finite, in square/rec."),
             qPrintable(what));
    QVERIFY(rest.all<StepDone>().empty());
}

QTEST_GUILESS_MAIN(RunFailureTest)
#include "run_failure_test.moc"

#include "tests/core/run/same_runs.h"
#include "tests/core/run/tiny_project.h"

#include "core/base/files.h"
#include "core/formats/safetensors.h"
#include "core/model/plm/weights_hash.h"

#include <QtTest/QtTest>

#include <filesystem>

using namespace flip;
using namespace flip::test;

namespace fs = std::filesystem;

/// What a run stores about its inputs and its machine, and what depends on that.
class IdentifyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRunStoresItsInputsAndItsMachine();
    void anIdRunHasNoLanguageModel();
    void refusesToResumeWithOtherWeightsUnderTheSameName();
    void refusesToResumeWithAnotherTokenizer();
    void reportsAChangedThreadCountOnResume();
    void warnsAboutOtherWeightsThanTheParentBeganWith();
    void theHashOfAModelCoversItsWeightsAndConfiguration();

private:
    /// A copy of the tiny model in the project's workspace, which runs name "m".
    static fs::path copyModel(const TinyProject& project) {
        const fs::path folder = project.workspace().models() / "m";
        fs::remove_all(folder);
        fs::copy(FLIP_TEST_FIXTURES "/tiny_bert", folder);
        return folder;
    }

    /// Changes the last number of the weights.
    static void changeWeights(const fs::path& folder) {
        std::string bytes = content(folder / "model.safetensors");
        bytes[bytes.size() - 2] = static_cast<char>(bytes[bytes.size() - 2] ^ 1);
        QVERIFY(writeFileAtomically(folder / "model.safetensors", bytes).ok());
        // A change within the clock's resolution must be seen too.
        fs::last_write_time(folder / "model.safetensors",
                            fs::file_time_type::clock::now() + std::chrono::seconds(++changes_));
    }

    static void stopAtStep2(const TinyProject& project, const RunSpec& spec) {
        Listener listener(RunStage::Finetune, 2);
        const RunEnded ended =
            executeRun(spec, project.workspace(), "r", listener, listener.stop.get_token());
        QCOMPARE(ended.status, RunStatus::Stopped);
    }

    static inline int changes_ = 0;
};

void IdentifyTest::aRunStoresItsInputsAndItsMachine() {
    TinyProject project;
    copyModel(project);
    Listener listener;
    const RunSpec spec = project.spec({"plm.path=m", "finetune.epochs=1", "pretrain.epochs=1"});
    (void)executeRun(spec, project.workspace(), "r", listener, listener.stop.get_token());
    auto store = RunStore::open(project.workspace());
    const auto run = store->find("r");
    QVERIFY2(run, run ? "" : run.problem().text().c_str());
    QVERIFY(run->identity == listener.all<RunStarted>().at(0).identity);
    const RunIdentity& kept = run->identity;
    for (const std::string* part : {&kept.program, &kept.libTorch, &kept.processor, &kept.features,
                                    &kept.device, &kept.numberFormat, &kept.dataset, &kept.split,
                                    &kept.sentences, &kept.tokenizer, &kept.languageModel}) {
        QVERIFY(!part->empty());
    }
    QCOMPARE(kept.threads, std::int64_t{1});
    QCOMPARE(kept.dataset, run->datasetHash);
    QVERIFY(kept.parent.empty());
}

void IdentifyTest::anIdRunHasNoLanguageModel() {
    TinyProject project;
    Listener listener;
    const RunSpec spec =
        project.spec({"kind=finetune", "finetune.branches=id", "finetune.epochs=1", "plm.path=no"});
    (void)executeRun(spec, project.workspace(), "r", listener, listener.stop.get_token());
    const RunIdentity kept = listener.all<RunStarted>().at(0).identity;
    QVERIFY(kept.languageModel.empty() && kept.tokenizer.empty() && kept.sentences.empty());
    QVERIFY(!kept.split.empty());
}

void IdentifyTest::refusesToResumeWithOtherWeightsUnderTheSameName() {
    TinyProject project;
    const fs::path model = copyModel(project);
    stopAtStep2(project, project.spec({"plm.path=m", "kind=finetune"}));
    const std::string before = content(project.workspace().checkpoints("r") / "state.safetensors");
    changeWeights(model);
    Listener rest;
    const RunEnded ended = resumeRun("r", project.workspace(), rest, rest.stop.get_token());
    QCOMPARE(ended.status, RunStatus::Failed);
    QCOMPARE(ended.problem->text(),
             std::string("r: cannot be resumed: changed since it began: the weights of the "
                         "language model; restore it, or start a new run"));
    QVERIFY(content(project.workspace().checkpoints("r") / "state.safetensors") == before);
    copyModel(project);
    Listener again;
    QCOMPARE(resumeRun("r", project.workspace(), again, again.stop.get_token()).status,
             RunStatus::Finished);
}

void IdentifyTest::refusesToResumeWithAnotherTokenizer() {
    TinyProject project;
    const fs::path model = copyModel(project);
    stopAtStep2(project, project.spec({"plm.path=m", "kind=finetune"}));
    std::string words = content(model / "vocab.txt");
    const std::size_t at = words.find("comedy");
    QVERIFY(at != std::string::npos);
    words.replace(at, 6, "comdey");
    QVERIFY(writeFileAtomically(model / "vocab.txt", words).ok());
    Listener rest;
    const RunEnded ended = resumeRun("r", project.workspace(), rest, rest.stop.get_token());
    QVERIFY(ended.problem && ended.problem->what.find("the tokenizer") != std::string::npos);
}

void IdentifyTest::reportsAChangedThreadCountOnResume() {
    TinyProject project;
    const RunSpec spec = project.spec({"kind=finetune", "finetune.branches=id", "threads=1"});
    stopAtStep2(project, spec);
    // The recipe is unchanged; only the stored number of threads differs.
    auto store = RunStore::open(project.workspace());
    const auto began = store->startOf("r");
    QVERIFY(began.ok() && *began);
    RunIdentity now = (*began)->identity;
    QCOMPARE(now.threads, std::int64_t{1});
    now.threads = 2;
    QCOMPARE(changedComputation((*began)->identity, now),
             std::vector<std::string>{"2 threads, before 1"});
    Listener rest;
    QCOMPARE(resumeRun("r", project.workspace(), rest, rest.stop.get_token()).status,
             RunStatus::Finished);
    for (const LogLine& line : rest.all<LogLine>()) {
        QVERIFY2(line.text.find("bit for bit") == std::string::npos, line.text.c_str());
    }
}

void IdentifyTest::warnsAboutOtherWeightsThanTheParentBeganWith() {
    TinyProject project;
    const fs::path model = copyModel(project);
    Listener parent;
    (void)executeRun(project.spec({"plm.path=m", "kind=pretrain", "pretrain.epochs=1"}),
                     project.workspace(), "parent", parent, parent.stop.get_token());
    const RunSpec child =
        project.spec({"plm.path=m", "kind=finetune", "finetune.from=parent", "finetune.epochs=1"});
    const auto warnings = [&](const char* name) {
        Listener listener;
        const RunEnded ended =
            executeRun(child, project.workspace(), name, listener, listener.stop.get_token());
        std::string text = ended.status == RunStatus::Finished ? "" : "not finished";
        for (const LogLine& line : listener.all<LogLine>()) {
            text += line.level == "warning" ? line.text : "";
        }
        return text;
    };
    QCOMPARE(warnings("same"), std::string());
    changeWeights(model);
    const std::string text = warnings("other");
    QVERIFY2(
        text.find("the language model 'm' has other weights than the run 'parent' began with") !=
            std::string::npos,
        text.c_str());
    auto store = RunStore::open(project.workspace());
    QCOMPARE(store->find("same")->identity.parent, store->find("other")->identity.parent);
    QVERIFY(store->find("same")->identity.languageModel !=
            store->find("other")->identity.languageModel);
}

void IdentifyTest::theHashOfAModelCoversItsWeightsAndConfiguration() {
    TinyProject project;
    const fs::path model = copyModel(project);
    const auto hash = [&] { return *languageModelHash(model); };
    const std::string first = hash();
    // Version and layout of the configuration do not affect the numbers.
    std::string config = content(model / "config.json");
    config.insert(config.find('{') + 1, "\n\n  \"transformers_version\": \"9.9\",");
    QVERIFY(writeFileAtomically(model / "config.json", config).ok());
    QCOMPARE(hash(), first);
    const std::size_t at = config.find("gelu");
    QVERIFY(at != std::string::npos);
    config.replace(at, 4, "relu");
    QVERIFY(writeFileAtomically(model / "config.json", config).ok());
    const std::string second = hash();
    QVERIFY(second != first);
    changeWeights(model);
    QVERIFY(hash() != second);
    QVERIFY(!languageModelHash(model / "no").ok());
}

QTEST_GUILESS_MAIN(IdentifyTest)
#include "identify_test.moc"

#include "core/sample/demo.h"

#include "core/base/embedded.h"
#include "core/base/work_folder.h"
#include "core/data/dataset.h"
#include "core/data/import/import.h"
#include "core/run/execute.h"
#include "core/sample/demo_films.h"
#include "core/spec/options.h"

#include <chrono>
#include <utility>

namespace flip {

namespace {

constexpr const char* kDataset = "demo-films";

/// Passes facts on and keeps the name of their run.
class RunNameSink final : public RunSink {
public:
    explicit RunNameSink(RunSink& next) : next_(next) {}
    void take(const RunEvent& event) override {
        if (const auto* started = std::get_if<RunStarted>(&event.fact)) {
            run_ = started->run;
        }
        next_.take(event);
    }
    const std::string& run() const { return run_; }

private:
    RunSink& next_;
    std::string run_;
};

Result<RunSpec> demoSpec(const std::string& stage, const std::string& from) {
    const std::string path = "demo/" + stage + ".toml";
    auto draft = readExperiment(std::string(embeddedFile(path)), path);
    if (!draft) {
        return draft.problem();
    }
    if (!from.empty()) {
        draft->set("finetune.from", from);
    }
    return resolve(*draft);
}

Metrics metricsOf(const RunEnded& ended, const std::string& split) {
    const auto found = ended.metrics.find(split);
    return found == ended.metrics.end() ? Metrics{} : found->second.at("");
}

} // namespace

Result<std::string> ensureDemoDataset(const Workspace& workspace, std::stop_token stop) {
    std::error_code ignored;
    if (std::filesystem::exists(workspace.dataset(kDataset), ignored)) {
        if (auto opened = Dataset::open(workspace.dataset(kDataset)); !opened) {
            return opened.problem();
        }
        return std::string(kDataset);
    }
    auto folder = WorkFolder::make(workspace.folder(), ".demo-");
    if (!folder) {
        return folder.problem();
    }
    if (auto written = writeDemoFilms(folder->path()); !written) {
        return written.problem();
    }
    ImportRequest request;
    request.source = folder->path();
    request.preset = kDataset;
    request.name = kDataset;
    request.split.rule = SplitPlan::Rule::File;
    request.split.file = folder->path() / "split.tsv";
    if (auto imported = importDataset(request, workspace.datasets(), {}, stop); !imported) {
        return imported.problem();
    }
    return std::string(kDataset);
}

Result<DemoOutcome> runDemo(const Workspace& workspace, RunSink& sink,
                            const std::stop_token& stop) {
    const auto started = std::chrono::steady_clock::now();
    if (auto dataset = ensureDemoDataset(workspace, stop); !dataset) {
        return dataset.problem();
    }
    DemoOutcome outcome;
    std::string pretrained;
    for (const char* stage : {"pretrain", "id", "text", "joint"}) {
        const auto spec = demoSpec(stage, pretrained);
        if (!spec) {
            return spec.problem();
        }
        RunNameSink named(sink);
        const RunEnded ended = executeRun(*spec, workspace, "", named, stop);
        if (ended.status != RunStatus::Finished) {
            return ended.problem ? *ended.problem
                                 : Problem{"the demo was " + std::string(wordOf(ended.status)) +
                                               " in the run '" + named.run() + "'",
                                           ""};
        }
        if (pretrained.empty()) {
            pretrained = named.run();
        } else {
            outcome.rows.push_back(
                {stage, metricsOf(ended, "test"), metricsOf(ended, "test_unseen")});
        }
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    outcome.seconds = seconds.count();
    return outcome;
}

} // namespace flip

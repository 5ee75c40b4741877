#include "core/report/run_listing.h"

#include "core/base/byte_count.h"
#include "core/spec/options.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdio>
#include <utility>

namespace flip {

namespace {

std::string metricsLine(const std::string& split, const std::string& branch,
                        const Metrics& metrics) {
    char line[160];
    std::snprintf(line, sizeof line, "  %-14s %-6s AUC %-11s LogLoss %.4f  (%lld rows)\n",
                  split.c_str(), branch.empty() ? "-" : branch.c_str(),
                  metrics.auc ? std::to_string(*metrics.auc).c_str() : "not defined",
                  metrics.logLoss, static_cast<long long>(metrics.rows));
    return line;
}

/// What computed the run and from which inputs, one per line; what is not stored is omitted.
std::string describeIdentity(const RunIdentity& by) {
    std::string text = "  computed on " + deviceText(by.device, by.deviceName) + ", " +
                       std::to_string(by.threads) + (by.threads == 1 ? " thread" : " threads") +
                       (by.libTorch.empty() ? "" : ", LibTorch " + by.libTorch) + "\n";
    const auto line = [&](const char* name, const std::string& value) {
        text += value.empty() ? "" : "  " + std::string(name) + " " + value + "\n";
    };
    line("program", by.program);
    if (by.processor != by.deviceName) {
        line("CPU", by.processor);
    }
    line("CPU features", by.features);
    line("numbers", by.numberFormat);
    line("dataset", by.dataset);
    line("split", by.split);
    line("template", by.sentences);
    line("tokenizer", by.tokenizer);
    line("language model", by.languageModel);
    line("weights of the parent run", by.parent);
    return text;
}

} // namespace

std::string runsAsJson(const std::vector<RunSummary>& runs) {
    nlohmann::json list = nlohmann::json::array();
    for (const RunSummary& run : runs) {
        nlohmann::json row = nlohmann::json::parse(resultJson(run.name, run.end));
        row["status"] = wordOf(run.status);
        row["kind"] = wordOf(run.kind);
        row["dataset"] = run.dataset;
        row["seed"] = run.seed;
        row["created"] = run.created;
        row["parent"] = run.parent;
        row["backbone"] = wordOf(run.spec.id.backbone);
        row["plm"] = run.spec.plm.path;
        row["branches"] = run.kind == RunKind::Pretrain ? "" : wordOf(run.spec.finetune.branches);
        row["stage"] = run.lastStage ? wordOf(*run.lastStage) : "";
        row["step"] = run.lastStep;
        list.push_back(std::move(row));
    }
    return list.dump(2);
}

Result<RunDetails> detailsOf(const std::string& run, RunStore& store, const Workspace& workspace) {
    auto summary = store.find(run);
    if (!summary) {
        return summary.problem();
    }
    auto started = store.startOf(run);
    if (!started) {
        return started.problem();
    }
    auto checkpoints = checkpointsOf(*summary, workspace);
    return RunDetails{std::move(*summary), std::move(*started), std::move(checkpoints)};
}

std::string runAsJson(const RunDetails& details) {
    const auto& [run, started, checkpoints] = details;
    nlohmann::json object = nlohmann::json::parse(resultJson(run.name, run.end));
    if (started) {
        // The same members as in the run's JSON lines.
        const auto fact =
            nlohmann::json::parse(toJson(RunEvent{.wallSeconds = 0, .fact = *started}));
        for (const char* member : {"device", "device_name", "libtorch", "threads", "identity"}) {
            object[member] = fact.at(member);
        }
    }
    object["checkpoints"] = nlohmann::json::array();
    for (const Checkpoint& one : checkpoints) {
        object["checkpoints"].push_back(
            {{"name", one.name},
             {"stage", wordOf(one.stage)},
             {"epoch", one.epoch == 0 ? nlohmann::json() : nlohmann::json(one.epoch)},
             {"bytes", one.bytes}});
    }
    return object.dump();
}

std::string describeRun(const RunDetails& details) {
    const auto& [run, started, checkpoints] = details;
    std::string text = fmt::format("{}: {}, {} on {}, started {}\n", run.name, wordOf(run.status),
                                   wordOf(run.kind), run.dataset, run.created);
    if (started) {
        text += describeIdentity(started->identity);
    }
    if (!run.end.reason.empty()) {
        text += "  " + run.end.reason + "\n";
    }
    if (run.end.problem) {
        text += "  " + run.end.problem->text() + "\n";
    }
    if (run.lastStage) {
        text += fmt::format("  last stored step: {} of {}\n", run.lastStep, wordOf(*run.lastStage));
    }
    if (canResume(run.status)) {
        text += "  resume with: flip run --resume " + run.name + "\n";
    }
    for (const Checkpoint& one : checkpoints) {
        text += "  checkpoint: " + one.name + ", " +
                inMebibytes(static_cast<std::uintmax_t>(one.bytes)) + "\n";
    }
    for (const auto& [split, branches] : run.end.metrics) {
        for (const auto& [branch, metrics] : branches) {
            text += metricsLine(split, branch, metrics);
        }
    }
    return text + "\n" + toToml(run.spec);
}

} // namespace flip

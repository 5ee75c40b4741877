#include "core/store/run_listing.h"

#include "core/spec/options.h"

#include <nlohmann/json.hpp>

#include <cstdio>

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

} // namespace

std::string runsAsJson(const std::vector<RunSummary>& runs) {
    nlohmann::json list = nlohmann::json::array();
    for (const RunSummary& run : runs) {
        nlohmann::json row = nlohmann::json::parse(resultJson(run.name, run.end));
        row["status"] = run.status;
        row["kind"] = run.kind;
        row["dataset"] = run.dataset;
        row["seed"] = run.seed;
        row["created"] = run.created;
        row["parent"] = run.parent;
        row["backbone"] = run.spec.id.backbone;
        row["plm"] = run.spec.plm.path;
        row["branches"] = run.kind == "pretrain" ? "" : run.spec.finetune.branches;
        row["stage"] = run.lastStage;
        row["step"] = run.lastStep;
        list.push_back(std::move(row));
    }
    return list.dump(2);
}

std::string runAsJson(const RunSummary& run, const std::optional<RunStarted>& started) {
    nlohmann::json object = nlohmann::json::parse(resultJson(run.name, run.end));
    if (started) {
        object["device"] = started->device;
        object["device_name"] = started->deviceName;
        object["libtorch"] = started->libTorch;
        object["threads"] = started->threads;
    }
    return object.dump();
}

std::string describeRun(const RunSummary& run, const std::optional<RunStarted>& started) {
    std::string text = run.name + ": " + run.status + ", " + run.kind + " on " + run.dataset +
                       ", begun " + run.created + "\n";
    if (started) {
        text += "  computed on " + deviceText(*started) + ", " + std::to_string(started->threads) +
                (started->threads == 1 ? " thread" : " threads") +
                (started->libTorch.empty() ? "" : ", LibTorch " + started->libTorch) + "\n";
    }
    if (!run.end.reason.empty()) {
        text += "  " + run.end.reason + "\n";
    }
    if (run.end.problem) {
        text += "  " + run.end.problem->text() + "\n";
    }
    if (!run.lastStage.empty()) {
        text +=
            "  last stored step: " + std::to_string(run.lastStep) + " of " + run.lastStage + "\n";
    }
    if (run.status == "crashed" || run.status == "stopped") {
        text += "  go on with: flip run --resume " + run.name + "\n";
    }
    for (const auto& [split, branches] : run.end.metrics) {
        for (const auto& [branch, metrics] : branches) {
            text += metricsLine(split, branch, metrics);
        }
    }
    return text + "\n" + toToml(run.spec);
}

} // namespace flip

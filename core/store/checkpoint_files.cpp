#include "core/store/checkpoint_files.h"

#include "core/store/run_store.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".safetensors";
constexpr const char* kFinal = "final";

/// The stage and epoch in a file name of epochWeights().
std::optional<std::pair<RunStage, std::int64_t>> epochOf(std::string_view file) {
    if (!file.ends_with(kEnding)) {
        return std::nullopt;
    }
    file.remove_suffix(kEnding.size());
    const std::size_t dash = file.rfind('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view digits = file.substr(dash + 1);
    std::int64_t epoch = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), epoch);
    if (error != std::errc() || end != digits.data() + digits.size() || epoch < 1) {
        return std::nullopt;
    }
    const auto stage = choiceOf<RunStage>(file.substr(0, dash));
    return stage ? std::optional(std::pair(*stage, epoch)) : std::nullopt;
}

int orderOf(const Checkpoint& checkpoint) {
    return checkpoint.name == kFinal ? -1 : static_cast<int>(checkpoint.stage);
}

} // namespace

std::string epochWeights(RunStage stage, std::int64_t epoch) {
    return std::string(wordOf(stage)) + "-" + std::to_string(epoch) + std::string(kEnding);
}

std::vector<Checkpoint> checkpointsOf(const RunSummary& run, const Workspace& workspace) {
    std::vector<Checkpoint> found;
    std::error_code error;
    fs::directory_iterator entries(workspace.checkpoints(run.name), error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        const std::string file = entries->path().filename().string();
        Checkpoint checkpoint;
        if (file == kFinalWeights) {
            checkpoint = {kFinal,
                          run.kind == RunKind::Pretrain ? RunStage::Pretrain : RunStage::Finetune};
        } else if (file == kPretrainedWeights) {
            checkpoint = {"pretrained", RunStage::Pretrain};
        } else if (file == kIdWeights) {
            checkpoint = {"ids", RunStage::IdsAlone};
        } else if (const auto epoch = epochOf(file)) {
            checkpoint = {file.substr(0, file.size() - kEnding.size()), epoch->first,
                          epoch->second};
        } else {
            continue;
        }
        checkpoint.file = entries->path();
        std::error_code ignored;
        const auto bytes = entries->file_size(ignored);
        checkpoint.bytes = ignored ? 0 : static_cast<std::int64_t>(bytes);
        found.push_back(std::move(checkpoint));
    }
    std::ranges::sort(found, {}, [](const Checkpoint& one) {
        return std::tuple(orderOf(one), one.epoch, one.name);
    });
    return found;
}

Result<Checkpoint> findCheckpoint(const RunSummary& run, std::string_view name,
                                  const Workspace& workspace) {
    const std::vector<Checkpoint> all = checkpointsOf(run, workspace);
    const std::string wanted(name.empty() ? kFinal : name);
    const auto found = std::ranges::find(all, wanted, &Checkpoint::name);
    if (found != all.end()) {
        return *found;
    }
    if (wanted == kFinal) {
        return Problem{"has no final weights, it is " + std::string(wordOf(run.status)) +
                           (canResume(run.status) ? "; resume it with 'flip run --resume'" : ""),
                       run.name};
    }
    std::string names;
    for (const Checkpoint& one : all) {
        names += (names.empty() ? "" : ", ") + one.name;
    }
    return Problem{"has no checkpoint \"" + wanted + "\"" +
                       (names.empty() ? ", or any other yet" : "; its checkpoints are: " + names),
                   run.name};
}

bool canResume(RunStatus status) {
    switch (status) {
    case RunStatus::Stopped:
    case RunStatus::Failed:
    case RunStatus::Crashed:
        return true;
    case RunStatus::Running:
    case RunStatus::Finished:
    case RunStatus::Diverged:
        return false;
    }
    return false;
}

} // namespace flip

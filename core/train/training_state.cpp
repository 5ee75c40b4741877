#include "core/train/training_state.h"

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include <cmath>
#include <limits>

namespace flip {

namespace {

using Json = nlohmann::json;

constexpr const char* kProgressKey = "flip.place";
constexpr int kVersion = 1;

std::string toText(const TrainingState::Progress& progress) {
    return Json{{"version", kVersion},
                {"stage", wordOf(progress.stage)},
                {"begun", progress.begun},
                {"step", progress.step},
                {"epochs_done", progress.epochsDone},
                {"seconds", progress.seconds},
                {"rate_factor", progress.rateFactor},
                {"best_value", progress.bestValue},
                {"best_epoch", progress.bestEpoch},
                {"epochs_since_best", progress.epochsSinceBest},
                {"complete", progress.complete},
                {"end_reason", progress.endReason}}
        .dump();
}

Result<TrainingState::Progress> progressOf(const SafetensorsFile& file) {
    const auto entry = file.metadata().find(kProgressKey);
    const Problem damaged{"is not a checkpoint of a run, or is damaged; start the run again",
                          file.path().string()};
    if (entry == file.metadata().end()) {
        return damaged;
    }
    const Json json = Json::parse(entry->second, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("version")) {
        return damaged;
    }
    if (json.value("version", 0) > kVersion) {
        return Problem{"was written by a newer version of FLIP Workbench; use that one",
                       file.path().string()};
    }
    const auto stage = choiceOf<RunStage>(json.value("stage", ""));
    if (!stage) {
        return damaged;
    }
    TrainingState::Progress progress;
    progress.stage = *stage;
    progress.begun = json.value("begun", false);
    progress.step = json.value("step", std::int64_t{0});
    progress.epochsDone = json.value("epochs_done", std::int64_t{0});
    progress.seconds = json.value("seconds", 0.0);
    progress.rateFactor = json.value("rate_factor", 1.0);
    progress.bestValue = json.value("best_value", -1.0);
    progress.bestEpoch = json.value("best_epoch", std::int64_t{0});
    progress.epochsSinceBest = json.value("epochs_since_best", std::int64_t{0});
    progress.complete = json.value("complete", false);
    progress.endReason = json.value("end_reason", "");
    return progress;
}

bool isFinite(const at::Tensor& tensor) {
    if (!tensor.is_floating_point() || tensor.numel() == 0) {
        return true;
    }
    // The largest magnitude is infinite or NaN if any element is; this makes no copy.
    return std::isfinite(
        at::linalg_vector_norm(tensor.detach(), std::numeric_limits<double>::infinity())
            .item<double>());
}

/// Tensors on the CPU with the views that describe them.
class TensorBundle {
public:
    void add(const std::string& name, const at::Tensor& tensor) {
        held_.push_back(tensor.detach().to(at::kCPU).contiguous());
        views_[name] = viewOf(held_.back());
    }
    void add(const std::string& name, const TensorView& view) { views_[name] = view; }

    Result<std::int64_t> write(const std::filesystem::path& file,
                               const std::map<std::string, std::string>& metadata) const {
        if (auto written = writeSafetensors(file, views_, metadata); !written) {
            return written.problem();
        }
        std::error_code error;
        const auto size = std::filesystem::file_size(file, error);
        return error ? 0 : static_cast<std::int64_t>(size);
    }

private:
    std::vector<at::Tensor> held_;
    std::map<std::string, TensorView> views_;
};

} // namespace

TrainingState::TrainingState(RunStage stage, Parameters& parameters, Optimiser& optimiser)
    : parameters_(parameters), optimiser_(optimiser) {
    progress.stage = stage;
}

void TrainingState::keepBest() {
    optimiser_.catchUpAllRows();
    for (const Parameters::Entry& entry : parameters_.entries()) {
        best_[entry.name] = entry.tensor.detach().to(at::kCPU, /*non_blocking=*/false,
                                                     /*copy=*/true);
    }
}

void TrainingState::restoreBest() {
    for (const Parameters::Entry& entry : parameters_.entries()) {
        const auto kept = best_.find(entry.name);
        if (kept != best_.end()) {
            entry.tensor.detach().copy_(kept->second);
        }
    }
}

std::string TrainingState::firstNotFinite() {
    optimiser_.catchUpAllRows();
    for (const Parameters::Entry& entry : parameters_.entries()) {
        if (!isFinite(entry.tensor)) {
            return entry.name;
        }
    }
    for (const auto& [name, tensor] : optimiser_.state()) {
        if (!isFinite(tensor)) {
            return name;
        }
    }
    return {};
}

Result<std::int64_t> TrainingState::save(const std::filesystem::path& file) {
    optimiser_.catchUpAllRows();
    TensorBundle bundle;
    for (const Parameters::Entry& entry : parameters_.entries()) {
        bundle.add("model/" + entry.name, entry.tensor);
    }
    for (const auto& [name, tensor] : optimiser_.state()) {
        bundle.add("optimiser/" + name, tensor);
    }
    for (const auto& [name, tensor] : best_) {
        bundle.add("best/" + name, tensor);
    }
    return bundle.write(file, {{kProgressKey, toText(progress)}});
}

Result<void> TrainingState::load(const std::filesystem::path& path) {
    auto file = SafetensorsFile::open(path);
    if (!file) {
        return file.problem();
    }
    if (auto verified = file->verify(); !verified) {
        return verified;
    }
    auto saved = progressOf(*file);
    if (!saved) {
        return saved.problem();
    }
    if (saved->stage != progress.stage) {
        return Problem{"belongs to the stage " + std::string(wordOf(saved->stage)) + ", not to " +
                           std::string(wordOf(progress.stage)) + "; start the run again",
                       path.string()};
    }
    if (auto filled = parameters_.fill(*file, "model/", {""}); !filled) {
        return filled.problem();
    }
    std::map<std::string, at::Tensor> optimiser;
    best_.clear();
    for (const auto& [name, view] : file->tensors()) {
        if (name.starts_with("optimiser/")) {
            optimiser[name.substr(10)] = toTensor(view);
        } else if (name.starts_with("best/")) {
            best_[name.substr(5)] = toTensor(view);
        }
    }
    optimiser_.restore(optimiser);
    if (const std::string name = firstNotFinite(); !name.empty()) {
        return Problem{"holds numbers that are not finite, in " + name +
                           ": the run had diverged; start it again with a lower learning rate",
                       path.string()};
    }
    progress = *saved;
    return {};
}

Result<TrainingState::Progress> TrainingState::readProgress(const std::filesystem::path& path) {
    auto file = SafetensorsFile::open(path);
    if (!file) {
        return file.problem();
    }
    return progressOf(*file);
}

Result<std::int64_t> saveWeights(const Parameters& parameters, const std::filesystem::path& file,
                                 const std::map<std::string, std::string>& metadata,
                                 const std::map<std::string, TensorView>& extra) {
    TensorBundle bundle;
    for (const Parameters::Entry& entry : parameters.entries()) {
        bundle.add(entry.name, entry.tensor);
    }
    for (const auto& [name, view] : extra) {
        bundle.add(name, view);
    }
    return bundle.write(file, metadata);
}

} // namespace flip

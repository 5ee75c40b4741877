#include "core/train/training_state.h"

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include <cmath>
#include <limits>

namespace flip {

namespace {

using Json = nlohmann::json;

constexpr const char* kPlaceKey = "flip.place";
constexpr int kVersion = 1;

std::string toText(const TrainingState::Place& place) {
    return Json{{"version", kVersion},
                {"stage", wordOf(place.stage)},
                {"begun", place.begun},
                {"step", place.step},
                {"epochs_done", place.epochsDone},
                {"seconds", place.seconds},
                {"rate_factor", place.rateFactor},
                {"best_value", place.bestValue},
                {"best_epoch", place.bestEpoch},
                {"epochs_since_best", place.epochsSinceBest},
                {"complete", place.complete},
                {"end_reason", place.endReason}}
        .dump();
}

Result<TrainingState::Place> placeOf(const SafetensorsFile& file) {
    const auto entry = file.metadata().find(kPlaceKey);
    const Problem damaged{"is no checkpoint of a run, or is damaged; start the run again",
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
    TrainingState::Place place;
    place.stage = *stage;
    place.begun = json.value("begun", false);
    place.step = json.value("step", std::int64_t{0});
    place.epochsDone = json.value("epochs_done", std::int64_t{0});
    place.seconds = json.value("seconds", 0.0);
    place.rateFactor = json.value("rate_factor", 1.0);
    place.bestValue = json.value("best_value", -1.0);
    place.bestEpoch = json.value("best_epoch", std::int64_t{0});
    place.epochsSinceBest = json.value("epochs_since_best", std::int64_t{0});
    place.complete = json.value("complete", false);
    place.endReason = json.value("end_reason", "");
    return place;
}

bool isFinite(const at::Tensor& tensor) {
    if (!tensor.is_floating_point() || tensor.numel() == 0) {
        return true;
    }
    // The largest magnitude: infinite or NaN where one element is, and no copy is made.
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
    place.stage = stage;
}

void TrainingState::rememberBest() {
    optimiser_.bringUpToDate();
    for (const Parameters::Entry& entry : parameters_.entries()) {
        best_[entry.name] = entry.tensor.detach().to(at::kCPU, /*non_blocking=*/false,
                                                     /*copy=*/true);
    }
}

void TrainingState::recallBest() {
    for (const Parameters::Entry& entry : parameters_.entries()) {
        const auto kept = best_.find(entry.name);
        if (kept != best_.end()) {
            entry.tensor.detach().copy_(kept->second);
        }
    }
}

std::string TrainingState::notFinite() {
    optimiser_.bringUpToDate();
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
    optimiser_.bringUpToDate();
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
    return bundle.write(file, {{kPlaceKey, toText(place)}});
}

Result<void> TrainingState::load(const std::filesystem::path& path) {
    auto file = SafetensorsFile::open(path);
    if (!file) {
        return file.problem();
    }
    if (auto sound = file->verify(); !sound) {
        return sound;
    }
    auto saved = placeOf(*file);
    if (!saved) {
        return saved.problem();
    }
    if (saved->stage != place.stage) {
        return Problem{"belongs to the stage " + std::string(wordOf(saved->stage)) + ", not to " +
                           std::string(wordOf(place.stage)) + "; start the run again",
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
    if (const std::string name = notFinite(); !name.empty()) {
        return Problem{"holds numbers that are not finite, in " + name +
                           ": the run had diverged; start it again with a lower learning rate",
                       path.string()};
    }
    place = *saved;
    return {};
}

Result<TrainingState::Place> TrainingState::readPlace(const std::filesystem::path& path) {
    auto file = SafetensorsFile::open(path);
    if (!file) {
        return file.problem();
    }
    return placeOf(*file);
}

Result<std::int64_t> saveWeights(const Parameters& parameters, const std::filesystem::path& file,
                                 const std::map<std::string, std::string>& metadata,
                                 const std::map<std::string, TensorView>& besides) {
    TensorBundle bundle;
    for (const Parameters::Entry& entry : parameters.entries()) {
        bundle.add(entry.name, entry.tensor);
    }
    for (const auto& [name, view] : besides) {
        bundle.add(name, view);
    }
    return bundle.write(file, metadata);
}

} // namespace flip

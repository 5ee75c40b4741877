#include "core/run/run_execution.h"

#include "core/align/field_alignment.h"
#include "core/model/plm/text_weights.h"
#include "core/run/machine.h"
#include "core/store/predictions.h"
#include "core/train/evaluator.h"
#include "core/train/finetuner.h"
#include "core/train/pretrainer.h"

#include <torch/torch.h>

#include <algorithm>

namespace flip {

namespace {

constexpr const char* kState = "state.safetensors";
constexpr const char* kPretrained = "pretrained.safetensors";
constexpr const char* kWeights = "weights.safetensors";

constexpr std::int64_t kAlignmentBatch = 64;

LoopEnd failure(Problem problem) {
    return LoopEnd{LoopEnd::Status::Failed, "", std::move(problem)};
}

const char* statusWord(LoopEnd::Status status) {
    switch (status) {
    case LoopEnd::Status::Finished:
        return "finished";
    case LoopEnd::Status::Stopped:
        return "stopped";
    case LoopEnd::Status::Diverged:
        return "diverged";
    case LoopEnd::Status::Failed:
        return "failed";
    }
    return "failed";
}

/// A few rows of the validation split, the same for every epoch: what alignment is measured on.
std::vector<std::int64_t> alignmentSample(const Dataset& dataset, std::int64_t count,
                                          std::int64_t seed) {
    std::vector<std::int64_t> rows = dataset.rowsOf(Split::Valid);
    if (rows.empty()) {
        rows = dataset.rowsOf(Split::Train);
    }
    RandomStream random(static_cast<std::uint64_t>(seed), "alignment");
    const auto size = static_cast<std::int64_t>(rows.size());
    std::vector<std::int64_t> sample;
    for (const std::int64_t place : random.sample(size, std::min(size, count))) {
        sample.push_back(rows[static_cast<std::size_t>(place)]);
    }
    return sample;
}

void append(StoredPredictions& stored, const Predictions& part, Split split) {
    const auto add = [](auto& to, const auto& from) {
        to.insert(to.end(), from.begin(), from.end());
    };
    add(stored.rowIndex, part.rows);
    stored.split.resize(stored.rowIndex.size(), static_cast<std::uint8_t>(split));
    add(stored.label, part.labels);
    add(stored.logit, part.logit);
    add(stored.idLogit, part.idLogit);
    add(stored.textLogit, part.textLogit);
}

/// The predictions of some of the rows.
Predictions select(const Predictions& all, const std::vector<std::int64_t>& rows) {
    Predictions some;
    auto wanted = rows.begin(); // both ascend
    for (std::size_t i = 0; i < all.rows.size(); ++i) {
        while (wanted != rows.end() && *wanted < all.rows[i]) {
            ++wanted;
        }
        if (wanted == rows.end() || *wanted != all.rows[i]) {
            continue;
        }
        some.rows.push_back(all.rows[i]);
        some.labels.push_back(all.labels[i]);
        some.logit.push_back(all.logit[i]);
        if (!all.idLogit.empty()) {
            some.idLogit.push_back(all.idLogit[i]);
            some.textLogit.push_back(all.textLogit[i]);
        }
    }
    return some;
}

} // namespace

RunExecution::RunExecution(const RunSpec& spec, const Workspace& workspace, RunRecorder& recorder,
                           RunSink& audience, std::stop_token stop, double wallOffset)
    : spec_(spec), workspace_(workspace), recorder_(recorder), audience_(audience),
      stop_(std::move(stop)), wallOffset_(wallOffset), device_(at::kCPU) {}

std::filesystem::path RunExecution::file(const char* name) const {
    return workspace_.checkpoints(recorder_.name()) / name;
}

void RunExecution::tell(Fact fact) {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started_;
    const RunEvent event{wallOffset_ + wall.count(), std::move(fact)};
    recorder_.take(event);
    audience_.take(event);
}

LoopPlan RunExecution::plan(std::int64_t epochs, std::int64_t batchSize,
                            std::int64_t maxSteps) const {
    LoopPlan plan;
    plan.rows = inputs_->dataset().rowsOf(Split::Train);
    plan.epochs = epochs;
    plan.batchSize = batchSize;
    plan.maxSteps = maxSteps;
    plan.seed = static_cast<std::uint64_t>(spec_.seed);
    plan.checkpoint = file(kState);
    return plan;
}

void RunExecution::reportTruncation() {
    const TruncationReport report = inputs_->cache()->truncation();
    if (report.rowsCut == 0) {
        return;
    }
    std::string text = std::to_string(report.rowsCut) + " of " + std::to_string(report.rows) +
                       " rows are cut at " + std::to_string(spec_.text.maxTokens) +
                       " tokens; lost:";
    for (std::size_t f = 0; f < report.lostBy.size(); ++f) {
        if (report.lostBy[f] > 0) {
            text += " " + inputs_->dataset().fields()[f].name + " in " +
                    std::to_string(report.lostBy[f]) + ",";
        }
    }
    text.pop_back();
    tell(LogLine{"warning", text});
}

RunEnded RunExecution::run(RunInputs& inputs, const std::optional<TrainingState::Place>& resumed) {
    inputs_ = &inputs;
    const auto device = findDevice(spec_.device);
    TORCH_CHECK(device.ok(), "the device was there when the inputs were opened");
    device_ = *device;
    RunStarted begun;
    begun.run = recorder_.name();
    begun.kind = spec_.kind;
    begun.dataset = spec_.data.dataset;
    begun.device = device_.str();
    begun.threads = useThreads(spec_.threads);
    begun.resumedFromStep = resumed ? resumed->step : 0;
    tell(begun);
    tell(LogLine{"info", chooseMatrixProducts()});

    RunEnded ended;
    LoopEnd end;
    if (auto prepared = inputs.prepare(spec_, device_, stop_); !prepared) {
        end = stop_.stop_requested()
                  ? LoopEnd{LoopEnd::Status::Stopped, "stopped before step 1", {}}
                  : failure(prepared.problem());
    } else {
        if (inputs.readsText()) {
            reportTruncation();
        }
        const bool pretrains = spec_.kind != "finetune";
        const bool skipsAhead = resumed && resumed->stage == "finetune";
        if (pretrains && !skipsAhead) {
            end = pretrain(resumed);
        }
        if (end.status == LoopEnd::Status::Finished && spec_.kind != "pretrain") {
            end = finetune(skipsAhead ? resumed : std::nullopt, ended);
        }
    }
    ended.status = statusWord(end.status);
    ended.reason = end.reason;
    ended.problem = end.problem;
    return ended;
}

void RunExecution::removeState() const {
    std::error_code ignored;
    std::filesystem::remove(file(kState), ignored);
}

LoopEnd RunExecution::pretrain(const std::optional<TrainingState::Place>& resumed) {
    const ModelSizes sizes = inputs_->sizes();
    auto made = PretrainModel::make(spec_, sizes, *inputs_->config(), device_);
    if (!made) {
        return failure(made.problem());
    }
    PretrainModel& model = **made;
    if (auto loaded =
            loadTextWeights(inputs_->modelFolder(), *inputs_->config(), model.parameters, "text.");
        !loaded) {
        return failure(loaded.problem());
    }
    const LoopPlan loop =
        plan(spec_.pretrain.epochs, spec_.pretrain.batchSize, spec_.pretrain.maxSteps);
    const auto sample =
        alignmentSample(inputs_->dataset(), spec_.pretrain.alignmentRows, spec_.seed);
    const bool attendPadding = spec_.pretrain.fieldAttention == "padded";
    Pretrainer::Measure measure;
    if (model.recoverFields && !sample.empty()) {
        measure = [&](const std::stop_token& stop) {
            return measureAlignment(model, inputs_->batcher(), sample, kAlignmentBatch,
                                    attendPadding, stop);
        };
    } else {
        measure = [](const std::stop_token&) { return std::optional<AlignmentMeasured>(); };
        tell(LogLine{"info", "no alignment is measured: without the loss mfm there is no "
                             "attention from ids to words"});
    }
    Pretrainer stage(spec_, model, inputs_->batcher(), sizes.trainingCounts, loop, measure);
    if (resumed) {
        if (auto loaded = stage.state().load(file(kState)); !loaded) {
            return failure(loaded.problem());
        }
    }
    const LoopEnd end = runTrainingLoop(
        stage, loop, [this](Fact fact) { tell(std::move(fact)); }, stop_);
    if (end.status == LoopEnd::Status::Finished) {
        const char* target = spec_.kind == "pretrain" ? kWeights : kPretrained;
        const auto saved = saveWeights(model.parameters, file(target), {{"stage", "pretrain"}});
        if (!saved) {
            return failure(saved.problem());
        }
    }
    return end;
}

Result<void> RunExecution::startWeights(FinetuneModel& model) const {
    std::filesystem::path parent;
    if (spec_.kind == "flip") {
        parent = file(kPretrained);
    } else if (!spec_.finetune.from.empty()) {
        parent = workspace_.checkpoints(spec_.finetune.from) / kWeights;
    }
    std::optional<SafetensorsFile> weights;
    if (!parent.empty()) {
        auto opened = SafetensorsFile::open(parent);
        if (!opened) {
            return opened.problem();
        }
        if (auto sound = opened->verify(); !sound) {
            return sound;
        }
        weights = std::move(*opened);
    }
    const auto holds = [&](const std::string& prefix) {
        return weights &&
               std::any_of(weights->tensors().begin(), weights->tensors().end(),
                           [&](const auto& entry) { return entry.first.starts_with(prefix); });
    };
    if (model.hasText() && !holds("text.")) {
        if (auto loaded = loadTextWeights(inputs_->modelFolder(), *inputs_->config(),
                                          model.parameters, "text.");
            !loaded) {
            return loaded;
        }
    }
    if (!weights) {
        return {};
    }
    std::vector<std::string> required;
    if (model.hasIds() && holds("rec.")) {
        required.emplace_back("rec.");
    }
    if (model.hasText() && holds("text.")) {
        required.emplace_back("text.");
    }
    if (required.empty()) {
        return Problem{"holds no weights that a run of the branch '" + spec_.finetune.branches +
                           "' can start from; name another run",
                       parent.string()};
    }
    if (auto filled = model.parameters.fill(*weights, "", required); !filled) {
        return filled.problem();
    }
    return {};
}

LoopEnd RunExecution::finetune(const std::optional<TrainingState::Place>& resumed,
                               RunEnded& ended) {
    auto made = FinetuneModel::make(spec_, inputs_->sizes(), inputs_->config(), device_);
    if (!made) {
        return failure(made.problem());
    }
    FinetuneModel& model = **made;
    const LoopPlan loop =
        plan(spec_.finetune.epochs, spec_.finetune.batchSize, spec_.finetune.maxSteps);
    Finetuner stage(spec_, model, inputs_->batcher(), loop);
    if (resumed) {
        if (auto loaded = stage.state().load(file(kState)); !loaded) {
            return failure(loaded.problem());
        }
    } else if (auto started = startWeights(model); !started) {
        return failure(started.problem());
    }
    LoopEnd end = runTrainingLoop(
        stage, loop, [this](Fact fact) { tell(std::move(fact)); }, stop_);
    if (end.status != LoopEnd::Status::Finished) {
        return end;
    }
    stage.state().recallBest();
    if (auto saved = saveWeights(model.parameters, file(kWeights), {{"stage", "finetune"}});
        !saved) {
        return failure(saved.problem());
    }
    if (auto concluded = concludeFinetuning(model, ended); !concluded) {
        return stop_.stop_requested()
                   ? LoopEnd{LoopEnd::Status::Stopped, "stopped while predicting", {}}
                   : failure(concluded.problem());
    }
    return end;
}

Result<void> RunExecution::concludeFinetuning(const FinetuneModel& model, RunEnded& ended) const {
    StoredPredictions stored;
    for (const Split split : {Split::Valid, Split::Test}) {
        const std::vector<std::int64_t> rows = inputs_->dataset().rowsOf(split);
        if (rows.empty()) {
            continue;
        }
        const auto part = predict(model, inputs_->batcher(), rows, evaluationBatch(model), stop_);
        if (!part) {
            return Problem{"stopped", ""};
        }
        const std::string name(splitName(split));
        ended.metrics[name] = measureBranches(*part);
        const auto unseen = rowsWithUnseenValues(inputs_->dataset(), split);
        if (!unseen.empty()) {
            ended.metrics[name + "_unseen"] = measureBranches(select(*part, unseen));
        }
        append(stored, *part, split);
    }
    return savePredictions(file(kPredictionsFile), stored);
}

} // namespace flip

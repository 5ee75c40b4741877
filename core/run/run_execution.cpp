#include "core/run/run_execution.h"

#include "core/explain/field_alignment.h"
#include "core/model/flip_model.h"
#include "core/model/plm/text_weights.h"
#include "core/store/checkpoint_files.h"
#include "core/store/predictions.h"
#include "core/store/run_recorder.h"
#include "core/store/run_store.h"
#include "core/train/evaluator.h"
#include "core/train/finetuner.h"
#include "core/train/pretrainer.h"
#include "core/trained/stored_weights.h"
#include "core/trained/trained_model.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

namespace {

constexpr std::int64_t kAlignmentBatch = 64;

LoopEnd failure(Problem problem) {
    return LoopEnd{LoopEnd::Status::Failed, "", std::move(problem)};
}

RunStatus statusAfter(LoopEnd::Status status) {
    switch (status) {
    case LoopEnd::Status::Finished:
        return RunStatus::Finished;
    case LoopEnd::Status::Stopped:
        return RunStatus::Stopped;
    case LoopEnd::Status::Diverged:
        return RunStatus::Diverged;
    case LoopEnd::Status::Failed:
        break;
    }
    return RunStatus::Failed;
}

/// The validation rows that alignment is measured on, the same for every epoch.
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

/// The predictions of these rows only.
Predictions select(const Predictions& all, const std::vector<std::int64_t>& rows) {
    Predictions some;
    auto wanted = rows.begin(); // both are ascending
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
                           RunSink& sink, std::stop_token stop, double wallOffset)
    : spec_(spec), workspace_(workspace), recorder_(recorder), sink_(sink), stop_(std::move(stop)),
      wallOffset_(wallOffset), device_(at::kCPU) {}

std::filesystem::path RunExecution::file(const std::string& name) const {
    return workspace_.checkpoints(recorder_.name()) / name;
}

RunEvent RunExecution::eventOf(Fact fact) const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started_;
    return {wallOffset_ + wall.count(), std::move(fact)};
}

void RunExecution::report(Fact fact) {
    const RunEvent event = eventOf(std::move(fact));
    recorder_.take(event);
    sink_.take(event);
}

void RunExecution::reportEnd(RunEnded& ended) {
    // The sink receives it last, since it cannot take it back.
    RunEvent event = eventOf(ended);
    if (!recorder_.takeLast(event)) {
        if (ended.status == RunStatus::Finished || ended.status == RunStatus::Stopped) {
            ended.status = RunStatus::Failed;
            ended.problem = recorder_.problem();
            ended.problem->systemError = true;
        }
        event.fact = ended;
        recorder_.take(event); // written later if space becomes free while the recorder lives
    }
    sink_.take(event);
}

LoopPlan RunExecution::plan(std::int64_t epochs, std::int64_t batchSize,
                            std::int64_t maxSteps) const {
    LoopPlan plan;
    plan.rows = inputs_->dataset().rowsOf(Split::Train);
    plan.epochs = epochs;
    plan.batchSize = batchSize;
    plan.maxSteps = maxSteps;
    plan.seed = static_cast<std::uint64_t>(spec_.seed);
    plan.checkpoint = file(kTrainingState);
    return plan;
}

void RunExecution::reportTruncation() {
    const TruncationReport truncation = inputs_->cache()->truncation();
    if (truncation.rowsCut == 0) {
        return;
    }
    std::string text = std::to_string(truncation.rowsCut) + " of " +
                       std::to_string(truncation.rows) + " rows are truncated at " +
                       std::to_string(spec_.text.maxTokens) + " tokens; lost:";
    for (std::size_t f = 0; f < truncation.lostBy.size(); ++f) {
        if (truncation.lostBy[f] > 0) {
            text += " " + inputs_->dataset().fields()[f].name + " in " +
                    std::to_string(truncation.lostBy[f]) + ",";
        }
    }
    text.pop_back();
    report(LogLine{"warning", text});
}

RunEnded RunExecution::run(RunInputs& inputs, const RunStart& start) {
    inputs_ = &inputs;
    const std::optional<TrainingState::Progress>& resumed = start.progress;
    device_ = at::Device(inputs.device().device);
    RunStarted begun;
    begun.run = recorder_.name();
    begun.kind = spec_.kind;
    begun.dataset = spec_.data.dataset;
    begun.identity = start.identity;
    begun.resumedFromStep = resumed ? resumed->step : 0;
    report(begun);
    for (const std::string& warning : start.warnings) {
        report(LogLine{"warning", warning});
    }
    if (!inputs.device().note.empty()) {
        report(LogLine{"info", inputs.device().note});
    }
    report(LogLine{"info", start.identity.numberFormat});

    RunEnded ended;
    LoopEnd end;
    if (const auto prepared = inputs.prepare(spec_, stop_); !prepared) {
        end = failure(prepared.problem());
    } else if (!*prepared) {
        end = {LoopEnd::Status::Stopped, "stopped before step 1", {}};
    } else {
        if (inputs.readsText()) {
            reportTruncation();
        }
        end = runStages(resumed, ended);
    }
    ended.status = statusAfter(end.status);
    ended.reason = end.reason;
    ended.problem = end.problem;
    return ended;
}

LoopEnd RunExecution::runStages(const std::optional<TrainingState::Progress>& resumed,
                                RunEnded& ended) {
    std::vector<RunStage> stages;
    if (spec_.kind != RunKind::Finetune) {
        stages.push_back(RunStage::Pretrain);
    }
    if (spec_.kind != RunKind::Pretrain) {
        if (trainsIdsFirst(spec_)) {
            stages.push_back(RunStage::IdsAlone);
        }
        stages.push_back(RunStage::Finetune);
    }
    LoopEnd end;
    bool isSkipping = resumed.has_value(); // the stages before the one to resume
    for (const RunStage stage : stages) {
        const bool isResumed = isSkipping && stage == resumed->stage;
        if (isSkipping && !isResumed) {
            continue;
        }
        const auto progress = isResumed ? resumed : std::nullopt;
        switch (stage) {
        case RunStage::Pretrain:
            end = pretrain(progress);
            break;
        case RunStage::IdsAlone:
            end = trainIdsAlone(progress);
            break;
        case RunStage::Finetune:
            end = finetune(progress, ended);
            break;
        }
        if (end.status != LoopEnd::Status::Finished) {
            break;
        }
        isSkipping = false;
    }
    return end;
}

void RunExecution::removeState() const {
    std::error_code ignored;
    std::filesystem::remove(file(kTrainingState), ignored);
}

LoopEnd RunExecution::train(Stage& stage, const StageWork& work, bool resumed,
                            const std::function<Result<void>()>& start) {
    if (auto ready = resumed ? stage.state().load(file(kTrainingState)) : start(); !ready) {
        return failure(ready.problem());
    }
    const auto store = [&](const std::filesystem::path& target,
                           std::map<std::string, std::string> metadata) -> Result<void> {
        metadata.insert(work.extra.metadata.begin(), work.extra.metadata.end());
        const auto saved = saveWeights(work.parameters, target, metadata, work.extra.tensors);
        return saved ? Result<void>() : saved.problem();
    };
    LoopPlan loop = work.loop;
    if (spec_.checkpoints != KeptWeights::Best) {
        loop.afterEpoch = [&](std::int64_t epoch) -> Result<void> {
            const auto kept = store(
                file(epochWeights(work.stage, epoch)),
                {{"stage", std::string(wordOf(work.stage))}, {"epoch", std::to_string(epoch)}});
            if (kept && spec_.checkpoints == KeptWeights::Last) {
                std::error_code ignored;
                std::filesystem::remove(file(epochWeights(work.stage, epoch - 1)), ignored);
            }
            return kept;
        };
    }
    const LoopEnd end = runTrainingLoop(
        stage, loop, [this](Fact fact) { report(std::move(fact)); }, stop_);
    // A stage that diverges after good epochs stores the weights of the best one.
    const bool hasGoodEpoch = end.status == LoopEnd::Status::Diverged && stage.state().hasBest();
    if (end.status != LoopEnd::Status::Finished && !hasGoodEpoch) {
        return end;
    }
    stage.state().restoreBest();
    if (auto saved = store(file(work.target), {{"stage", std::string(wordOf(work.stage))}});
        !saved) {
        return failure(saved.problem());
    }
    return end;
}

LoopEnd RunExecution::pretrain(const std::optional<TrainingState::Progress>& resumed) {
    const ModelSizes sizes = inputs_->sizes();
    auto made = PretrainModel::make(spec_, sizes, *inputs_->config(), device_);
    if (!made) {
        return failure(made.problem());
    }
    PretrainModel& model = **made;
    const LoopPlan loop =
        plan(spec_.pretrain.epochs, spec_.pretrain.batchSize, spec_.pretrain.maxSteps);
    const auto sample =
        alignmentSample(inputs_->dataset(), spec_.pretrain.alignmentRows, spec_.seed);
    const bool attendPadding = spec_.pretrain.fieldAttention == FieldAttention::Padded;
    Pretrainer::Measure measure;
    if (model.maskedFeatureHead && !sample.empty()) {
        measure = [&](const std::stop_token& stop) {
            return measureAlignment(model, inputs_->batcher(), sample, kAlignmentBatch,
                                    attendPadding, stop);
        };
    } else {
        measure = [](const std::stop_token&) { return std::optional<AlignmentMeasured>(); };
        report(LogLine{"info", "alignment is not measured: without the loss mfm there is no "
                               "attention from ids to text"});
    }
    Pretrainer stage(spec_, model, inputs_->batcher(), sizes, loop, measure);
    const char* target = spec_.kind == RunKind::Pretrain ? kFinalWeights : kPretrainedWeights;
    Extra extra;
    if (model.maskedFeatureHead) {
        extra.metadata = alignmentMetadata(spec_);
    }
    return train(stage, {RunStage::Pretrain, loop, model.parameters, target, extra},
                 resumed.has_value(), [&] {
                     return loadTextWeights(inputs_->modelFolder(), *inputs_->config(),
                                            model.parameters, "text.");
                 });
}

Result<std::optional<RunExecution::Parent>> RunExecution::openParent() const {
    std::filesystem::path from = file(kPretrainedWeights);
    RunSpec recipe = spec_;
    if (spec_.kind != RunKind::Flip) {
        if (spec_.finetune.from.empty()) {
            return std::optional<Parent>();
        }
        auto run = findRun(spec_.finetune.from, workspace_);
        if (!run) {
            return run.problem();
        }
        const auto final = findCheckpoint(*run, {}, workspace_);
        if (!final) {
            return final.problem();
        }
        from = final->file;
        recipe = std::move(run->spec);
    }
    auto weights = openStoredWeights(from);
    if (!weights) {
        return weights.problem();
    }
    return std::optional(Parent{std::move(*weights), std::move(recipe)});
}

Result<void> RunExecution::startWeights(const std::optional<Parent>& parent,
                                        FinetuneModel& model) const {
    LoadedParts loaded;
    if (parent) {
        const auto found = loadParts(parent->weights, model);
        if (!found) {
            return found.problem();
        }
        loaded = *found;
        // The id model that a joint run trains alone may start untrained if the parent has text
        // weights only.
        const bool alone = spec_.finetune.branches == Branches::Joint && !model.hasText();
        if (!loaded.ids && !loaded.text && !alone) {
            return Problem{"holds no weights that a run of the branch '" +
                               std::string(wordOf(spec_.finetune.branches)) +
                               "' can start from; name another run",
                           parent->weights.path().string()};
        }
    }
    const auto fromFolder = [&](bool wanted, const char* prefix) -> Result<void> {
        return wanted ? loadTextWeights(inputs_->modelFolder(), *inputs_->config(),
                                        model.parameters, prefix)
                      : Result<void>();
    };
    if (auto started = fromFolder(model.hasText() && !loaded.text, "text."); !started) {
        return started;
    }
    return fromFolder(model.hasItemText() && !loaded.itemText, "item_text.");
}

Result<RunExecution::Extra> RunExecution::alignmentHeadOf(const std::optional<Parent>& parent,
                                                          const FinetuneModel& model) {
    Extra extra;
    // The head fits only if both encoders started from the parent.
    if (!parent || !model.hasIds() || !model.hasText() || !holdsPart(parent->weights, "rec.") ||
        !holdsPart(parent->weights, "text.")) {
        return extra;
    }
    const auto pretraining = alignmentRecipe(parent->weights, parent->recipe);
    if (!pretraining) {
        return pretraining.problem();
    }
    if (*pretraining) {
        extra.metadata = alignmentMetadata(**pretraining);
        extra.tensors = alignmentHead(parent->weights);
    }
    return extra;
}

LoopEnd RunExecution::trainIdsAlone(const std::optional<TrainingState::Progress>& resumed) {
    const RunSpec alone = specOfStage(spec_, RunStage::IdsAlone);
    auto made = FinetuneModel::make(alone, inputs_->sizes(), std::nullopt, device_);
    if (!made) {
        return failure(made.problem());
    }
    FinetuneModel& model = **made;
    const auto start = [&]() -> Result<void> {
        const auto parent = openParent();
        return parent ? startWeights(*parent, model) : parent.problem();
    };
    const LoopPlan loop =
        plan(alone.finetune.epochs, alone.finetune.batchSize, alone.finetune.maxSteps);
    Finetuner stage(alone, model, inputs_->batcher(), loop, RunStage::IdsAlone);
    return train(stage, {RunStage::IdsAlone, loop, model.parameters, kIdWeights, {}},
                 resumed.has_value(), start);
}

LoopEnd RunExecution::finetune(const std::optional<TrainingState::Progress>& resumed,
                               RunEnded& ended) {
    auto made = FinetuneModel::make(spec_, inputs_->sizes(), inputs_->config(), device_);
    if (!made) {
        return failure(made.problem());
    }
    FinetuneModel& model = **made;
    const LoopPlan loop =
        plan(spec_.finetune.epochs, spec_.finetune.batchSize, spec_.finetune.maxSteps);
    const auto parent = openParent();
    if (!parent) {
        return failure(parent.problem());
    }
    const auto head = alignmentHeadOf(*parent, model);
    if (!head) {
        return failure(head.problem());
    }
    Finetuner stage(spec_, model, inputs_->batcher(), loop);
    LoopEnd end = train(stage, {RunStage::Finetune, loop, model.parameters, kFinalWeights, *head},
                        resumed.has_value(), [&]() -> Result<void> {
                            auto started = startWeights(*parent, model);
                            if (!started || !trainsIdsFirst(spec_)) {
                                return started;
                            }
                            const auto ids = openStoredWeights(file(kIdWeights));
                            if (!ids) {
                                return ids.problem();
                            }
                            const auto loaded = loadParts(*ids, model);
                            return loaded ? Result<void>() : loaded.problem();
                        });
    if (end.status != LoopEnd::Status::Finished) {
        return end;
    }
    return concludeFinetuning(model, stage.frozen(), end, ended);
}

LoopEnd RunExecution::concludeFinetuning(const FinetuneModel& model, FrozenSentences* frozen,
                                         const LoopEnd& trained, RunEnded& ended) const {
    StoredPredictions stored;
    for (const Split split : {Split::Valid, Split::Test}) {
        const std::vector<std::int64_t> rows = inputs_->dataset().rowsOf(split);
        if (rows.empty()) {
            continue;
        }
        const auto part =
            predict(model, inputs_->batcher(), rows, evaluationBatch(model), stop_, frozen);
        if (!part) {
            return {LoopEnd::Status::Stopped, "stopped while predicting", {}};
        }
        const std::string name(splitName(split));
        if (!isFinite(*part)) {
            return {LoopEnd::Status::Diverged,
                    "the predictions of the " + name +
                        " rows are not finite; lower the learning rate",
                    {}};
        }
        ended.metrics[name] = measureBranches(*part);
        const auto unseen =
            rowsWithUnseenValues(spec_, inputs_->sizes(), inputs_->batcher(), split);
        if (!unseen.empty()) {
            ended.metrics[name + "_unseen"] = measureBranches(select(*part, unseen));
        }
        append(stored, *part, split);
    }
    const auto saved = savePredictions(file(kPredictionsFile), stored);
    return saved ? trained : failure(saved.problem());
}

} // namespace flip

#include "ui/models/run_journal.h"

#include "ui/models/wording.h"

#include <algorithm>

namespace flip::ui {

namespace {

std::string epochLine(const EpochDone& fact) {
    std::string text = stageWord(fact.stage) + ", epoch " + std::to_string(fact.epoch) +
                       " done in " + durationText(fact.seconds).toStdString();
    for (const auto& [branch, metrics] : fact.valid) {
        text += ", " + branchWord(branch, fact.valid.size() > 1) + " AUC " +
                scoreText(metrics.auc).toStdString();
    }
    return fact.best ? text + " (best so far)" : text;
}

struct StoryUpdater {
    RunStory& story;
    double wallSeconds;

    void note(std::string level, std::string text) const {
        story.log.push_back({wallSeconds, std::move(level), std::move(text)});
    }
    void operator()(const RunStarted& fact) const {
        story.started = fact;
        story.end.reset();
        const std::string on = " on " + deviceText(fact);
        note("info", fact.resumedFromStep > 0
                         ? "resumed after step " + std::to_string(fact.resumedFromStep) + on
                         : "started" + on);
    }
    void operator()(const StageStarted& fact) const {
        std::erase_if(story.stages,
                      [&fact](const StageStarted& stage) { return stage.stage == fact.stage; });
        story.stages.push_back(fact);
        story.step = 0;
        story.epoch = 0;
        story.stageFirstStep = -1;
        note("info", stageWord(fact.stage) +
                         " begins: " + countText(fact.totalSteps).toStdString() + " steps in " +
                         countText(fact.epochs).toStdString() + " epochs");
    }
    void operator()(const StepDone& fact) const {
        if (story.stageFirstStep < 0) {
            story.stageFirstStep = fact.step - 1;
            story.stageWallSeconds = std::max(0.0, wallSeconds - fact.seconds);
        }
        story.step = fact.step;
        story.epoch = fact.epoch;
    }
    void operator()(const EpochDone& fact) const {
        if (fact.best) {
            story.best = fact;
        }
        note("info", epochLine(fact));
    }
    void operator()(const AlignmentMeasured& fact) const {
        note("info", "alignment measured, epoch " + std::to_string(fact.epoch) + ": score " +
                         scoreText(fact.score).toStdString());
    }
    void operator()(const CheckpointSaved& fact) const {
        story.checkpoint = fact;
        note("info", "checkpoint at step " + std::to_string(fact.step) + ", " +
                         bytesText(fact.bytes).toStdString());
    }
    void operator()(const LogLine& fact) const { note(fact.level, fact.text); }
    void operator()(const RunEnded& fact) const {
        story.end = fact;
        const bool expected =
            fact.status == RunStatus::Finished || fact.status == RunStatus::Stopped;
        std::string text(wordOf(fact.status));
        if (!fact.reason.empty()) {
            text += ": " + fact.reason;
        }
        if (fact.problem) {
            text += ": " + fact.problem->text();
        }
        note(expected ? "info" : "warning", text);
    }
};

} // namespace

std::optional<double> RunStory::progress() const {
    if (end && end->status == RunStatus::Finished) {
        return 1.0;
    }
    if (stages.empty() || stages.back().totalSteps <= 0) {
        return std::nullopt;
    }
    return std::clamp(static_cast<double>(step) / static_cast<double>(stages.back().totalSteps),
                      0.0, 1.0);
}

std::optional<double> RunStory::secondsLeft() const {
    const auto done = static_cast<double>(step - stageFirstStep);
    if (end || stages.empty() || stages.back().totalSteps <= 0 || stageFirstStep < 0 || done < 1) {
        return std::nullopt;
    }
    const double pace = (wallSeconds - stageWallSeconds) / done;
    return std::max(0.0, pace * static_cast<double>(stages.back().totalSteps - step));
}

void RunJournal::take(const std::string& run, std::span<const RunEvent> events) {
    if (events.empty()) {
        return;
    }
    RunStory& story = stories_[run];
    for (const RunEvent& event : events) {
        story.wallSeconds = event.wallSeconds;
        std::visit(StoryUpdater{story, event.wallSeconds}, event.fact);
    }
    Q_EMIT changed(run);
}

void RunJournal::forget(const std::string& run) {
    const std::string name = run; // the argument may be part of the erased entry
    if (stories_.erase(name) > 0) {
        Q_EMIT changed(name);
    }
}

const RunStory* RunJournal::story(const std::string& run) const {
    const auto found = stories_.find(run);
    return found == stories_.end() ? nullptr : &found->second;
}

std::string stageWord(RunStage stage) {
    switch (stage) {
    case RunStage::Pretrain:
        return "pretraining";
    case RunStage::IdsAlone:
        return "finetuning of the ids alone";
    case RunStage::Finetune:
        return "finetuning";
    }
    return {};
}

std::string branchWord(const std::string& branch, bool hasBranches) {
    if (!branch.empty()) {
        return branch;
    }
    return hasBranches ? "joint" : "validation";
}

} // namespace flip::ui

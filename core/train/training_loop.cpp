#include "core/train/training_loop.h"

#include "core/base/random_stream.h"
#include "core/model/layers.h"
#include "core/train/loss_sums.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>

namespace flip {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The rows of an epoch in training order.
std::vector<std::int64_t> epochOrder(const LoopPlan& plan, std::int64_t epoch) {
    RandomStream random(plan.seed, "shuffle/" + std::to_string(epoch));
    auto order = random.permutation(static_cast<std::int64_t>(plan.rows.size()));
    for (std::int64_t& place : order) {
        place = plan.rows[static_cast<std::size_t>(place)];
    }
    return order;
}

/// One run of the loop, with the state that its steps share.
class Loop {
public:
    Loop(Stage& stage, const LoopPlan& plan, const std::function<void(Fact)>& report,
         const std::stop_token& stop)
        : stage_(stage), plan_(plan), report_(report), stop_(stop),
          progress_(stage.state().progress) {}

    LoopEnd run() {
        report_(
            StageStarted{progress_.stage, plan_.epochs, plan_.stepsPerEpoch(), plan_.totalSteps()});
        try {
            return runToEnd();
        } catch (const PassStopped&) {
            return stopped();
        }
    }

private:
    std::string stageWord() const { return std::string(wordOf(progress_.stage)); }

    LoopEnd runToEnd() {
        if (!progress_.begun) {
            const auto facts = stage_.begin(stop_);
            if (!facts) {
                throw PassStopped{};
            }
            std::for_each(facts->begin(), facts->end(), report_);
            progress_.begun = true;
        }
        while (!progress_.complete) {
            if (stop_.stop_requested()) {
                throw PassStopped{};
            }
            const bool epochOver =
                progress_.step >=
                std::min((progress_.epochsDone + 1) * plan_.stepsPerEpoch(), plan_.totalSteps());
            if (auto end = epochOver ? closeEpoch() : runStep()) {
                return *end;
            }
        }
        return {LoopEnd::Status::Finished, progress_.endReason, {}};
    }

    LoopEnd stopped() {
        if (auto failed = save()) {
            return *failed;
        }
        return {LoopEnd::Status::Stopped,
                "stopped at step " + std::to_string(progress_.step) + " of " + stageWord(),
                {}};
    }

    LoopEnd diverged(const std::string& what) const {
        return {LoopEnd::Status::Diverged, what + "; lower the learning rate", {}};
    }

    /// Ends the run as diverged if weights or optimiser state are not finite.
    std::optional<LoopEnd> checkFinite() {
        const std::string name = stage_.state().firstNotFinite();
        if (name.empty()) {
            return std::nullopt;
        }
        return diverged("after step " + std::to_string(progress_.step) + " of " + stageWord() +
                        ", " + name + " holds numbers that are not finite");
    }

    /// Writes a checkpoint if all numbers are finite. Returns a value if the run must end.
    std::optional<LoopEnd> save() {
        if (auto end = checkFinite()) {
            return end;
        }
        const auto bytes = stage_.state().save(plan_.checkpoint);
        if (!bytes) {
            return LoopEnd{LoopEnd::Status::Failed, "", bytes.problem()};
        }
        lastSave_ = Clock::now();
        report_(CheckpointSaved{progress_.stage, progress_.step,
                                plan_.checkpoint.filename().string(), *bytes});
        return std::nullopt;
    }

    std::optional<LoopEnd> runStep() {
        const std::int64_t epoch = progress_.epochsDone; // from 0
        if (orderEpoch_ != epoch) {
            order_ = epochOrder(plan_, epoch);
            orderEpoch_ = epoch;
        }
        const auto first = static_cast<std::size_t>(
            (progress_.step - epoch * plan_.stepsPerEpoch()) * plan_.batchSize);
        const auto count =
            std::min(static_cast<std::size_t>(plan_.batchSize), order_.size() - first);
        const auto start = Clock::now();
        const Stage::Step done =
            stage_.step(std::span(order_).subspan(first, count), progress_.step, stop_);
        StepDone fact;
        fact.stage = progress_.stage;
        fact.step = progress_.step + 1;
        fact.epoch = epoch + 1;
        fact.rows = static_cast<std::int64_t>(count);
        fact.seconds = secondsSince(start);
        fact.learningRate = done.learningRate;
        fact.losses = done.losses;
        if (!done.finite) {
            report_(fact);
            const std::string what = allFinite(fact.losses) ? "gradient" : "loss";
            return diverged("the " + what + " of step " + std::to_string(fact.step) + " of " +
                            stageWord() + " is not finite");
        }
        progress_.step += 1;
        progress_.seconds += fact.seconds;
        report_(fact);
        if (secondsSince(lastSave_) > plan_.checkpointSeconds) {
            return save();
        }
        return std::nullopt;
    }

    std::optional<LoopEnd> closeEpoch() {
        const auto start = Clock::now();
        if (auto end = checkFinite()) {
            return end; // before the epoch is measured and may become the best
        }
        const std::int64_t epoch = progress_.epochsDone + 1;
        auto end = stage_.endEpoch(epoch, stop_);
        if (!end) {
            return stopped();
        }
        if (!end->finite) {
            return diverged("the predictions after epoch " + std::to_string(epoch) + " of " +
                            stageWord() + " are not finite");
        }
        progress_.epochsDone = epoch;
        progress_.seconds += secondsSince(start);
        end->done.stage = progress_.stage;
        end->done.epoch = epoch;
        end->done.step = progress_.step;
        end->done.seconds = progress_.seconds - epochStart_;
        epochStart_ = progress_.seconds;
        report_(end->done);
        for (Fact& fact : end->facts) {
            report_(std::move(fact));
        }
        if (plan_.afterEpoch) {
            if (auto done = plan_.afterEpoch(epoch); !done) {
                return LoopEnd{LoopEnd::Status::Failed, "", done.problem()};
            }
        }
        progress_.endReason = end->endReason;
        progress_.complete = !end->endReason.empty() || progress_.step >= plan_.totalSteps();
        return save();
    }

    Stage& stage_;
    const LoopPlan& plan_;
    const std::function<void(Fact)>& report_;
    const std::stop_token& stop_;
    TrainingState::Progress& progress_;
    std::vector<std::int64_t> order_;
    std::int64_t orderEpoch_ = -1;
    Clock::time_point lastSave_ = Clock::now();
    double epochStart_ = stage_.state().progress.seconds;
};

} // namespace

std::int64_t LoopPlan::stepsPerEpoch() const {
    return (static_cast<std::int64_t>(rows.size()) + batchSize - 1) / batchSize;
}

std::int64_t LoopPlan::totalSteps() const {
    const std::int64_t all = epochs * stepsPerEpoch();
    return maxSteps > 0 ? std::min(all, maxSteps) : all;
}

LoopEnd runTrainingLoop(Stage& stage, const LoopPlan& plan, const std::function<void(Fact)>& report,
                        const std::stop_token& stop) {
    return Loop(stage, plan, report, stop).run();
}

} // namespace flip

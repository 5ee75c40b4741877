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

/// The rows of an epoch in the order that they are trained on.
std::vector<std::int64_t> epochOrder(const LoopPlan& plan, std::int64_t epoch) {
    RandomStream random(plan.seed, "shuffle/" + std::to_string(epoch));
    auto order = random.permutation(static_cast<std::int64_t>(plan.rows.size()));
    for (std::int64_t& place : order) {
        place = plan.rows[static_cast<std::size_t>(place)];
    }
    return order;
}

/// One pass of the loop: keeps what the steps share so that each reads on its own.
class Loop {
public:
    Loop(Stage& stage, const LoopPlan& plan, const std::function<void(Fact)>& tell,
         const std::stop_token& stop)
        : stage_(stage), plan_(plan), tell_(tell), stop_(stop), place_(stage.state().place) {}

    LoopEnd run() {
        tell_(StageStarted{place_.stage, plan_.epochs, plan_.stepsPerEpoch(), plan_.totalSteps()});
        try {
            return untilTheEnd();
        } catch (const PassStopped&) {
            return interrupted();
        }
    }

private:
    std::string stageWord() const { return std::string(wordOf(place_.stage)); }

    LoopEnd untilTheEnd() {
        if (!place_.begun) {
            const auto facts = stage_.begin(stop_);
            if (!facts) {
                throw PassStopped{};
            }
            std::for_each(facts->begin(), facts->end(), tell_);
            place_.begun = true;
        }
        while (!place_.complete) {
            if (stop_.stop_requested()) {
                throw PassStopped{};
            }
            const bool epochOver =
                place_.step >=
                std::min((place_.epochsDone + 1) * plan_.stepsPerEpoch(), plan_.totalSteps());
            if (auto end = epochOver ? closeEpoch() : oneStep()) {
                return *end;
            }
        }
        return {LoopEnd::Status::Finished, place_.endReason, {}};
    }

    LoopEnd interrupted() {
        if (auto failed = save()) {
            return *failed;
        }
        return {LoopEnd::Status::Stopped,
                "stopped at step " + std::to_string(place_.step) + " of " + stageWord(),
                {}};
    }

    LoopEnd diverged(const std::string& what) const {
        return {LoopEnd::Status::Diverged, what + "; lower the learning rate", {}};
    }

    /// The end of a run whose numbers are beyond repair, if they are.
    std::optional<LoopEnd> lost() {
        const std::string name = stage_.state().notFinite();
        if (name.empty()) {
            return std::nullopt;
        }
        return diverged("after step " + std::to_string(place_.step) + " of " + stageWord() + ", " +
                        name + " holds numbers that are not finite");
    }

    /// Writes a checkpoint, unless the numbers are such that the last one is worth more; what ends
    /// the run, if anything does.
    std::optional<LoopEnd> save() {
        if (auto end = lost()) {
            return end;
        }
        const auto bytes = stage_.state().save(plan_.checkpoint);
        if (!bytes) {
            return LoopEnd{LoopEnd::Status::Failed, "", bytes.problem()};
        }
        lastSave_ = Clock::now();
        tell_(CheckpointSaved{place_.stage, place_.step, plan_.checkpoint.filename().string(),
                              *bytes});
        return std::nullopt;
    }

    std::optional<LoopEnd> oneStep() {
        const std::int64_t epoch = place_.epochsDone; // from 0
        if (orderEpoch_ != epoch) {
            order_ = epochOrder(plan_, epoch);
            orderEpoch_ = epoch;
        }
        const auto first = static_cast<std::size_t>((place_.step - epoch * plan_.stepsPerEpoch()) *
                                                    plan_.batchSize);
        const auto count =
            std::min(static_cast<std::size_t>(plan_.batchSize), order_.size() - first);
        const auto started = Clock::now();
        const Stage::Step done =
            stage_.step(std::span(order_).subspan(first, count), place_.step, stop_);
        StepDone fact;
        fact.stage = place_.stage;
        fact.step = place_.step + 1;
        fact.epoch = epoch + 1;
        fact.rows = static_cast<std::int64_t>(count);
        fact.seconds = secondsSince(started);
        fact.learningRate = done.learningRate;
        fact.losses = done.losses;
        if (!done.finite) {
            tell_(fact);
            const std::string what = allFinite(fact.losses) ? "gradient" : "loss";
            return diverged("the " + what + " of step " + std::to_string(fact.step) + " of " +
                            stageWord() + " is not finite");
        }
        place_.step += 1;
        place_.seconds += fact.seconds;
        tell_(fact);
        if (secondsSince(lastSave_) > plan_.checkpointSeconds) {
            return save();
        }
        return std::nullopt;
    }

    std::optional<LoopEnd> closeEpoch() {
        const auto started = Clock::now();
        if (auto end = lost()) {
            return end; // before the epoch is measured, and taken for the best
        }
        const std::int64_t epoch = place_.epochsDone + 1;
        auto end = stage_.endEpoch(epoch, stop_);
        if (!end) {
            return interrupted();
        }
        if (!end->finite) {
            return diverged("the predictions after epoch " + std::to_string(epoch) + " of " +
                            stageWord() + " are not finite");
        }
        place_.epochsDone = epoch;
        place_.seconds += secondsSince(started);
        end->done.stage = place_.stage;
        end->done.epoch = epoch;
        end->done.step = place_.step;
        end->done.seconds = place_.seconds - epochStart_;
        epochStart_ = place_.seconds;
        tell_(end->done);
        for (Fact& fact : end->facts) {
            tell_(std::move(fact));
        }
        if (plan_.afterEpoch) {
            if (auto done = plan_.afterEpoch(epoch); !done) {
                return LoopEnd{LoopEnd::Status::Failed, "", done.problem()};
            }
        }
        place_.endReason = end->endReason;
        place_.complete = !end->endReason.empty() || place_.step >= plan_.totalSteps();
        return save();
    }

    Stage& stage_;
    const LoopPlan& plan_;
    const std::function<void(Fact)>& tell_;
    const std::stop_token& stop_;
    TrainingState::Place& place_;
    std::vector<std::int64_t> order_;
    std::int64_t orderEpoch_ = -1;
    Clock::time_point lastSave_ = Clock::now();
    double epochStart_ = stage_.state().place.seconds;
};

} // namespace

std::int64_t LoopPlan::stepsPerEpoch() const {
    return (static_cast<std::int64_t>(rows.size()) + batchSize - 1) / batchSize;
}

std::int64_t LoopPlan::totalSteps() const {
    const std::int64_t all = epochs * stepsPerEpoch();
    return maxSteps > 0 ? std::min(all, maxSteps) : all;
}

LoopEnd runTrainingLoop(Stage& stage, const LoopPlan& plan, const std::function<void(Fact)>& tell,
                        const std::stop_token& stop) {
    return Loop(stage, plan, tell, stop).run();
}

} // namespace flip

#pragma once

#include "core/base/random_stream.h"
#include "core/spec/run_event.h"
#include "core/store/run_store.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace flip::test {

/// Facts of a pretraining run that look like those of a real one: three noisy falling losses and,
/// at the end of each epoch, a map that sharpens.
inline std::vector<RunEvent> pretrainingFacts(const std::string& run, int steps = 2000,
                                              int epochs = 5, std::uint64_t seed = 1) {
    RandomStream chance(seed, "sample");
    const std::vector<std::string> fields{"user_id",  "gender",   "age",   "occupation",
                                          "zip_code", "movie_id", "title", "genre"};
    std::vector<RunEvent> events;
    double wall = 0;
    events.push_back(
        {wall,
         RunStarted{run, RunKind::Pretrain, "movielens-100k", {.device = "cpu", .threads = 2}, 0}});
    const int perEpoch = steps / epochs;
    events.push_back({wall, StageStarted{RunStage::Pretrain, epochs, perEpoch, steps}});
    const auto measure = [&](int epoch, int step) {
        AlignmentMeasured map{.epoch = epoch, .step = step, .masked = fields, .words = fields};
        const double sharp = 0.55 * epoch / epochs;
        for (std::size_t row = 0; row < fields.size(); ++row) {
            map.toFields.push_back(0.4 + sharp / 2);
            std::vector<double> weights;
            double total = 0;
            for (std::size_t column = 0; column < fields.size(); ++column) {
                double weight = 0.6 + 0.3 * chance.uniform() + (column == 6 ? 0.8 : 0);
                weight += row == column ? 6 * sharp : 0;
                weight += row == 6 && column == 7 ? 4 * sharp : 0;
                weight += row == 5 && column == 6 ? 5 * sharp : 0;
                weights.push_back(weight);
                total += weight;
            }
            for (std::size_t column = 0; column < fields.size(); ++column) {
                const double even = (column == 6 ? 2.0 : 1.0) / 9.0;
                const double share = weights[column] / total;
                map.share.push_back(share);
                map.lift.push_back(share / even);
                map.score += row == column ? share / 8 : 0;
            }
        }
        map.share[8 * 4 + 2] = std::numeric_limits<double>::quiet_NaN();
        map.lift[8 * 4 + 2] = std::numeric_limits<double>::quiet_NaN();
        events.push_back({wall, map});
    };
    measure(0, 0);
    for (int step = 1; step <= steps; ++step) {
        const double seconds = 0.21 * (1 + 0.15 * chance.normal() * chance.normal());
        wall += std::max(0.05, seconds);
        const double part = static_cast<double>(step) / steps;
        const auto noisy = [&](double high, double low, double speed, double noise) {
            return low + (high - low) * std::exp(-speed * part) + noise * chance.normal();
        };
        const double icl = noisy(4.85, 2.9, 3, 0.12);
        const double mfm = noisy(4.24, 1.8, 5, 0.16);
        const double mlm = noisy(9.9, 3.1, 8, 0.35);
        events.push_back(
            {wall,
             StepDone{RunStage::Pretrain,
                      step,
                      (step - 1) / perEpoch + 1,
                      128,
                      std::max(0.05, seconds),
                      1e-4 * (1 - part),
                      {{"icl", icl}, {"mfm", mfm}, {"mlm", mlm}, {"total", icl + mfm + mlm}}}});
        if (step % perEpoch == 0) {
            const int epoch = step / perEpoch;
            events.push_back({wall, EpochDone{RunStage::Pretrain, epoch, step, 84, {}, false, {}}});
            measure(epoch, step);
            events.push_back(
                {wall, CheckpointSaved{RunStage::Pretrain, step, "last.pt", 91'000'000}});
        }
    }
    return events;
}

/// A joint finetuning that overfits from the seventh epoch on.
inline std::vector<RunEvent> finetuningFacts(const std::string& run, int epochs = 10,
                                             double level = 0.77, std::uint64_t seed = 2,
                                             int perEpoch = 80) {
    RandomStream chance(seed, "sample");
    std::vector<RunEvent> events;
    double wall = 0;
    double best = 0;
    events.push_back(
        {wall,
         RunStarted{run, RunKind::Finetune, "movielens-100k", {.device = "cpu", .threads = 2}, 0}});
    events.push_back({wall, StageStarted{RunStage::Finetune, epochs, perEpoch, epochs * perEpoch}});
    const auto branch = [&](double offset, int epoch) {
        const double lift = 1 - std::exp(-0.7 * epoch);
        const double auc = 0.6 + (level + offset - 0.6) * lift - 0.004 * std::max(0, epoch - 6) +
                           0.0015 * chance.normal();
        return Metrics{auc, 0.69 - 0.25 * (auc - 0.5), 8000, 4400};
    };
    for (int epoch = 1; epoch <= epochs; ++epoch) {
        for (int i = 1; i <= perEpoch; ++i) {
            const int step = (epoch - 1) * perEpoch + i;
            wall += 0.4;
            const auto loss = [&](double low) {
                return low + (0.7 - low) * std::exp(-step / (2.5 * perEpoch)) +
                       0.015 * chance.normal();
            };
            const double joint = loss(0.48);
            const double id = loss(0.52);
            const double text = loss(0.56);
            events.push_back({wall, StepDone{RunStage::Finetune,
                                             step,
                                             epoch,
                                             1024,
                                             0.4 + 0.02 * chance.normal(),
                                             1e-3,
                                             {{"joint", joint},
                                              {"id", id},
                                              {"text", text},
                                              {"total", joint + id + text}}}});
        }
        const BranchMetrics valid{
            {"", branch(0, epoch)}, {"id", branch(-0.012, epoch)}, {"text", branch(-0.03, epoch)}};
        const bool better = *valid.at("").auc > best;
        best = std::max(best, *valid.at("").auc);
        wall += 3;
        events.push_back({wall, EpochDone{RunStage::Finetune,
                                          epoch,
                                          epoch * perEpoch,
                                          35,
                                          valid,
                                          better,
                                          {{"alpha", 0.05 * epoch}}}});
    }
    RunEnded end{.status = RunStatus::Finished,
                 .reason = "all epochs done",
                 .seconds = wall,
                 .peakRssBytes = 1'450'000'000};
    end.metrics["valid"] = {{"", Metrics{best, 0.62, 8000, 4400}},
                            {"id", Metrics{best - 0.012, 0.627, 8000, 4400}},
                            {"text", Metrics{best - 0.03, 0.64, 8000, 4400}}};
    end.metrics["test"] = {{"", Metrics{best - 0.004, 0.6231, 8000, 4400}},
                           {"id", Metrics{best - 0.017, 0.6302, 8000, 4400}},
                           {"text", Metrics{best - 0.032, 0.6433, 8000, 4400}}};
    events.push_back({wall, end});
    return events;
}

inline RunSummary summary(const std::string& name, RunStatus status,
                          RunKind kind = RunKind::Finetune) {
    RunSummary run;
    run.name = name;
    run.status = status;
    run.kind = kind;
    run.dataset = "movielens-100k";
    run.datasetHash = "d41d";
    run.seed = 1;
    run.created = "2026-11-20T09:30:00Z";
    run.spec.kind = kind;
    run.spec.seed = 1;
    run.spec.plm.path = "all-MiniLM-L6-v2";
    run.spec.id.backbone = BackboneKind::DcnMix;
    run.spec.finetune.branches = Branches::Joint;
    if (status != RunStatus::Running) {
        run.end.status = status;
        run.end.seconds = 83;
    }
    return run;
}

inline RunSummary scored(const std::string& name, double auc, double logLoss) {
    RunSummary run = summary(name, RunStatus::Finished);
    run.end.metrics["valid"] = {{"", Metrics{auc + 0.002, logLoss, 8000, 4400}}};
    run.end.metrics["test"] = {{"", Metrics{auc, logLoss, 8000, 4400}}};
    return run;
}

} // namespace flip::test

#include "app/command/interrupt.h"
#include "app/command/progress.h"
#include "app/command/stored_runs.h"
#include "app/engine/child_runs.h"
#include "app/engine/engine.h"

#include "core/base/name.h"
#include "core/data/dataset.h"
#include "core/launch/sweep_result.h"
#include "core/run/identify.h"
#include "core/run/preflight.h"
#include "core/store/run_store.h"
#include "core/store/sweep_name.h"

#include <cstdio>
#include <filesystem>
#include <set>

namespace flip::command::engine {

namespace {

/// Counts the finetuning epochs of a stored run.
class EpochCount final : public RunSink {
public:
    void take(const RunEvent& event) override {
        const auto* epoch = std::get_if<EpochDone>(&event.fact);
        count += epoch != nullptr && epoch->stage == RunStage::Finetune ? 1 : 0;
    }
    std::int64_t count = 0;
};

/// Why a run did not finish: the problem it stored, else the signal that ended it, else its last
/// line on stderr.
std::string failureReason(const SweepRun& run, const ChildEnd& end) {
    if (run.end.problem) {
        return run.end.problem->text();
    }
    if (end.code > 128) {
        return "its process was ended by signal " + std::to_string(end.code - 128);
    }
    return end.lastErrorLine.empty() ? "its process ended with code " + std::to_string(end.code)
                                     : end.lastErrorLine;
}

/// One sweep in one workspace, from the first run to the result table.
class Sweep {
public:
    Sweep(SweepWork work, const Workspace& workspace, RunStore& store)
        : prefix_(std::move(work.name)), jobs_(static_cast<std::size_t>(work.jobs)),
          resume_(work.resume), json_(work.json), workspace_(workspace),
          store_(store), result_{std::move(work.request), std::move(work.combinations), {}} {
        for (const Combination& combination : result_.combinations) {
            result_.runs.emplace_back(combination.specs.size());
        }
    }

    /// Checks all input before the first run starts; finds stored runs to reuse and the names for
    /// the new ones.
    Result<void> prepare() {
        if (prefix_.empty()) {
            const auto& names = result_.request.experiments;
            prefix_ = names.size() == 1
                          ? "sweep-" + std::filesystem::path(names.front().name).stem().string()
                          : "sweep";
        }
        if (auto good = checkName(sweepRunName(prefix_, 1)); !good) {
            return Problem{good.problem().what, "--name " + prefix_};
        }
        for (const Combination& combination : result_.combinations) {
            const RunSpec& spec = combination.specs.front();
            if (auto ready = preflight(spec, workspace_); !ready) {
                const std::string text = combination.text();
                return Problem{ready.problem().text(),
                               result_.request.experiments[combination.experiment].name +
                                   (text.empty() ? "" : " with " + text),
                               ready.problem().systemError};
            }
            if (auto checked = checkDataset(spec.data.dataset); !checked) {
                return checked;
            }
        }
        auto stored = store_.list();
        if (!stored) {
            return stored.problem();
        }
        for (const Problem& problem : stored->unreadable) {
            std::fprintf(stderr, "%s\n", problem.text().c_str());
        }
        next_ = firstFreeNumber(prefix_, stored->runs);
        return resume_ ? findStored(stored->runs) : Result<void>();
    }

    /// Searches, repeats the best combinations, and prints the result; returns the exit code.
    int execute() {
        const Interrupt interrupt;
        std::vector<PlannedRun> search;
        for (std::size_t i = 0; i < result_.combinations.size(); ++i) {
            for (std::size_t s = 0; s < result_.searchedSeeds(); ++s) {
                search.push_back({i, s});
            }
        }
        auto done = runMissing(search, interrupt.token());
        std::vector<PlannedRun> repeats;
        for (std::size_t e = 0; done && e < result_.request.experiments.size(); ++e) {
            if (const auto chosen = result_.chosen(e)) {
                for (std::size_t s = result_.searchedSeeds(); s < result_.runs[*chosen].size();
                     ++s) {
                    repeats.push_back({*chosen, s});
                }
            }
        }
        if (done && !interrupt.happened()) {
            done = runMissing(repeats, interrupt.token());
        }
        if (!done) {
            std::fprintf(stderr, "%s\n", done.problem().text().c_str());
            return done.problem().systemError ? kFailed : kWrongInput;
        }
        if (interrupt.happened()) {
            std::fprintf(stderr, "stopped; the same command with --resume continues\n");
            return kInterrupted;
        }
        std::printf("%s",
                    json_ ? (sweepAsJson(result_) + "\n").c_str() : describeSweep(result_).c_str());
        if (failed_ > 0) {
            std::fprintf(stderr, "%zu runs failed\n", failed_);
        }
        return failed_ > 0 ? kFailed : kDone;
    }

private:
    struct PlannedRun {
        std::size_t combination = 0;
        std::size_t seed = 0;
    };

    SweepRun& at(const PlannedRun& planned) {
        return result_.runs[planned.combination][planned.seed];
    }
    const RunSpec& specOf(const PlannedRun& planned) const {
        return result_.combinations[planned.combination].specs[planned.seed];
    }

    /// The best combination is chosen on validation rows, so the dataset must have some.
    Result<void> checkDataset(const std::string& name) {
        if (!checkedDatasets_.insert(name).second) {
            return {};
        }
        const auto dataset = Dataset::open(workspace_.dataset(name));
        if (!dataset) {
            return dataset.problem();
        }
        if (dataset->splitRows(Split::Valid) == 0) {
            return Problem{"has no validation rows to choose by; import it with another split",
                           "dataset " + name};
        }
        return {};
    }

    /// Finds the runs that an earlier call stored: finished runs are reused, others resumed.
    Result<void> findStored(const std::vector<RunSummary>& stored) {
        for (std::size_t i = 0; i < result_.combinations.size(); ++i) {
            const auto inputs = inputIdentity(result_.combinations[i].specs.front(), workspace_);
            if (!inputs) {
                return inputs.problem();
            }
            for (std::size_t s = 0; s < result_.runs[i].size(); ++s) {
                const RunSpec& spec = specOf({i, s});
                const RunSummary* run = storedRunOf(spec, *inputs, stored);
                if (run == nullptr) {
                    continue;
                }
                if (run->status == RunStatus::Running) {
                    return Problem{"is running in another program; wait until it ends, or stop it",
                                   run->name};
                }
                if (auto read = readResult({i, s}, run->name); !read) {
                    return read;
                }
            }
        }
        return {};
    }

    /// Reads a run's result from the store.
    Result<void> readResult(const PlannedRun& planned, const std::string& name) {
        auto stored = store_.lookUp(name);
        if (!stored) {
            return stored.problem();
        }
        SweepRun& run = at(planned);
        run.name = name;
        if (!*stored) {
            run.status = RunStatus::Failed; // refused before it started
            return {};
        }
        run.status = (*stored)->status;
        run.end = (*stored)->end;
        EpochCount epochs;
        auto replayed = store_.replay(name, epochs);
        run.epochs = epochs.count;
        return replayed;
    }

    std::string freeName() {
        std::error_code ignored;
        std::string name;
        do { // a checkpoint folder without a run is not reused
            name = sweepRunName(prefix_, next_++);
        } while (std::filesystem::exists(workspace_.checkpoints(name), ignored));
        return name;
    }

    /// Executes the planned runs that are not stored yet. A failed run is reported and counted.
    Result<void> runMissing(const std::vector<PlannedRun>& plan, const std::stop_token& stop) {
        std::vector<PlannedRun> missing;
        std::vector<ChildRun> runs;
        for (const PlannedRun& planned : plan) {
            SweepRun& run = at(planned);
            if (run.finished() || run.status == RunStatus::Diverged) {
                reportRun(planned, "already stored, ");
                failed_ += run.finished() ? 0 : 1;
                continue;
            }
            const bool resume = !run.name.empty();
            if (!resume) {
                run.name = freeName();
            }
            missing.push_back(planned);
            runs.push_back({specOf(planned), run.name, resume});
        }
        Result<void> read;
        auto executed = executeChildRuns(
            runs, jobs_, workspace_, stop,
            [&](std::size_t i) {
                std::fprintf(stderr, "%s: %s, seed %lld%s\n", runs[i].name.c_str(),
                             describe(missing[i]).c_str(),
                             static_cast<long long>(runs[i].spec.seed),
                             runs[i].resume ? ", resumed" : "");
            },
            [&](std::size_t i, const ChildEnd& end) {
                if (auto stored = readResult(missing[i], runs[i].name); !stored) {
                    read = stored;
                }
                SweepRun& run = at(missing[i]);
                reportRun(missing[i], "");
                if (!run.finished() && run.status != RunStatus::Stopped) {
                    failed_ += 1;
                    const std::string why = failureReason(run, end);
                    std::fprintf(stderr, "%s: %s\n", runs[i].name.c_str(), why.c_str());
                }
            });
        return executed ? read : executed;
    }

    std::string describe(const PlannedRun& planned) const {
        const Combination& combination = result_.combinations[planned.combination];
        const std::string text = combination.text();
        return result_.request.experiments[combination.experiment].name +
               (text.empty() ? "" : ", " + text);
    }

    void reportRun(const PlannedRun& planned, const char* how) {
        const SweepRun& run = at(planned);
        const auto metric = result_.request.chooseOn.of(run.end.metrics);
        std::fprintf(stderr, "%s: %s%s, %s %s, %lld epochs in %s\n", run.name.c_str(), how,
                     run.statusWord().c_str(), result_.request.chooseOn.label().c_str(),
                     fourDecimals(metric).c_str(), static_cast<long long>(run.epochs),
                     duration(run.end.seconds).c_str());
    }

    std::string prefix_; // of the names of the runs
    const std::size_t jobs_;
    const bool resume_;
    const bool json_;
    const Workspace& workspace_;
    RunStore& store_;
    SweepResult result_;
    std::int64_t next_ = 1;
    std::set<std::string> checkedDatasets_;
    std::size_t failed_ = 0;
};

} // namespace

void sweep(SweepWork work, Context& context) {
    withStore(
        context,
        [&](const Workspace& workspace, RunStore& store) -> Result<void> {
            Sweep sweep(std::move(work), workspace, store);
            if (auto ready = sweep.prepare(); !ready) {
                return ready;
            }
            context.exitCode = sweep.execute();
            return {};
        },
        WorkspaceUse::Write);
}

} // namespace flip::command::engine

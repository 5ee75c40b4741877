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

/// Counts the epochs of finetuning that a stored run did.
class EpochCount final : public RunSink {
public:
    void take(const RunEvent& event) override {
        const auto* epoch = std::get_if<EpochDone>(&event.fact);
        count += epoch != nullptr && epoch->stage == RunStage::Finetune ? 1 : 0;
    }
    std::int64_t count = 0;
};

/// Why a run did not finish: what it stored, else what it said, unless it was ended from outside.
std::string reasonOf(const SweptRun& run, const ChildEnd& end) {
    if (run.end.problem) {
        return run.end.problem->text();
    }
    if (end.code > 128) {
        return "its process was ended by signal " + std::to_string(end.code - 128);
    }
    return end.lastWords.empty() ? "its process ended with code " + std::to_string(end.code)
                                 : end.lastWords;
}

/// One sweep in one workspace, from the first run to the table.
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

    /// Everything a person could have got wrong, before the first run starts; also finds the runs
    /// that are there already, and the names of those to come.
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
                               ready.problem().world};
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

    /// Searches, repeats the best, and tells; the exit code.
    int conduct() {
        const Interrupt interrupt;
        std::vector<Place> search;
        for (std::size_t i = 0; i < result_.combinations.size(); ++i) {
            for (std::size_t s = 0; s < result_.searchedSeeds(); ++s) {
                search.push_back({i, s});
            }
        }
        auto made = make(search, interrupt.token());
        std::vector<Place> repeats;
        for (std::size_t e = 0; made && e < result_.request.experiments.size(); ++e) {
            if (const auto chosen = result_.chosen(e)) {
                for (std::size_t s = result_.searchedSeeds(); s < result_.runs[*chosen].size();
                     ++s) {
                    repeats.push_back({*chosen, s});
                }
            }
        }
        if (made && !interrupt.happened()) {
            made = make(repeats, interrupt.token());
        }
        if (!made) {
            std::fprintf(stderr, "%s\n", made.problem().text().c_str());
            return made.problem().world ? kFailed : kWrongInput;
        }
        if (interrupt.happened()) {
            std::fprintf(stderr, "stopped; the same command with --resume goes on\n");
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
    struct Place {
        std::size_t combination = 0;
        std::size_t seed = 0;
    };

    SweptRun& at(const Place& place) { return result_.runs[place.combination][place.seed]; }
    const RunSpec& specOf(const Place& place) const {
        return result_.combinations[place.combination].specs[place.seed];
    }

    /// Without validation rows nothing can be chosen.
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

    /// Takes what an earlier call has stored: finished runs as they are, others to go on with.
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
                    return Problem{"is running in another program; wait for its end or stop it",
                                   run->name};
                }
                if (auto read = readEnd({i, s}, run->name); !read) {
                    return read;
                }
            }
        }
        return {};
    }

    /// What the store says of a run.
    Result<void> readEnd(const Place& place, const std::string& name) {
        auto stored = store_.lookUp(name);
        if (!stored) {
            return stored.problem();
        }
        SweptRun& run = at(place);
        run.name = name;
        if (!*stored) {
            run.status = RunStatus::Failed; // refused before it was taken up
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
        do { // a folder without its run is left alone
            name = sweepRunName(prefix_, next_++);
        } while (std::filesystem::exists(workspace_.checkpoints(name), ignored));
        return name;
    }

    /// Makes those of the runs that are not there yet. A run that fails is told and counted.
    Result<void> make(const std::vector<Place>& places, const std::stop_token& stop) {
        std::vector<Place> open;
        std::vector<ChildRun> runs;
        for (const Place& place : places) {
            SweptRun& run = at(place);
            if (run.finished() || run.status == RunStatus::Diverged) {
                tell(place, "stored already, ");
                failed_ += run.finished() ? 0 : 1;
                continue;
            }
            const bool resume = !run.name.empty();
            if (!resume) {
                run.name = freeName();
            }
            open.push_back(place);
            runs.push_back({specOf(place), run.name, resume});
        }
        Result<void> read;
        auto made = makeRuns(
            runs, jobs_, workspace_, stop,
            [&](std::size_t i) {
                std::fprintf(stderr, "%s: %s, seed %lld%s\n", runs[i].name.c_str(),
                             wordsOf(open[i]).c_str(), static_cast<long long>(runs[i].spec.seed),
                             runs[i].resume ? ", goes on" : "");
            },
            [&](std::size_t i, const ChildEnd& end) {
                if (auto stored = readEnd(open[i], runs[i].name); !stored) {
                    read = stored;
                }
                SweptRun& run = at(open[i]);
                tell(open[i], "");
                if (!run.finished() && run.status != RunStatus::Stopped) {
                    failed_ += 1;
                    const std::string why = reasonOf(run, end);
                    std::fprintf(stderr, "%s: %s\n", runs[i].name.c_str(), why.c_str());
                }
            });
        return made ? read : made;
    }

    std::string wordsOf(const Place& place) const {
        const Combination& combination = result_.combinations[place.combination];
        const std::string text = combination.text();
        return result_.request.experiments[combination.experiment].name +
               (text.empty() ? "" : ", " + text);
    }

    void tell(const Place& place, const char* how) {
        const SweptRun& run = at(place);
        const auto metric = result_.request.chooseOn.of(run.end.metrics);
        std::fprintf(stderr, "%s: %s%s, %s %s, %lld epochs in %s\n", run.name.c_str(), how,
                     run.statusWord().c_str(), result_.request.chooseOn.label().c_str(),
                     fourDecimals(metric).c_str(), static_cast<long long>(run.epochs),
                     duration(run.end.seconds).c_str());
    }

    std::string prefix_; // of the runs' names
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
            context.exitCode = sweep.conduct();
            return {};
        },
        WorkspaceUse::Write);
}

} // namespace flip::command::engine

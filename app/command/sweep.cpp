#include "app/command/child_runs.h"
#include "app/command/command.h"
#include "app/command/interrupt.h"
#include "app/command/progress.h"
#include "app/command/stored_runs.h"

#include "core/base/files.h"
#include "core/base/name.h"
#include "core/data/dataset.h"
#include "core/run/execute.h"
#include "core/run/sweep_result.h"
#include "core/store/run_store.h"
#include "core/store/sweep_name.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>

namespace flip::command {

namespace {

struct SweepOptions {
    std::vector<std::string> experiments;
    std::vector<std::string> grids;
    std::vector<std::string> assignments;
    std::string seeds;
    std::string chooseOn = "valid.auc";
    std::string name;
    std::int64_t jobs = 1;
    bool allSeeds = false;
    bool resume = false;
    bool json = false;
};

/// Files by what tells them apart: their stems, or as they were written.
std::vector<std::string> namesOf(const std::vector<std::string>& files) {
    std::vector<std::string> names;
    for (const std::string& file : files) {
        std::string stem = std::filesystem::path(file).stem().string();
        if (std::ranges::find(names, stem) != names.end()) {
            return files;
        }
        names.push_back(std::move(stem));
    }
    return names;
}

Result<SweepRequest> requestOf(const SweepOptions& options) {
    SweepRequest request{.assignments = options.assignments, .allSeeds = options.allSeeds};
    if (options.jobs < 1) {
        return Problem{"write how many runs go side by side, from 1", "--jobs"};
    }
    auto chooseOn = readMetricName(options.chooseOn, "--choose-on");
    if (!chooseOn) {
        return chooseOn.problem();
    }
    request.chooseOn = std::move(*chooseOn);
    if (!options.seeds.empty()) {
        auto seeds = readSeeds(options.seeds);
        if (!seeds) {
            return seeds.problem();
        }
        request.seeds = std::move(*seeds);
    }
    for (const std::string& grid : options.grids) {
        auto axis = readGridAxis(grid);
        if (!axis) {
            return axis.problem();
        }
        request.axes.push_back(std::move(*axis));
    }
    const std::vector<std::string> names = namesOf(options.experiments);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto text = readFile(options.experiments[i]);
        if (!text) {
            return text.problem();
        }
        auto draft = readExperiment(*text, options.experiments[i]);
        if (!draft) {
            return draft.problem();
        }
        request.experiments.push_back({names[i], std::move(*draft)});
    }
    if (options.jobs > 1) {
        const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
        request.threads = std::max<std::int64_t>(cores / options.jobs, 1);
    }
    return request;
}

/// Counts the epochs of finetuning that a stored run did.
class EpochCount final : public RunSink {
public:
    void take(const RunEvent& event) override {
        const auto* epoch = std::get_if<EpochDone>(&event.fact);
        count += epoch != nullptr && epoch->stage == "finetune" ? 1 : 0;
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
    Sweep(const SweepOptions& options, const Workspace& workspace, RunStore& store,
          SweepRequest request, std::vector<Combination> combinations)
        : options_(options), workspace_(workspace), store_(store),
          result_{std::move(request), std::move(combinations), {}} {
        for (const Combination& combination : result_.combinations) {
            result_.runs.emplace_back(combination.specs.size());
        }
    }

    /// Everything a person could have got wrong, before the first run starts; also finds the runs
    /// that are there already, and the names of those to come.
    Result<void> prepare() {
        prefix_ = options_.name;
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
        next_ = firstFreeNumber(prefix_, *stored);
        return options_.resume ? findStored(*stored) : Result<void>();
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
        std::printf("%s", options_.json ? (sweepAsJson(result_) + "\n").c_str()
                                        : describeSweep(result_).c_str());
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

    /// Keeps its hash; without validation rows nothing can be chosen.
    Result<void> checkDataset(const std::string& name) {
        if (hashes_.contains(name)) {
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
        hashes_.emplace(name, dataset->hash());
        return {};
    }

    /// Takes what an earlier call has stored: finished runs as they are, others to go on with.
    Result<void> findStored(const std::vector<RunSummary>& stored) {
        for (std::size_t i = 0; i < result_.combinations.size(); ++i) {
            for (std::size_t s = 0; s < result_.runs[i].size(); ++s) {
                const RunSpec& spec = specOf({i, s});
                const RunSummary* run = storedRunOf(spec, hashes_.at(spec.data.dataset), stored);
                if (run == nullptr) {
                    continue;
                }
                if (run->status == "running") {
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
            run.status = "failed"; // refused before it was taken up
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
            if (run.finished() || run.status == "diverged") {
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
            runs, static_cast<std::size_t>(options_.jobs), workspace_, stop,
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
                if (!run.finished() && run.status != "stopped") {
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
                     run.status.c_str(), result_.request.chooseOn.label().c_str(),
                     fourDecimals(metric).c_str(), static_cast<long long>(run.epochs),
                     duration(run.end.seconds).c_str());
    }

    const SweepOptions& options_;
    const Workspace& workspace_;
    RunStore& store_;
    SweepResult result_;
    std::string prefix_;
    std::int64_t next_ = 1;
    std::map<std::string, std::string> hashes_; // by dataset
    std::size_t failed_ = 0;
};

void sweep(const SweepOptions& options, Context& context) {
    auto request = requestOf(options);
    if (!request) {
        return context.fail(request.problem());
    }
    auto combinations = expandGrid(*request);
    if (!combinations) {
        return context.fail(combinations.problem());
    }
    withStore(context, [&](const Workspace& workspace, RunStore& store) -> Result<void> {
        Sweep sweep(options, workspace, store, std::move(*request), std::move(*combinations));
        if (auto ready = sweep.prepare(); !ready) {
            return ready;
        }
        context.exitCode = sweep.conduct();
        return {};
    });
}

} // namespace

void addSweep(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand(
        "sweep", "every combination of some options' values; the best on validation is repeated "
                 "with every seed, and only that is judged on test");
    auto options = std::make_shared<SweepOptions>();
    command->add_option("experiments", options->experiments, "experiment files (TOML)")->required();
    command
        ->add_option("--grid", options->grids,
                     "key=v1,v2,... to try, repeatable; a comma inside brackets or quotes belongs "
                     "to a value")
        ->take_all()
        ->expected(1);
    command->add_option("--set", options->assignments, "key=value over every file's, repeatable")
        ->take_all()
        ->expected(1);
    command->add_option("--seeds", options->seeds,
                        "1,2,3: the first searches, all repeat the best (default: the file's own)");
    command->add_flag("--all-seeds", options->allSeeds,
                      "every combination with every seed; chooses by the mean");
    command->add_option("--choose-on", options->chooseOn,
                        "valid.auc (default), valid.logloss, valid.id.auc, ...; never test");
    command->add_option("--name", options->name,
                        "the runs are NAME-001, NAME-002, ... (default: sweep-EXPERIMENT)");
    command->add_option("--jobs", options->jobs,
                        "runs side by side, which share the cores unless threads is set (default "
                        "1)");
    command->add_flag("--resume", options->resume,
                      "take finished runs of the same recipe from the workspace, go on with "
                      "stopped ones");
    command->add_flag("--json", options->json, "the result as one JSON object on stdout");
    command->callback([options, &context] { sweep(*options, context); });
}

} // namespace flip::command

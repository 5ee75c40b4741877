#include "app/command/command.h"
#include "app/command/progress.h"
#include "app/command/stored_runs.h"

#include "core/base/byte_count.h"
#include "core/base/files.h"
#include "core/report/run_listing.h"
#include "core/report/run_metrics.h"
#include "core/store/predictions.h"
#include "core/store/run_archive.h"
#include "core/store/run_store.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace flip::command {

namespace {

struct RunsOptions {
    std::string run;
    bool json = false;
    bool trash = false; // for list

    // For metrics:
    std::string split = "both";
    std::vector<std::string> by;
    std::string user;
    std::string at;
    std::string bins = "15";
    std::vector<std::string> slices;
};

constexpr std::int64_t kMostBins = 10'000;

Result<void> list(RunStore& store, const RunsOptions& options) {
    const auto runs = options.trash ? store.trashed() : store.list();
    if (!runs) {
        return runs.problem();
    }
    if (options.json) {
        std::printf("%s\n", runsAsJson(runs->runs).c_str());
        return reportUnreadable(*runs);
    }
    if (runs->runs.empty() && runs->unreadable.empty()) {
        std::printf("%s\n", options.trash
                                ? "the trash is empty; 'flip runs delete' moves a run there"
                                : "no runs yet; 'flip run EXPERIMENT.toml' starts one");
    }
    for (const RunSummary& run : runs->runs) {
        const auto test = run.end.metrics.find("test");
        const std::string auc = test == run.end.metrics.end()
                                    ? ""
                                    : "test AUC " + fourDecimals(test->second.at("").auc);
        std::printf("%-32s %-9s %-8s %-20s seed %-4lld %s\n", run.name.c_str(),
                    std::string(wordOf(run.status)).c_str(), std::string(wordOf(run.kind)).c_str(),
                    run.dataset.c_str(), static_cast<long long>(run.seed), auc.c_str());
    }
    return reportUnreadable(*runs);
}

Result<void> show(const Workspace& workspace, RunStore& store, const std::string& name, bool json) {
    if (const auto found = findRun(store, name); !found) {
        return found.problem();
    }
    const auto details = detailsOf(name, store, workspace);
    if (!details) {
        return details.problem();
    }
    std::printf("%s", (json ? runAsJson(*details) + "\n" : describeRun(*details)).c_str());
    return {};
}

struct ExportOptions {
    TableOptions table; // table.runs: the runs to export
    std::string predictions;
    std::string zip;
    bool asTable = false;
};

Result<void> exportPredictions(const Workspace& workspace, RunStore& store, const std::string& run,
                               const std::string& csv) {
    if (auto found = findRun(store, run); !found) {
        return found.problem();
    }
    const auto stored = predictionsOf(workspace, run);
    if (!stored) {
        return stored.problem();
    }
    return writeFileAtomically(csv, predictionsAsCsv(*stored));
}

Result<void> exportZip(const Workspace& workspace, RunStore& store, const std::string& run,
                       const std::string& zip) {
    if (auto found = findRun(store, run); !found) {
        return found.problem();
    }
    const auto bytes = exportRun(workspace, store, run, zip);
    if (!bytes) {
        return bytes.problem();
    }
    std::fprintf(stderr, "%s: %s; 'flip runs import' adds it to another workspace\n", zip.c_str(),
                 inMebibytes(*bytes).c_str());
    return {};
}

Result<void> exportRuns(const Workspace& workspace, RunStore& store, const ExportOptions& options) {
    const int formats = (options.asTable ? 1 : 0) + (options.predictions.empty() ? 0 : 1) +
                        (options.zip.empty() ? 0 : 1);
    if (formats != 1) {
        return Problem{"needs exactly one of --predictions FILE.csv, --zip FILE.zip and --table",
                       "export"};
    }
    if (options.asTable) {
        return showTable(store, options.table);
    }
    const bool zipped = !options.zip.empty();
    if (options.table.runs.size() != 1) {
        return Problem{"takes one run; name it", zipped ? "--zip" : "--predictions"};
    }
    const std::string& run = options.table.runs.front();
    return zipped ? exportZip(workspace, store, run, options.zip)
                  : exportPredictions(workspace, store, run, options.predictions);
}

void addExport(CLI::App& command, Context& context) {
    auto* exporting =
        command.add_subcommand("export", "write a run's predictions as CSV or the whole run "
                                         "as a zip file, or print runs as a table");
    exporting->footer(
        R"(The CSV file has a line for each row of valid and test: row_index, split, label,
logit and the probability p; a joint run adds logit_id and logit_text, the logits of
its two branches. Numbers are written with all their digits. The zip file contains
the whole run: its recipe, history, weights and predictions.

  flip runs export flip-movielens-100k-1 --predictions predicted.csv
  flip runs export flip-movielens-100k-1 --zip run.zip)");
    auto options = std::make_shared<ExportOptions>();
    exporting
        ->add_option("run", options->table.runs,
                     "name of the run; with --table, names of any number of runs")
        ->type_name("RUN");
    exporting->add_option("--predictions", options->predictions, "CSV file to write")
        ->type_name("FILE.csv");
    exporting
        ->add_option("--zip", options->zip,
                     "zip file to write; 'flip runs import' adds it to another workspace")
        ->type_name("FILE.zip");
    exporting->add_flag("--table", options->asTable,
                        "print the table of 'flip runs table'; its options may be given too");
    addTableOptions(*exporting, options->table);
    exporting->callback([options, &context] {
        withStore(context, [&](const Workspace& workspace, RunStore& store) {
            return exportRuns(workspace, store, *options);
        });
    });
}

/// The text as an integer from 1 to `most`; nothing if it is not one.
std::optional<std::int64_t> wholeNumber(std::string_view text, std::int64_t most) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool isNumber = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return isNumber && number >= 1 && number <= most ? std::optional(number) : std::nullopt;
}

Result<MetricsRequest> requestOf(const RunsOptions& options) {
    MetricsRequest request{.by = options.by, .user = options.user, .slices = options.slices};
    if (options.split != "both") {
        request.splits = {options.split == "valid" ? Split::Valid : Split::Test};
    }
    if (!options.at.empty()) {
        if (options.user.empty()) {
            return Problem{"ranks the rows of each user; name the user field with --user", "--at"};
        }
        request.at.clear();
        for (std::size_t begin = 0; begin <= options.at.size();) {
            const std::size_t end = std::min(options.at.find(',', begin), options.at.size());
            const std::string word = options.at.substr(begin, end - begin);
            const auto k = wholeNumber(word, std::numeric_limits<std::int64_t>::max());
            if (!k) {
                return Problem{"'" + word +
                                   "' is not a ranking length; write integers from 1, "
                                   "such as 5,10,20",
                               "--at"};
            }
            if (std::ranges::find(request.at, *k) == request.at.end()) {
                request.at.push_back(*k);
            }
            begin = end + 1;
        }
    }
    const auto bins = wholeNumber(options.bins, kMostBins);
    if (!bins) {
        return Problem{"'" + options.bins + "' is not a number of bins; write one from 1 to " +
                           std::to_string(kMostBins),
                       "--bins"};
    }
    request.bins = static_cast<std::size_t>(*bins);
    return request;
}

Result<void> showMetrics(const Workspace& workspace, RunStore& store, const RunsOptions& options) {
    const auto request = requestOf(options);
    if (!request) {
        return request.problem();
    }
    const auto run = findRun(store, options.run);
    if (!run) {
        return run.problem();
    }
    const auto quality = measureRun(workspace, *run, *request);
    if (!quality) {
        return quality.problem();
    }
    if (quality->fieldsProblem) {
        std::fprintf(stderr, "%s\n", quality->fieldsProblem->text().c_str());
    }
    if (options.json) {
        std::printf("%s\n", qualityAsJson(*quality).c_str());
    } else {
        std::printf("%s", describeQuality(*quality).c_str());
    }
    return {};
}

void addMetrics(CLI::App& command, const std::shared_ptr<RunsOptions>& options, Context& context) {
    auto* measuring = command.add_subcommand(
        "metrics", "measure a run's stored predictions by more than AUC and log loss");
    measuring->footer(
        R"(Prints the AUC with its 95 % interval, normalised entropy, the ratio of predicted to
observed clicks, and how well the predicted probabilities are calibrated (calibration
error, reliability tables). Nothing is trained or predicted again.

  flip runs metrics flip-movielens-100k-1 --split test --by user_id --user user_id)");
    measuring->add_option("run", options->run, "the run's name")->required()->type_name("RUN");
    takesOneOf(
        measuring->add_option("--split", options->split, "rows to measure on (default both)"),
        {"valid", "test", "both"});
    measuring
        ->add_option("--by", options->by,
                     "add GAUC: the AUC within each value of this field, averaged; may be "
                     "repeated for other fields")
        ->type_name("FIELD");
    measuring
        ->add_option("--user", options->user,
                     "add recall, NDCG and hit rate of the ranking of each user's rows; the name "
                     "of the user field")
        ->type_name("FIELD");
    measuring
        ->add_option("--at", options->at,
                     "with --user, the ranking lengths to measure at (default 5,10,20)")
        ->type_name("N,...");
    measuring
        ->add_option("--bins", options->bins,
                     "number of bins of the reliability tables (default 15)")
        ->type_name("N");
    measuring
        ->add_option("--slices", options->slices,
                     "add a table by this field's value: the 20 most frequent values, then the "
                     "rest; may be repeated for other fields")
        ->type_name("FIELD");
    measuring->add_flag("--json", options->json, "print a JSON object");
    measuring->callback([options, &context] {
        withStore(context, [&](const Workspace& workspace, RunStore& store) {
            return showMetrics(workspace, store, *options);
        });
    });
}

} // namespace

void addRuns(CLI::App& app, Context& context) {
    auto* command =
        app.add_subcommand("runs", "list, measure, compare, export and delete stored runs");
    command->require_subcommand(1);
    auto options = std::make_shared<RunsOptions>();
    auto* listing = command->add_subcommand("list", "list all runs, newest first");
    listing->add_flag("--json", options->json, "print a JSON list");
    listing->add_flag("--trash", options->trash, "list the deleted runs instead");
    listing->callback([options, &context] {
        withStore(context,
                  [&](const Workspace&, RunStore& store) { return list(store, *options); });
    });
    auto* showing =
        command->add_subcommand("show", "show one run: its state, its result and its whole recipe");
    showing->add_option("run", options->run, "the run's name")->required()->type_name("RUN");
    showing->add_flag("--json", options->json, "print the result as a JSON object");
    showing->callback([options, &context] {
        withStore(context, [&](const Workspace& workspace, RunStore& store) {
            return show(workspace, store, options->run, options->json);
        });
    });
    addMetrics(*command, options, context);
    addRunsTable(*command, context);
    addRunsCompare(*command, context);
    addExport(*command, context);
    addRunsImport(*command, context);
    addRunsTrash(*command, context);
}

} // namespace flip::command

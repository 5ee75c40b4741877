#include "app/command/bench.h"
#include "app/command/command.h"
#include "app/command/import_options.h"
#include "app/command/interrupt.h"
#include "app/command/progress.h"

#include "core/base/memory.h"
#include "core/base/work_folder.h"
#include "core/data/import/import.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace flip::command {

namespace {

struct BenchImport {
    ImportOptions importOptions;
    bool json = false;
};

void run(const BenchImport& options, Context& context) {
    auto request = options.importOptions.request();
    if (!request) {
        return context.fail(request.problem());
    }
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    const auto scratch = WorkFolder::make(workspace->folder(), ".bench-");
    if (!scratch) {
        return context.fail(scratch.problem());
    }
    request->name = "bench";
    const Interrupt interrupt;
    std::int64_t bytes = 0;
    const auto report = importDataset(
        *request, scratch->path(),
        [&](const ImportProgress& progress) { bytes = progress.totalBytes; }, interrupt.token());
    if (!report) {
        return failOrInterrupted(context, report.problem(), interrupt);
    }
    const double rows = static_cast<double>(report->rows);
    const double rowsPerSecond = rows / report->seconds;
    const double bytesPerSecond = static_cast<double>(bytes) / report->seconds;
    if (options.json) {
        const nlohmann::ordered_json json = {{"rows", report->rows},
                                             {"seconds", report->seconds},
                                             {"rows_per_s", rowsPerSecond},
                                             {"bytes_per_s", bytesPerSecond},
                                             {"bad_lines", report->tally.badLines},
                                             {"peak_rss_bytes", peakRssBytes()}};
        std::printf("%s\n", json.dump().c_str());
        return;
    }
    constexpr double kMebibyte = 1 << 20;
    std::printf("%lld rows in %.2f s: %.0f rows/s, %.1f MiB/s; at most %.0f MiB of memory\n",
                static_cast<long long>(report->rows), report->seconds, rowsPerSecond,
                bytesPerSecond / kMebibyte, static_cast<double>(peakRssBytes()) / kMebibyte);
}

} // namespace

void addBenchImport(CLI::App& bench, Context& context) {
    auto* command = bench.add_subcommand(
        "import", "measure how fast raw files are imported; the dataset is removed again");
    auto options = std::make_shared<BenchImport>();
    options->importOptions.addTo(*command);
    command->add_flag("--json", options->json, "print a JSON object");
    command->callback([options, &context] { run(*options, context); });
}

} // namespace flip::command

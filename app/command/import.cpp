#include "app/command/command.h"
#include "app/command/interrupt.h"
#include "app/command/progress.h"

#include "core/data/import.h"

#include <cstdio>

namespace flip::command {

namespace {

struct ImportOptions {
    ImportRequest request;
    std::string split; // empty: random, or by the file given
};

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

/// Turns the words of the command line into a request; the csv preset is a schema of one's own.
Result<ImportRequest> requestFrom(const ImportOptions& options) {
    ImportRequest request = options.request;
    if (request.preset == "csv") {
        request.preset.clear();
        if (request.schema.empty()) {
            return Problem{"needs --schema FILE.toml, which says what the columns are",
                           "--preset csv"};
        }
    }
    if (request.preset.empty() && request.schema.empty()) {
        return Problem{"is missing; write one of csv, " + join(presetNames()), "--preset"};
    }
    if (!request.split.file.empty() && !options.split.empty() && options.split != "file") {
        return Problem{"goes with --split file, not with --split " + options.split, "--split-file"};
    }
    const bool byFile = options.split == "file" || !request.split.file.empty();
    if (byFile && request.split.file.empty()) {
        return Problem{"needs --split-file TSV with a row_index and a split a line",
                       "--split file"};
    }
    request.split.rule = byFile                    ? SplitPlan::Rule::File
                         : options.split == "time" ? SplitPlan::Rule::Time
                                                   : SplitPlan::Rule::Random;
    return request;
}

/// "reading ratings: 1200000 rows, 850000 a second, 12 s left".
std::string told(const ImportProgress& progress) {
    std::string text = progress.phase + ": " + std::to_string(progress.rows) + " rows";
    if (progress.seconds > 0.5 && progress.rows > 0) {
        text += ", " +
                std::to_string(static_cast<std::int64_t>(static_cast<double>(progress.rows) /
                                                         progress.seconds)) +
                " a second";
    }
    if (const auto left = progress.secondsLeft()) {
        text += ", " + duration(*left) + " left";
    }
    return text;
}

void run(const ImportOptions& options, Context& context) {
    auto request = requestFrom(options);
    if (!request) {
        return context.fail(request.problem());
    }
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    const Interrupt interrupt;
    StatusLine line;
    const auto report = importDataset(
        *request, workspace->datasets(),
        [&](const ImportProgress& progress) { line.show(told(progress)); }, interrupt.token());
    line.clear();
    if (!report) {
        context.fail(report.problem());
        context.exitCode = interrupt.happened() ? kInterrupted : context.exitCode;
        return;
    }
    for (const Problem& bad : report->examples) {
        std::fprintf(stderr, "left out: %s\n", bad.text().c_str());
    }
    if (report->badLines > static_cast<std::int64_t>(report->examples.size())) {
        std::fprintf(stderr,
                     "... and more; 'flip datasets show %s --bad-lines' lists the first "
                     "thousand\n",
                     request->name.c_str());
    }
    std::printf("%s: %lld rows in %s, %lld bad lines\n", request->name.c_str(),
                static_cast<long long>(report->rows), duration(report->seconds).c_str(),
                static_cast<long long>(report->badLines));
}

} // namespace

void addImport(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("import", "read raw files into a dataset");
    auto options = std::make_shared<ImportOptions>();
    ImportRequest& request = options->request;
    command->add_option("source", request.source, "folder or file to read")->required();
    command->add_option("--name", request.name, "the dataset's name")->required();
    command->add_option("--preset", request.preset, "csv or " + join(presetNames()));
    command->add_option("--schema", request.schema, "TOML file that says what the columns are");
    command->add_option("--split", options->split, "how rows are divided")
        ->check(CLI::IsMember({"random", "time", "file"}));
    command->add_option("--split-file", request.split.file, "TSV of row_index and split");
    command->add_option("--split-seed", request.split.seed, "seed of the random split");
    command->add_option("--min-count", request.minCount, "rarer values share the unknown id")
        ->check(CLI::PositiveNumber);
    command->add_option("--label-rule", request.labelRule, "e.g. \">= 4\": what counts as 1");
    command->add_flag("--strict", request.strict, "refuse at the first line that cannot be used");
    command->add_flag("--replace", request.replace, "replace a dataset of this name");
    command->callback([options, &context] { run(*options, context); });
}

} // namespace flip::command

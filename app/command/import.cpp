#include "app/command/command.h"
#include "app/command/import_options.h"
#include "app/command/interrupt.h"
#include "app/command/progress.h"

#include "core/data/import/import.h"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace flip::command {

namespace {

struct ImportCommand {
    ImportOptions importOptions;
    std::string name;
    bool replace = false;
};

/// "reading ratings: 1200000 rows, 850000 a second, 12 s left".
std::string progressText(const ImportProgress& progress) {
    std::string text = progress.phase + ": " + std::to_string(progress.rows) + " rows";
    if (progress.seconds > 0.5 && progress.rows > 0) {
        text += ", " +
                std::to_string(static_cast<std::int64_t>(static_cast<double>(progress.rows) /
                                                         progress.seconds)) +
                " per second";
    }
    if (const auto left = progress.secondsLeft()) {
        text += ", " + duration(*left) + " left";
    }
    return text;
}

void run(const ImportCommand& options, Context& context) {
    auto request = options.importOptions.request();
    if (!request) {
        return context.fail(request.problem());
    }
    request->name = options.name;
    request->replace = options.replace;
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    const Interrupt interrupt;
    StatusLine line;
    const auto report = importDataset(
        *request, workspace->datasets(),
        [&](const ImportProgress& progress) { line.show(progressText(progress)); },
        interrupt.token());
    line.clear();
    if (!report) {
        return failOrInterrupted(context, report.problem(), interrupt);
    }
    for (const std::string& field : report->leftOut) {
        std::fprintf(stderr, "%s\n", field.c_str());
    }
    for (const Problem& bad : report->examples) {
        std::fprintf(stderr, "left out: %s\n", bad.text().c_str());
    }
    if (report->tally.badLines > static_cast<std::int64_t>(report->examples.size())) {
        std::fprintf(stderr,
                     "... and more; 'flip datasets show %s --bad-lines' lists the first "
                     "thousand\n",
                     request->name.c_str());
    }
    for (const ImportRemark& remark : report->remarks) {
        std::fprintf(stderr, "%s%s\n", remark.isWarning ? "warning: " : "", remark.text.c_str());
    }
    std::printf("%s: %lld rows in %s; left out: %s\n", request->name.c_str(),
                static_cast<long long>(report->rows), duration(report->seconds).c_str(),
                leftOutInWords(report->tally).c_str());
}

} // namespace

void addImport(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("import", "read raw files into a dataset");
    command->footer(
        R"(The dataset is stored in the workspace, with a split that is the same for every run.
A preset describes the files of a public dataset; --schema names a description of
other files, in the format of resources/schemas/README.md (in a package, under
share/doc/flip-workbench). One of the two is required. Files may be compressed
(.gz, .zst, .bz2, .xz, .zip, .tar.gz) and are not unpacked to the disk. Bad
lines are left out and counted; 'flip datasets show NAME --bad-lines' lists them.

  flip import ml-100k --preset movielens-100k --name movielens-100k
  flip import clicks --schema clicks.toml --split time --name clicks)");
    auto options = std::make_shared<ImportCommand>();
    options->importOptions.addTo(*command);
    command->add_option("--name", options->name, "name of the new dataset")
        ->required()
        ->type_name("NAME");
    command->add_flag("--replace", options->replace, "replace an existing dataset of this name");
    command->callback([options, &context] { run(*options, context); });
}

} // namespace flip::command

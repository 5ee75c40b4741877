#include "app/command/command.h"
#include "app/command/stored_runs.h"

#include "core/data/dataset.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace flip::command {

namespace {

struct DatasetsOptions {
    std::string name;
    bool json = false;
    bool badLines = false;
};

/// Prints the lines that the import left out: "u.data:17: REASON", or as JSON.
void printBadLines(const std::vector<BadLine>& lines, bool json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const BadLine& bad : lines) {
        if (json) {
            list.push_back({{"file", bad.file}, {"line", bad.line}, {"reason", bad.reason}});
        } else {
            std::printf("%s\n", bad.problem().text().c_str());
        }
    }
    if (json) {
        std::printf(
            "%s\n",
            list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
    }
}

void print(const Dataset& dataset) {
    std::printf("%s: %lld rows, %lld positive (%.1f %%); left out: %s\n", dataset.name().c_str(),
                static_cast<long long>(dataset.rows()), static_cast<long long>(dataset.positives()),
                100.0 * static_cast<double>(dataset.positives()) /
                    static_cast<double>(std::max<std::int64_t>(dataset.rows(), 1)),
                leftOutInWords(dataset.tally()).c_str());
    std::printf("  %s; hash %s\n", splitInWords(dataset.source(), dataset.splitRows()).c_str(),
                dataset.hash().c_str());
    for (const FieldInfo& field : dataset.fields()) {
        std::printf("  %-20s %8lld ids, %5.2f %% of valid and test rows unknown%s\n",
                    field.name.c_str(), static_cast<long long>(field.ids), 100.0 * field.oovRate,
                    field.shares.empty() ? "" : ("; shares those of " + field.shares).c_str());
    }
    std::vector<ImportRemark> remarks = sourceRemarks(dataset.source(), dataset.splitRows());
    std::ranges::move(importRemarks(dataset.tally(), dataset.fields(), dataset.rows()),
                      std::back_inserter(remarks));
    for (const ImportRemark& remark : remarks) {
        std::printf("  %s%s\n", remark.isWarning ? "warning: " : "", remark.text.c_str());
    }
}

void run(const DatasetsOptions& options, Context& context) {
    auto workspace = context.openWorkspace(WorkspaceUse::Read);
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    std::vector<std::string> names = workspace->datasetNames();
    if (!options.name.empty()) {
        std::error_code ignored;
        if (!std::filesystem::exists(workspace->dataset(options.name), ignored)) {
            return context.fail({"no dataset has this name; see 'flip datasets'", options.name});
        }
        names = {options.name};
    }
    std::string list;
    for (const std::string& name : names) {
        const auto dataset = Dataset::open(workspace->dataset(name));
        if (!dataset) {
            context.fail(dataset.problem());
            continue;
        }
        if (options.badLines) {
            const auto lines = dataset->firstBadLines();
            if (!lines) {
                return context.fail(lines.problem());
            }
            return printBadLines(*lines, options.json);
        }
        if (options.json) {
            list += (list.empty() ? "" : ", ") + dataset->toJson();
        } else {
            print(*dataset);
        }
    }
    if (options.json && (options.name.empty() || !list.empty())) {
        std::printf(options.name.empty() ? "[%s]\n" : "%s\n", list.c_str());
    } else if (names.empty()) {
        std::printf("no datasets yet; 'flip import' or 'flip demo' creates one\n");
    }
}

} // namespace

void addDatasets(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("datasets", "list the datasets, show or delete one");
    auto options = std::make_shared<DatasetsOptions>();
    command->add_flag("--json", options->json,
                      "print a JSON list with one object for each dataset");
    auto* show = command->add_subcommand("show", "show one dataset");
    show->add_option("name", options->name, "the dataset's name")->required()->type_name("DATASET");
    show->add_flag("--json", options->json, "print a JSON object");
    show->add_flag("--bad-lines", options->badLines,
                   "print the source lines that the import left out, with the reason; at most "
                   "a thousand");
    command->footer(
        R"(Without a subcommand, 'flip datasets' lists all of them: rows, positives, the three
splits, and for each field its ids and the share of valid and test rows whose value
is unknown.)");
    command->callback([command, show, options, &context] {
        const auto subcommands = command->get_subcommands();
        if (subcommands.empty() || subcommands.front() == show) {
            run(*options, context);
        }
    });
    addDatasetsTrash(*command, context);
}

} // namespace flip::command

#include "app/command/import_options.h"

#include "app/command/command.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace flip::command {

void ImportOptions::addTo(CLI::App& command) {
    command.add_option("source", request_.source, "folder, archive or file to read")
        ->required()
        ->type_name("SOURCE");
    std::vector<std::string> presets = presetNames();
    presets.insert(presets.begin(), "csv");
    takesOneOf(command.add_option("--preset", request_.preset,
                                  "format of the source: " + joined(presets, ", ") +
                                      "; csv needs --schema"),
               presets)
        ->option_text("PRESET");
    command
        .add_option("--schema", request_.schema,
                    "schema of the source files, in place of a preset: columns, label and "
                    "fields")
        ->type_name("SCHEMA.toml");
    takesOneOf(
        command.add_option("--split", split_,
                           "how rows are split into train, valid and test: random; time: the "
                           "newest rows are for test; file: as --split-file assigns them; "
                           "parts: by train, valid or test in each file's name (default: "
                           "parts if the files are named so, else random)"),
        {"random", "time", "file", "parts"});
    command
        .add_option("--split-file", request_.split.file,
                    "tab-separated file with a line for each row: row_index, counted from 0, and "
                    "train, valid or test")
        ->type_name("FILE");
    seed_ =
        command
            .add_option("--split-seed", request_.split.seed, "seed of the random split (default 1)")
            ->type_name("N");
    command
        .add_option("--min-count", request_.minCount,
                    "values that occur in fewer training rows than this get the unknown id "
                    "(default 1)")
        ->check(CLI::PositiveNumber.description(""))
        ->type_name("N");
    command
        .add_option(
            "--label-rule", request_.labelRule,
            "condition for a positive label, such as \">= 4\" or '== \"yes\"' (default: the "
            "schema's rule)")
        ->type_name("RULE");
    command.add_flag("--strict", request_.strict,
                     "refuse the source at its first bad line instead of leaving bad lines out");
}

Result<ImportRequest> ImportOptions::request() const {
    ImportRequest request = request_;
    if (request.preset == "csv") {
        request.preset.clear();
        if (request.schema.empty()) {
            return Problem{"needs --schema FILE.toml, which describes the columns", "--preset csv"};
        }
    }
    if (request.preset.empty() && request.schema.empty()) {
        return Problem{"is missing; use one of csv, " + joined(presetNames(), ", "), "--preset"};
    }
    if (!request.split.file.empty() && !split_.empty() && split_ != "file") {
        return Problem{"can be used with --split file, but not with --split " + split_,
                       "--split-file"};
    }
    const bool byFile = split_ == "file" || !request.split.file.empty();
    if (byFile && request.split.file.empty()) {
        return Problem{"needs --split-file TSV with a row_index and a split on each line",
                       "--split file"};
    }
    request.split.rule = byFile              ? SplitPlan::Rule::File
                         : split_ == "time"  ? SplitPlan::Rule::Time
                         : split_ == "parts" ? SplitPlan::Rule::Parts
                                             : SplitPlan::Rule::Random;
    request.split.preferParts = split_.empty() && !byFile;
    request.split.seedWasChosen = seed_->count() > 0;
    return request;
}

} // namespace flip::command

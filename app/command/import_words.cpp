#include "app/command/import_words.h"

#include "app/command/command.h"

#include <string>
#include <vector>

namespace flip::command {

void ImportWords::addTo(CLI::App& command) {
    command.add_option("source", request_.source, "folder, archive or file to read")
        ->required()
        ->type_name("SOURCE");
    std::vector<std::string> presets = presetNames();
    presets.insert(presets.begin(), "csv");
    takesOneOf(
        command.add_option("--preset", request_.preset,
                           "what the files are: " + joined(presets, ", ") + "; csv needs --schema"),
        presets)
        ->option_text("PRESET");
    command
        .add_option("--schema", request_.schema,
                    "description of other files than a preset's: their columns, the label, the "
                    "fields")
        ->type_name("SCHEMA.toml");
    takesOneOf(command.add_option("--split", split_,
                                  "how rows are divided into train, valid and test: random; time: "
                                  "the newest rows are for test; file: as --split-file says; "
                                  "parts: each file's name says train, valid or test (default: "
                                  "parts if the files are named so, else random)"),
               {"random", "time", "file", "parts"});
    command
        .add_option("--split-file", request_.split.file,
                    "tab-separated file that names each row: row_index, counted from 0, and "
                    "train, valid or test")
        ->type_name("FILE");
    seed_ =
        command
            .add_option("--split-seed", request_.split.seed, "seed of the random split (default 1)")
            ->type_name("N");
    command
        .add_option("--min-count", request_.minCount,
                    "values in fewer training rows than this share their field's unknown id "
                    "(default 1)")
        ->check(CLI::PositiveNumber.description(""))
        ->type_name("N");
    command
        .add_option("--label-rule", request_.labelRule,
                    "what makes a row positive, such as \">= 4\" or '== \"yes\"' (default: the "
                    "schema's rule)")
        ->type_name("RULE");
    command.add_flag("--strict", request_.strict,
                     "refuse the import at the first line that cannot be used, rather than leave "
                     "such lines out");
}

Result<ImportRequest> ImportWords::request() const {
    ImportRequest request = request_;
    if (request.preset == "csv") {
        request.preset.clear();
        if (request.schema.empty()) {
            return Problem{"needs --schema FILE.toml, which says what the columns are",
                           "--preset csv"};
        }
    }
    if (request.preset.empty() && request.schema.empty()) {
        return Problem{"is missing; write one of csv, " + joined(presetNames(), ", "), "--preset"};
    }
    if (!request.split.file.empty() && !split_.empty() && split_ != "file") {
        return Problem{"goes with --split file, not with --split " + split_, "--split-file"};
    }
    const bool byFile = split_ == "file" || !request.split.file.empty();
    if (byFile && request.split.file.empty()) {
        return Problem{"needs --split-file TSV with a row_index and a split a line",
                       "--split file"};
    }
    request.split.rule = byFile              ? SplitPlan::Rule::File
                         : split_ == "time"  ? SplitPlan::Rule::Time
                         : split_ == "parts" ? SplitPlan::Rule::Parts
                                             : SplitPlan::Rule::Random;
    request.split.partsFirst = split_.empty() && !byFile;
    request.split.seedIsWish = seed_->count() > 0;
    return request;
}

} // namespace flip::command

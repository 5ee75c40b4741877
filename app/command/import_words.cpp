#include "app/command/import_words.h"

#include <string>
#include <vector>

namespace flip::command {

namespace {

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

} // namespace

void ImportWords::addTo(CLI::App& command) {
    command.add_option("source", request_.source, "folder or file to read")->required();
    command.add_option("--preset", request_.preset, "csv or " + join(presetNames()));
    command.add_option("--schema", request_.schema, "TOML file that says what the columns are");
    command.add_option("--split", split_, "how rows are divided")
        ->check(CLI::IsMember({"random", "time", "file"}));
    command.add_option("--split-file", request_.split.file, "TSV of row_index and split");
    command.add_option("--split-seed", request_.split.seed, "seed of the random split");
    command.add_option("--min-count", request_.minCount, "rarer values share the unknown id")
        ->check(CLI::PositiveNumber);
    command.add_option("--label-rule", request_.labelRule,
                       "what counts as 1: \">= 4\", '== \"yes\"'");
    command.add_flag("--strict", request_.strict, "refuse at the first line that cannot be used");
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
        return Problem{"is missing; write one of csv, " + join(presetNames()), "--preset"};
    }
    if (!request.split.file.empty() && !split_.empty() && split_ != "file") {
        return Problem{"goes with --split file, not with --split " + split_, "--split-file"};
    }
    const bool byFile = split_ == "file" || !request.split.file.empty();
    if (byFile && request.split.file.empty()) {
        return Problem{"needs --split-file TSV with a row_index and a split a line",
                       "--split file"};
    }
    request.split.rule = byFile             ? SplitPlan::Rule::File
                         : split_ == "time" ? SplitPlan::Rule::Time
                                            : SplitPlan::Rule::Random;
    return request;
}

} // namespace flip::command

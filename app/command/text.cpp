#include "app/command/command.h"
#include "app/command/interrupt.h"
#include "app/command/progress.h"

#include "core/run/encode_lines.h"
#include "core/text/tokenizer.h"

#include <cstdio>
#include <fstream>
#include <iostream>

namespace flip::command {

namespace {

struct TextOptions {
    std::string model;
    std::string input;
    std::string output;
};

Result<std::filesystem::path> findModel(const TextOptions& options, const Context& context) {
    std::error_code ignored;
    if (std::filesystem::is_directory(options.model, ignored)) {
        return std::filesystem::path(options.model);
    }
    auto workspace = context.openWorkspace();
    if (!workspace) {
        return workspace.problem();
    }
    return workspace->findModel(options.model);
}

void appendJson(std::string& out, const std::vector<Token>& tokens) {
    out += "{\"ids\": [";
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += (i > 0 ? ", " : "") + std::to_string(tokens[i].id);
    }
    out += "], \"offsets\": [";
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += (i > 0 ? ", [" : "[") + std::to_string(tokens[i].begin) + ", " +
               std::to_string(tokens[i].end) + "]";
    }
    out += "]}\n";
}

void tokenize(const TextOptions& options, Context& context) {
    const auto folder = findModel(options, context);
    if (!folder) {
        return context.fail(folder.problem());
    }
    const auto tokenizer = openTokenizer(*folder);
    if (!tokenizer) {
        return context.fail(tokenizer.problem());
    }
    std::ifstream file;
    if (!options.input.empty()) {
        std::error_code ignored;
        file.open(options.input, std::ios::binary);
        if (!file || std::filesystem::is_directory(options.input, ignored)) {
            return context.fail({"cannot be read; name a file of text", options.input});
        }
    }
    std::istream& input = options.input.empty() ? std::cin : file;
    std::string line;
    std::string out;
    while (std::getline(input, line)) {
        appendJson(out, (*tokenizer)->sentence(line));
        if (out.size() > (1u << 20) || options.input.empty()) {
            std::fwrite(out.data(), 1, out.size(), stdout);
            out.clear();
        }
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
    if (input.bad()) {
        context.fail({"reading failed half-way; check the disk", options.input, /*world=*/true});
    }
}

void encode(const TextOptions& options, Context& context) {
    const auto folder = findModel(options, context);
    if (!folder) {
        return context.fail(folder.problem());
    }
    const Interrupt interrupt;
    StatusLine line;
    const auto report = encodeLines(
        *folder, options.input, options.output,
        [&](std::int64_t done, std::int64_t all) {
            line.show("encoded " + std::to_string(done) + " of " + std::to_string(all) + " lines");
        },
        interrupt.token());
    line.clear();
    if (!report) {
        context.fail(report.problem());
        context.exitCode = interrupt.happened() ? kInterrupted : context.exitCode;
        return;
    }
    std::printf("%lld lines, %lld cut at the model's length, in %s\n",
                static_cast<long long>(report->lines), static_cast<long long>(report->cut),
                duration(report->seconds).c_str());
}

} // namespace

void addTokenize(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("tokenize", "lines in, ids and offsets as JSON lines out");
    auto options = std::make_shared<TextOptions>();
    command->add_option("--plm", options->model, "model folder or name")->required();
    command->add_option("--input", options->input, "file of lines (default: standard input)");
    command->callback([options, &context] { tokenize(*options, context); });
}

void addEncode(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("encode", "lines in, sentence vectors out");
    auto options = std::make_shared<TextOptions>();
    command->add_option("--plm", options->model, "model folder or name")->required();
    command->add_option("--input", options->input, "file of lines")->required();
    command->add_option("--out", options->output, "safetensors file to write")->required();
    command->callback([options, &context] { encode(*options, context); });
}

} // namespace flip::command

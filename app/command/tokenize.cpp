#include "app/command/command.h"
#include "app/command/line_source.h"

#include "core/base/worker_pool.h"
#include "core/text/tokenizer/tokenizer.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace flip::command {

namespace {

struct TokenizeOptions {
    std::string model;
    std::string input;
};

void appendNumber(std::string& out, std::int32_t number) {
    std::array<char, 12> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void appendJson(std::string& out, const std::vector<Token>& tokens) {
    out += "{\"ids\": [";
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += i > 0 ? ", " : "";
        appendNumber(out, tokens[i].id);
    }
    out += "], \"offsets\": [";
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += i > 0 ? ", [" : "[";
        appendNumber(out, tokens[i].begin);
        out += ", ";
        appendNumber(out, tokens[i].end);
        out += ']';
    }
    out += "]}\n";
}

void tokenize(const TokenizeOptions& options, Context& context) {
    const auto folder = context.findModel(options.model);
    if (!folder) {
        return context.fail(folder.problem());
    }
    const auto tokenizer = openTokenizer(*folder);
    if (!tokenizer) {
        return context.fail(tokenizer.problem());
    }
    auto source = LineSource::open(options.input);
    if (!source) {
        return context.fail(source.problem());
    }
    WorkerPool pool;
    std::vector<std::string> texts; // [blocks]
    for (;;) {
        const auto lines = source->next();
        if (!lines) {
            return context.fail(lines.problem());
        }
        if (lines->empty()) {
            return;
        }
        const std::vector<std::string_view> blocks = lineBlocks(*lines);
        texts.resize(std::max(texts.size(), blocks.size()));
        pool.forEach(blocks.size(), [&](std::size_t i) {
            texts[i].clear();
            forEachLine(blocks[i], [&](std::string_view line) {
                appendJson(texts[i], (*tokenizer)->sentence(line));
            });
        });
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            std::fwrite(texts[i].data(), 1, texts[i].size(), stdout);
        }
        if (options.input.empty()) {
            std::fflush(stdout); // a reader may be waiting for the answer
        }
    }
}

} // namespace

void addTokenize(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("tokenize", "print the tokens of each line as JSON");
    command->footer(
        R"(Prints {"ids": [...], "offsets": [[begin, end], ...]} for each line, including empty
lines and special tokens. Offsets count the characters (Unicode code points) of the
line. Lines are neither truncated nor padded. The model's weights are not needed.

  echo 'a quiet film' | flip tokenize --plm all-MiniLM-L6-v2)");
    auto options = std::make_shared<TokenizeOptions>();
    addModelOption(*command, options->model);
    command->add_option("--input", options->input, "text file (default: standard input)")
        ->type_name("FILE");
    command->callback([options, &context] { tokenize(*options, context); });
}

} // namespace flip::command

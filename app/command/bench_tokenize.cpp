#include "app/command/bench.h"
#include "app/command/command.h"
#include "app/command/line_source.h"

#include "core/base/files.h"
#include "core/base/worker_pool.h"
#include "core/text/tokenizer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>

namespace flip::command {

namespace {

using Clock = std::chrono::steady_clock;

/// Short inputs are tokenized again and again for this long.
constexpr double kLeastSeconds = 1.0;

struct BenchOptions {
    std::string model;
    std::string input;
    bool json = false;
};

void benchTokenize(const BenchOptions& options, Context& context) {
    const auto folder = context.findModel(options.model);
    if (!folder) {
        return context.fail(folder.problem());
    }
    const auto tokenizer = openTokenizer(*folder);
    if (!tokenizer) {
        return context.fail(tokenizer.problem());
    }
    const auto text = readFile(options.input);
    if (!text) {
        return context.fail(text.problem());
    }
    const std::vector<std::string_view> blocks = lineBlocks(*text);
    WorkerPool pool;
    std::atomic<std::int64_t> lines = 0;
    std::atomic<std::int64_t> tokens = 0;
    std::int64_t rounds = 0;
    double seconds = 0;
    const Clock::time_point begin = Clock::now();
    do {
        pool.forEach(blocks.size(), [&](std::size_t i) {
            std::int64_t linesOfBlock = 0;
            std::int64_t tokensOfBlock = 0;
            forEachLine(blocks[i], [&](std::string_view line) {
                ++linesOfBlock;
                tokensOfBlock += static_cast<std::int64_t>((*tokenizer)->sentence(line).size());
            });
            lines += linesOfBlock;
            tokens += tokensOfBlock;
        });
        ++rounds;
        seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    } while (seconds < kLeastSeconds && !blocks.empty());
    const double perSecond = seconds > 0 ? static_cast<double>(lines) / seconds : 0;
    if (options.json) {
        const nlohmann::ordered_json result = {{"lines", lines / rounds},
                                               {"tokens", tokens / rounds},
                                               {"lines_per_s", perSecond},
                                               {"threads", pool.threads()}};
        std::printf("%s\n", result.dump().c_str());
        return;
    }
    std::printf("%lld lines, %lld tokens, %.0f lines a second on %zu threads\n",
                static_cast<long long>(lines / rounds), static_cast<long long>(tokens / rounds),
                perSecond, pool.threads());
}

} // namespace

void addBenchTokenize(CLI::App& bench, Context& context) {
    auto* command = bench.add_subcommand("tokenize", "lines a second, on all cores");
    auto options = std::make_shared<BenchOptions>();
    command->add_option("--plm", options->model, "model folder or name")->required();
    command->add_option("--input", options->input, "file of lines")->required();
    command->add_flag("--json", options->json, "machine-readable");
    command->callback([options, &context] { benchTokenize(*options, context); });
}

} // namespace flip::command

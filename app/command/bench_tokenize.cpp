#include "app/command/bench.h"
#include "app/command/command.h"
#include "app/command/line_source.h"

#include "core/base/files.h"
#include "core/base/worker_pool.h"
#include "core/data/dataset.h"
#include "core/text/dataset_text.h"
#include "core/text/token_cache.h"
#include "core/text/tokenizer/tokenizer.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <system_error>

namespace flip::command {

namespace {

using Clock = std::chrono::steady_clock;

/// Short inputs are tokenized repeatedly for at least this long.
constexpr double kLeastSeconds = 0.5;

/// Rows that a thread tokenizes into one buffer, about as many as a training batch.
constexpr std::int64_t kRowsPerBlock = 256;

struct BenchOptions {
    std::string model;
    std::string input;
    std::string dataset;
    std::string textTemplate;
    bool json = false;
};

double secondsSince(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Sentences and tokens of one pass over the input, and the sentences per second of all passes.
struct Speed {
    std::int64_t sentences = 0;
    std::int64_t tokens = 0;
    double perSecond = 0;
};

/// Calls count(block, sentences, tokens) for every block, on all threads, at least once and until
/// kLeastSeconds have passed.
template <class Count>
Speed measure(WorkerPool& pool, std::size_t blocks, Count count) {
    std::atomic<std::int64_t> sentences = 0;
    std::atomic<std::int64_t> tokens = 0;
    std::int64_t rounds = 0;
    double seconds = 0;
    const Clock::time_point begin = Clock::now();
    do {
        pool.forEach(blocks, [&](std::size_t block) {
            std::int64_t sentencesOfBlock = 0;
            std::int64_t tokensOfBlock = 0;
            count(block, sentencesOfBlock, tokensOfBlock);
            sentences += sentencesOfBlock;
            tokens += tokensOfBlock;
        });
        ++rounds;
        seconds = secondsSince(begin);
    } while (seconds < kLeastSeconds && blocks > 0);
    return {sentences / rounds, tokens / rounds,
            seconds > 0 ? static_cast<double>(sentences) / seconds : 0};
}

void benchLines(const BenchOptions& options, const Tokenizer& tokenizer, Context& context) {
    const auto text = readFile(options.input);
    if (!text) {
        return context.fail(text.problem());
    }
    const std::vector<std::string_view> blocks = lineBlocks(*text);
    WorkerPool pool;
    const Speed speed = measure(
        pool, blocks.size(), [&](std::size_t block, std::int64_t& lines, std::int64_t& tokens) {
            forEachLine(blocks[block], [&](std::string_view line) {
                ++lines;
                tokens += static_cast<std::int64_t>(tokenizer.sentence(line).size());
            });
        });
    if (options.json) {
        const nlohmann::ordered_json result = {{"lines", speed.sentences},
                                               {"tokens", speed.tokens},
                                               {"lines_per_s", speed.perSecond},
                                               {"threads", pool.threads()}};
        std::printf("%s\n", result.dump().c_str());
        return;
    }
    std::printf("%lld lines, %lld tokens, %.0f lines per second on %zu threads\n",
                static_cast<long long>(speed.sentences), static_cast<long long>(speed.tokens),
                speed.perSecond, pool.threads());
}

void benchDataset(const BenchOptions& options, const Tokenizer& tokenizer, Context& context) {
    const auto workspace = context.openWorkspace(WorkspaceUse::Read);
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    std::error_code ignored;
    if (!std::filesystem::exists(workspace->dataset(options.dataset), ignored)) {
        return context.fail({"no dataset has this name; see 'flip datasets'", options.dataset});
    }
    const auto dataset = Dataset::open(workspace->dataset(options.dataset));
    if (!dataset) {
        return context.fail(dataset.problem());
    }
    const auto textTemplate = parseTemplate(options.textTemplate, *dataset);
    if (!textTemplate) {
        return context.fail(textTemplate.problem());
    }
    const Clock::time_point begin = Clock::now();
    const auto cache = TokenCache::build(*dataset, *textTemplate, tokenizer,
                                         SentenceRules(std::numeric_limits<std::int64_t>::max()));
    if (!cache) {
        return context.fail(cache.problem());
    }
    const double cacheSeconds = secondsSince(begin);
    const std::int64_t rows = dataset->rows();
    const auto blocks = static_cast<std::size_t>((rows + kRowsPerBlock - 1) / kRowsPerBlock);
    const auto forEachRow = [rows](std::size_t block, auto visit) {
        const std::int64_t first = static_cast<std::int64_t>(block) * kRowsPerBlock;
        const std::int64_t end = std::min(rows, first + kRowsPerBlock);
        for (std::int64_t row = first; row < end; ++row) {
            visit(row);
        }
        return end - first;
    };
    WorkerPool pool;
    const Speed whole = measure(
        pool, blocks, [&](std::size_t block, std::int64_t& sentences, std::int64_t& tokens) {
            sentences = forEachRow(block, [&](std::int64_t row) {
                tokens +=
                    static_cast<std::int64_t>(tokenizer.sentence(cache->sentence(row)).size());
            });
        });
    const Speed joined = measure(
        pool, blocks, [&](std::size_t block, std::int64_t& sentences, std::int64_t& tokens) {
            TokenRow batch;
            sentences = forEachRow(block, [&](std::int64_t row) { cache->appendRow(row, batch); });
            tokens = static_cast<std::int64_t>(batch.ids.size());
        });
    const double ratio = whole.perSecond > 0 ? joined.perSecond / whole.perSecond : 0;
    if (options.json) {
        const nlohmann::ordered_json result = {
            {"sentences", joined.sentences},    {"tokens", joined.tokens},
            {"whole_tokens", whole.tokens},     {"whole_per_s", whole.perSecond},
            {"joined_per_s", joined.perSecond}, {"ratio", ratio},
            {"cache_seconds", cacheSeconds},    {"threads", pool.threads()}};
        std::printf("%s\n", result.dump().c_str());
        return;
    }
    std::printf("%lld sentences, %lld tokens on %zu threads\n"
                "tokenized whole:       %12.0f sentences per second\n"
                "joined from the cache: %12.0f sentences per second, %.1f times as many\n"
                "the cache itself:      %12.3f s, once\n",
                static_cast<long long>(joined.sentences), static_cast<long long>(joined.tokens),
                pool.threads(), whole.perSecond, joined.perSecond, ratio, cacheSeconds);
}

void benchTokenize(const BenchOptions& options, Context& context) {
    if (options.input.empty() == options.dataset.empty()) {
        return context.fail({"give either --input or --dataset", "bench tokenize"});
    }
    if (options.dataset.empty() && !options.textTemplate.empty()) {
        return context.fail(
            {"--template needs --dataset; leave it out with --input", "bench tokenize"});
    }
    const auto folder = context.findModel(options.model);
    if (!folder) {
        return context.fail(folder.problem());
    }
    const auto tokenizer = openTokenizer(*folder);
    if (!tokenizer) {
        return context.fail(tokenizer.problem());
    }
    if (options.dataset.empty()) {
        return benchLines(options, **tokenizer, context);
    }
    benchDataset(options, **tokenizer, context);
}

} // namespace

void addBenchTokenize(CLI::App& bench, Context& context) {
    auto* command = bench.add_subcommand(
        "tokenize", "measure how many sentences per second are tokenized on all "
                    "cores");
    command->footer(
        R"(With --input the sentences are the lines of a file. With --dataset they are the
sentences of its rows, tokenized in two ways: each sentence as a whole, and joined
from cached tokens of its values, as training does it.)");
    auto options = std::make_shared<BenchOptions>();
    addModelOption(*command, options->model);
    command->add_option("--input", options->input, "text file; each line is a sentence")
        ->type_name("FILE");
    command->add_option("--dataset", options->dataset, "dataset whose rows are the sentences")
        ->type_name("DATASET");
    command
        ->add_option("--template", options->textTemplate,
                     "the sentence of each row, like text.template in an experiment file "
                     "(default: every field)")
        ->type_name("TEXT");
    command->add_flag("--json", options->json, "print a JSON object");
    command->callback([options, &context] { benchTokenize(*options, context); });
}

} // namespace flip::command

#include "core/trained/encode_lines.h"

#include "core/base/files.h"
#include "core/device/machine.h"
#include "core/device/safety_net.h"
#include "core/formats/safetensors.h"
#include "core/model/plm/model_folder.h"
#include "core/model/plm/text_encoder.h"
#include "core/model/plm/text_weights.h"
#include "core/trained/trained_text.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <string_view>
#include <vector>

namespace flip {

namespace {

constexpr std::size_t kTokensPerBatch = 8192;

std::vector<std::string_view> splitLines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

/// The token ids of a line, [CLS] and [SEP] included, truncated to the length that the model reads.
std::vector<std::int32_t> idsOf(const Tokenizer& tokenizer, std::string_view line,
                                std::int64_t maximum, std::int64_t& truncated) {
    std::vector<Token> tokens = tokenizer.sentence(line);
    if (static_cast<std::int64_t>(tokens.size()) > maximum) {
        tokens[static_cast<std::size_t>(maximum) - 1] = tokens.back();
        tokens.resize(static_cast<std::size_t>(maximum));
        ++truncated;
    }
    std::vector<std::int32_t> ids;
    for (const Token& token : tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

/// An encoder whose loaded weights are in `parameters`.
Result<std::unique_ptr<TextEncoder>> loadEncoder(const LineEncoder& from, const TextConfig& config,
                                                 Parameters& parameters) {
    auto encoder = TextEncoder::make(from.trained == nullptr ? config : from.trained->config,
                                     /*layers=*/0, parameters, Initialiser(0), "text.");
    if (!encoder) {
        return encoder;
    }
    if (from.trained == nullptr) {
        auto loaded = loadTextWeights(from.folder, config, parameters, "text.");
        return loaded ? std::move(encoder) : Result<std::unique_ptr<TextEncoder>>(loaded.problem());
    }
    (*encoder)->setMeanPooling(from.trained->spec.plm.pooling == Pooling::Mean);
    auto filled = parameters.fill(from.trained->weights, "", {""});
    return filled ? std::move(encoder) : Result<std::unique_ptr<TextEncoder>>(filled.problem());
}

Result<EncodeReport> encode(const LineEncoder& from, const std::filesystem::path& input,
                            const std::filesystem::path& output,
                            const std::function<void(std::int64_t, std::int64_t)>& progress,
                            const std::stop_token& stop) {
    const auto started = std::chrono::steady_clock::now();
    const auto text = readFile(input);
    if (!text) {
        return text.problem();
    }
    const auto folder = openModelFolder(from.folder);
    if (!folder) {
        return folder.problem();
    }
    const TextConfig& config = folder->config;
    useThreads(0);
    chooseMatrixProducts();
    Parameters parameters(at::kCPU);
    const auto encoder = loadEncoder(from, config, parameters);
    if (!encoder) {
        return encoder.problem();
    }

    EncodeReport report;
    std::vector<std::vector<std::int32_t>> sentences;
    for (const std::string_view line : splitLines(*text)) {
        sentences.push_back(
            idsOf(*folder->tokenizer, line, config.maximumTokens(), report.truncated));
        const std::string where = input.string() + ":" + std::to_string(sentences.size());
        if (auto known = checkTokens(sentences.back(), *folder->tokenizer, config, where); !known) {
            return known.problem();
        }
    }
    report.lines = static_cast<std::int64_t>(sentences.size());
    std::vector<std::size_t> order(sentences.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return sentences[a].size() < sentences[b].size();
    });

    const at::NoGradGuard noGradient;
    const at::Tensor vectors = at::zeros({report.lines, config.hidden}, at::kFloat);
    std::size_t done = 0;
    while (done < order.size()) {
        if (stop.stop_requested()) {
            return Problem{"stopped; nothing was written", output.string()};
        }
        std::vector<std::int64_t> ids;
        std::vector<std::int64_t> lengths;
        std::vector<std::int64_t> places;
        while (done < order.size() && (ids.empty() || ids.size() < kTokensPerBatch)) {
            const auto& sentence = sentences[order[done]];
            ids.insert(ids.end(), sentence.begin(), sentence.end());
            lengths.push_back(static_cast<std::int64_t>(sentence.size()));
            places.push_back(static_cast<std::int64_t>(order[done]));
            ++done;
        }
        const TokenLayout layout = TokenLayout::packed(lengths, at::kCPU);
        const at::Tensor hidden =
            (*encoder)->sentence(at::tensor(at::ArrayRef<std::int64_t>(ids), at::kLong), layout,
                                 ForwardMode::evaluation());
        vectors.index_copy_(0, at::tensor(at::ArrayRef<std::int64_t>(places), at::kLong), hidden);
        progress(static_cast<std::int64_t>(done), report.lines);
    }
    if (auto written = writeSafetensors(output, {{"cls", viewOf(vectors)}}); !written) {
        return written.problem();
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
    report.seconds = seconds.count();
    return report;
}

} // namespace

Result<EncodeReport> encodeLines(const LineEncoder& encoder, const std::filesystem::path& input,
                                 const std::filesystem::path& output,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress,
                                 const std::stop_token& stop) {
    std::optional<Result<EncodeReport>> report;
    if (auto problem = catchAll([&] { report = encode(encoder, input, output, progress, stop); })) {
        return *problem;
    }
    return std::move(*report);
}

} // namespace flip

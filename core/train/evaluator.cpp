#include "core/train/evaluator.h"

#include "core/eval/metrics.h"
#include "core/model/id/id_rows.h"
#include "core/train/frozen_sentences.h"
#include "core/train/id_dropout.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace flip {

namespace {

void scatter(const at::Tensor& values, std::span<const std::size_t> places,
             std::vector<double>& out) {
    const at::Tensor host = values.to(at::kCPU).to(at::kDouble).contiguous();
    const double* data = host.const_data_ptr<double>();
    for (std::size_t i = 0; i < places.size(); ++i) {
        out[places[i]] = data[i];
    }
}

Predictions predictAll(const FinetuneModel& model, const Batcher& batcher,
                       std::span<const std::int64_t> rows, std::int64_t batchSize,
                       const std::stop_token& stop, FrozenSentences* frozen) {
    const at::NoGradGuard noGradient;
    const ForwardMode mode = ForwardMode::evaluation(stop);
    Predictions out;
    out.rows.assign(rows.begin(), rows.end());
    const auto labels = batcher.dataset().labels();
    for (const std::int64_t row : rows) {
        out.labels.push_back(labels[static_cast<std::size_t>(row)]);
    }
    out.logit.resize(rows.size());
    const bool joint = model.hasIds() && model.hasText();
    out.idLogit.resize(joint ? rows.size() : 0);
    out.textLogit.resize(joint ? rows.size() : 0);

    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return batcher.tokensOf(rows[a]) < batcher.tokensOf(rows[b]);
    });
    std::vector<std::int64_t> chunk;
    for (std::size_t first = 0; first < order.size();
         first += static_cast<std::size_t>(batchSize)) {
        if (stop.stop_requested()) {
            throw PassStopped{};
        }
        const auto size = std::min(static_cast<std::size_t>(batchSize), order.size() - first);
        const auto places = std::span<const std::size_t>(order).subspan(first, size);
        chunk.clear();
        for (const std::size_t place : places) {
            chunk.push_back(rows[place]);
        }
        // The chunk is sorted by length already, and the batcher's sort is stable.
        const Batch batch = model.hasText() ? batcher.load(chunk) : batcher.loadWithoutText(chunk);
        const BranchLogits logits = model.logits(
            batch.ids, frozen != nullptr ? frozen->of(batch, stop) : sentencesOf(batch), mode);
        scatter(logits.own(), places, out.logit);
        if (joint) {
            scatter(logits.id, places, out.idLogit);
            scatter(logits.text, places, out.textLogit);
        }
    }
    return out;
}

} // namespace

std::optional<Predictions> predict(const FinetuneModel& model, const Batcher& batcher,
                                   std::span<const std::int64_t> rows, std::int64_t batchSize,
                                   const std::stop_token& stop, FrozenSentences* frozen) {
    try {
        return predictAll(model, batcher, rows, batchSize, stop, frozen);
    } catch (const PassStopped&) {
        return std::nullopt;
    }
}

bool isFinite(const Predictions& predictions) {
    return std::ranges::all_of(
        std::array{&predictions.logit, &predictions.idLogit, &predictions.textLogit},
        [](const auto* logits) {
            return std::ranges::all_of(*logits, [](double logit) { return std::isfinite(logit); });
        });
}

BranchMetrics measureBranches(const Predictions& predictions) {
    BranchMetrics metrics;
    metrics[""] = measure(predictions.logit, predictions.labels);
    if (!predictions.idLogit.empty()) {
        metrics["id"] = measure(predictions.idLogit, predictions.labels);
        metrics["text"] = measure(predictions.textLogit, predictions.labels);
    }
    return metrics;
}

std::vector<std::int64_t> rowsWithUnseenValues(const RunSpec& spec, const ModelSizes& sizes,
                                               const Batcher& batcher, Split split) {
    BackboneOptions options(spec.id, sizes.fields, sizes.ids);
    options.hashBuckets = 0; // hashing makes no id unknown
    options.lists = sizes.lists;
    options.idFields = sizes.idFields;
    options.trainingCounts = sizes.trainingCounts;
    const IdRows idRows(options, at::kCPU);
    const std::vector<std::int64_t> rows = batcher.dataset().rowsOf(split);
    const at::Tensor unknown =
        unknownIdsOf(idRows, batcher.onDevice(at::kCPU), rows).any(/*dim=*/1).contiguous();
    const bool* isUnknown = unknown.const_data_ptr<bool>();
    std::vector<std::int64_t> unseen;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (isUnknown[i]) {
            unseen.push_back(rows[i]);
        }
    }
    return unseen;
}

} // namespace flip

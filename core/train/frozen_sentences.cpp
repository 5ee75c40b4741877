#include "core/train/frozen_sentences.h"

#include <torch/types.h>

#include <algorithm>
#include <numeric>

namespace flip {

namespace {

constexpr std::size_t kChunk = 256;
constexpr std::int64_t kMostBytes = std::int64_t{4} << 30;

} // namespace

SentenceInput sentencesOf(const Batch& batch) {
    SentenceInput sentences;
    sentences.tokenIds = batch.tokenIds;
    sentences.layout = &batch.layout;
    sentences.itemTokenIds = batch.itemTokenIds;
    sentences.itemLayout = &batch.itemLayout;
    return sentences;
}

FrozenSentences::FrozenSentences(const FinetuneModel& model, const Batcher& batcher)
    : model_(model), batcher_(batcher) {}

at::Tensor FrozenSentences::compute(const Batch& batch, const std::stop_token& stop) const {
    const at::NoGradGuard noGradient;
    return model_.sentenceVectors(sentencesOf(batch), ForwardMode::evaluation(stop));
}

void FrozenSentences::computeAll(const std::stop_token& stop) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(batcher_.dataset().rows()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return batcher_.tokensOf(a) < batcher_.tokensOf(b);
    });
    at::Tensor all;
    for (std::size_t first = 0; first < order.size(); first += kChunk) {
        if (stop.stop_requested()) {
            throw PassStopped{};
        }
        const auto size = std::min(kChunk, order.size() - first);
        const Batch batch =
            batcher_.load(std::span<const std::int64_t>(order).subspan(first, size));
        const at::Tensor vectors = compute(batch, stop);
        if (!all.defined()) {
            all = at::empty({batcher_.dataset().rows(), vectors.size(1)}, vectors.options());
        }
        all.index_copy_(
            0, at::tensor(at::ArrayRef<std::int64_t>(batch.rows), at::kLong).to(vectors.device()),
            vectors);
    }
    vectors_ = all;
}

SentenceInput FrozenSentences::of(const Batch& batch, const std::stop_token& stop) {
    const std::int64_t width = model_.text->config().hidden * (model_.hasItemText() ? 2 : 1);
    const auto bytes = batcher_.dataset().rows() * width * std::int64_t{sizeof(float)};
    SentenceInput sentences;
    if (bytes > kMostBytes) {
        sentences.vectors = compute(batch, stop);
        return sentences;
    }
    if (!vectors_.defined()) {
        computeAll(stop);
    }
    sentences.vectors = vectors_.index_select(
        0, at::tensor(at::ArrayRef<std::int64_t>(batch.rows), at::kLong).to(vectors_.device()));
    return sentences;
}

} // namespace flip

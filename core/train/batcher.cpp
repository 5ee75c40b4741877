#include "core/train/batcher.h"

#include "core/data/id_lists.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

namespace flip {

namespace {

at::Tensor longs(const std::vector<std::int64_t>& values, at::IntArrayRef shape,
                 at::Device device) {
    return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).view(shape).to(device);
}

/// Length of a row's sentence in tokens, after truncation; 0 without a cache.
std::int64_t sentenceLength(const TokenCache* cache, std::int64_t row) {
    return cache == nullptr ? 0 : std::min(cache->length(row), cache->maxTokens());
}

} // namespace

RandomStream stepStream(std::uint64_t seed, const std::string& purpose, std::int64_t step) {
    return RandomStream(seed, purpose + "/" + std::to_string(step));
}

Batcher::Batcher(const Dataset& dataset, const TokenCache* cache, bool padToMaximum,
                 at::Device device, const TokenCache* itemCache, std::optional<HistoryPlan> history)
    : dataset_(dataset), cache_(cache), itemCache_(itemCache), padToMaximum_(padToMaximum),
      device_(device), idFields_(dataset.idFields()), firstList_(firstListsOf(dataset)),
      history_(std::move(history)) {
    if (cache_ != nullptr) {
        for (const TextTemplate::Part& part : cache_->textTemplate().parts()) {
            if (part.field >= 0 && std::find(textFields_.begin(), textFields_.end(), part.field) ==
                                       textFields_.end()) {
                textFields_.push_back(part.field);
            }
        }
    }
}

Batcher Batcher::onDevice(at::Device device) const {
    Batcher other = *this;
    other.device_ = device;
    return other;
}

std::int64_t Batcher::tokensOf(std::int64_t row) const {
    return sentenceLength(cache_, row) + sentenceLength(itemCache_, row);
}

std::int64_t Batcher::maskToken() const {
    return cache_->tokenizer().special().mask;
}

std::int64_t Batcher::idColumns() const {
    const auto items =
        history_ ? history_->length * static_cast<std::int64_t>(history_->fields.size()) : 0;
    return static_cast<std::int64_t>(idFields_.size()) + items;
}

std::int64_t Batcher::idOf(std::size_t column, std::int64_t row) const {
    const std::uint32_t code = dataset_.codes(idFields_[column])[static_cast<std::size_t>(row)];
    return firstList_[column] < 0 ? dataset_.idOfCode(idFields_[column])[code]
                                  : dataset_.idCount() + firstList_[column] + std::int64_t{code};
}

at::Tensor Batcher::idsOf(std::span<const std::int64_t> rows) const {
    const std::size_t fields = idFields_.size();
    const auto width = static_cast<std::size_t>(idColumns());
    std::vector<std::int64_t> ids(rows.size() * width, 0);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        auto next = ids.begin() + static_cast<std::ptrdiff_t>(r * width);
        for (std::size_t column = 0; column < fields; ++column) {
            *next++ = idOf(column, rows[r]);
        }
        if (!history_) {
            continue;
        }
        for (const std::int64_t click : history_->clicks.before(rows[r], history_->length)) {
            for (const std::int64_t column : history_->fields) {
                *next++ = idOf(static_cast<std::size_t>(column), click);
            }
        }
    }
    return longs(ids, {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(width)},
                 device_);
}

Batch Batcher::loadWithoutText(std::span<const std::int64_t> rows) const {
    Batch batch;
    batch.rows.assign(rows.begin(), rows.end());
    if (cache_ != nullptr && !padToMaximum_) {
        std::stable_sort(batch.rows.begin(), batch.rows.end(),
                         [&](std::int64_t a, std::int64_t b) { return tokensOf(a) < tokensOf(b); });
    }
    batch.ids = idsOf(batch.rows);
    std::vector<float> labels(batch.rows.size());
    const auto allLabels = dataset_.labels();
    for (std::size_t r = 0; r < batch.rows.size(); ++r) {
        labels[r] = static_cast<float>(allLabels[static_cast<std::size_t>(batch.rows[r])]);
    }
    batch.labels = at::tensor(at::ArrayRef<float>(labels), at::kFloat).to(device_);
    return batch;
}

Batch Batcher::load(std::span<const std::int64_t> rows) const {
    Batch batch = loadWithoutText(rows);
    if (cache_ != nullptr) {
        Sentences text = load(*cache_, batch.rows);
        batch.tokenIds = text.tokenIds;
        batch.owner = std::move(text.owner);
        batch.layout = std::move(text.layout);
    }
    if (itemCache_ != nullptr) {
        Sentences text = load(*itemCache_, batch.rows);
        batch.itemTokenIds = text.tokenIds;
        batch.itemOwner = std::move(text.owner);
        batch.itemLayout = std::move(text.layout);
    }
    return batch;
}

Batcher::Sentences Batcher::load(const TokenCache& cache,
                                 const std::vector<std::int64_t>& rows) const {
    TokenRow text;
    std::vector<std::int64_t> lengths;
    lengths.reserve(rows.size());
    const auto width = static_cast<std::size_t>(cache.maxTokens());
    std::vector<std::uint8_t> real;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const std::size_t before = text.ids.size();
        cache.appendRow(rows[r], text);
        const std::size_t length = text.ids.size() - before;
        lengths.push_back(static_cast<std::int64_t>(length));
        if (padToMaximum_) {
            real.resize(r * width + length, 1);
            real.resize((r + 1) * width, 0);
            text.ids.resize((r + 1) * width, cache.tokenizer().special().pad);
            text.owner.resize((r + 1) * width, -1);
        }
    }
    Sentences sentences;
    sentences.owner = std::move(text.owner);
    sentences.tokenIds =
        at::tensor(at::ArrayRef<std::int32_t>(text.ids), at::kInt).to(at::kLong).to(device_);
    sentences.layout =
        padToMaximum_ ? TokenLayout::padded(at::tensor(at::ArrayRef<std::uint8_t>(real), at::kByte)
                                                .view({static_cast<std::int64_t>(rows.size()),
                                                       static_cast<std::int64_t>(width)})
                                                .to(at::kBool)
                                                .to(device_))
                      : TokenLayout::packed(lengths, device_);
    return sentences;
}

std::vector<std::int64_t> Batcher::targetsOf(const Batch& batch,
                                             std::span<const std::int64_t> columns,
                                             const MaskPlan& plan, std::uint64_t seed,
                                             std::int64_t step) const {
    RandomStream stream = stepStream(seed, "mask-element", step);
    std::vector<std::int64_t> targets;
    targets.reserve(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const int field = idFields_[static_cast<std::size_t>(columns[i])];
        const std::int64_t row = batch.rows[i / static_cast<std::size_t>(plan.tableFields)];
        const auto ids =
            dataset_.idsOfCode(field, dataset_.codes(field)[static_cast<std::size_t>(row)]);
        targets.push_back(ids.size() == 1 ? ids.front() : ids[stream.below(ids.size())]);
    }
    return targets;
}

Masks Batcher::mask(const Batch& batch, const MaskPlan& plan,
                    const std::vector<NoiseSampler>& samplers, std::uint64_t seed,
                    std::int64_t step) const {
    Masks masks;
    const auto rows = static_cast<std::int64_t>(batch.rows.size());
    const auto fields = static_cast<std::int64_t>(idFields_.size());

    RandomStream tableStream = stepStream(seed, "mask-table", step);
    std::vector<std::int64_t> columns;
    columns.reserve(static_cast<std::size_t>(rows * plan.tableFields));
    for (std::int64_t r = 0; r < rows; ++r) {
        const auto chosen = tableStream.sample(fields, plan.tableFields);
        columns.insert(columns.end(), chosen.begin(), chosen.end());
    }
    masks.columns = longs(columns, {rows, plan.tableFields}, device_);
    masks.targets =
        longs(targetsOf(batch, columns, plan, seed, step), {rows, plan.tableFields}, device_);
    masks.maskedIds = batch.ids.scatter(1, masks.columns, 0);

    RandomStream noiseStream = stepStream(seed, "noise", step);
    std::vector<std::int64_t> noise(columns.size() * static_cast<std::size_t>(plan.noise));
    for (std::size_t i = 0; i < noise.size(); ++i) {
        const std::int64_t column = columns[i / static_cast<std::size_t>(plan.noise)];
        const std::size_t which = samplers.size() == 1 ? 0 : static_cast<std::size_t>(column);
        noise[i] = samplers[which].draw(noiseStream);
    }
    masks.noise = longs(noise, {rows, plan.tableFields, plan.noise}, device_);
    if (cache_ != nullptr) {
        maskText(masks, batch, plan, columns, stepStream(seed, "mask-text", step));
    }
    return masks;
}

std::vector<std::uint8_t> Batcher::fieldsToMask(std::span<const std::int64_t> maskedColumns,
                                                const MaskPlan& plan, RandomStream& stream) const {
    std::vector<std::uint8_t> isMasked(dataset_.fields().size(), 0);
    std::vector<int> candidates; // the fields that may be masked in the sentence
    for (const int field : textFields_) {
        const bool inTable =
            std::any_of(maskedColumns.begin(), maskedColumns.end(), [&](std::int64_t column) {
                return idFields_[static_cast<std::size_t>(column)] == field;
            });
        if (plan.fields == MaskedFields::Independent ||
            inTable == (plan.fields == MaskedFields::Same)) {
            candidates.push_back(field);
        }
    }
    const auto size = static_cast<std::int64_t>(candidates.size());
    const bool takesAll = plan.fields == MaskedFields::Same || plan.tokenShare > 0;
    const std::int64_t count = takesAll ? size : std::min(size, plan.textFields);
    for (const std::int64_t place : stream.sample(size, count)) {
        isMasked[static_cast<std::size_t>(candidates[static_cast<std::size_t>(place)])] = 1;
    }
    return isMasked;
}

void Batcher::maskText(Masks& masks, const Batch& batch, const MaskPlan& plan,
                       const std::vector<std::int64_t>& columns, RandomStream stream) const {
    std::vector<std::int64_t> labelled;
    std::vector<std::int64_t> counts;
    std::vector<std::int64_t> tokens; // of one row, that may be masked
    std::size_t token = 0;
    const auto width = static_cast<std::size_t>(batch.layout.whole.width());
    for (std::size_t r = 0; r < batch.rows.size(); ++r) {
        const auto masked = static_cast<std::size_t>(plan.tableFields);
        const std::vector<std::uint8_t> isMasked = fieldsToMask(
            std::span<const std::int64_t>(columns).subspan(r * masked, masked), plan, stream);
        const std::size_t end =
            token + (padToMaximum_
                         ? width
                         : static_cast<std::size_t>(sentenceLength(cache_, batch.rows[r])));
        tokens.clear();
        for (; token < end; ++token) {
            const std::int16_t owner = batch.owner[token];
            if (owner >= 0 && isMasked[static_cast<std::size_t>(owner)] != 0) {
                tokens.push_back(static_cast<std::int64_t>(token));
            }
        }
        if (plan.tokenShare > 0 && !tokens.empty()) {
            const auto all = static_cast<std::int64_t>(tokens.size());
            const auto count = std::clamp<std::int64_t>(
                std::llround(plan.tokenShare * static_cast<double>(all)), 1, all);
            std::vector<std::int64_t> places = stream.sample(all, count);
            std::sort(places.begin(), places.end());
            for (std::int64_t& place : places) {
                place = tokens[static_cast<std::size_t>(place)];
            }
            tokens.swap(places);
        }
        labelled.insert(labelled.end(), tokens.begin(), tokens.end());
        counts.push_back(static_cast<std::int64_t>(tokens.size()));
    }
    masks.labelled.tokens = longs(labelled, {static_cast<std::int64_t>(labelled.size())}, device_);
    masks.labelled.groups = TokenLayout::chosen(batch.layout, counts, device_);
    masks.labelledTargets = batch.tokenIds.index_select(0, masks.labelled.tokens);
    masks.maskedTokenIds = batch.tokenIds.index_fill(0, masks.labelled.tokens, maskToken());
}

} // namespace flip

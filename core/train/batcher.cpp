#include "core/train/batcher.h"

#include "core/data/id_lists.h"

#include <torch/torch.h>

#include <algorithm>

namespace flip {

namespace {

at::Tensor longs(const std::vector<std::int64_t>& values, at::IntArrayRef shape,
                 at::Device device) {
    return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).view(shape).to(device);
}

} // namespace

RandomStream stepStream(std::uint64_t seed, const std::string& purpose, std::int64_t step) {
    return RandomStream(seed, purpose + "/" + std::to_string(step));
}

Batcher::Batcher(const Dataset& dataset, const TokenCache* cache, bool padToMaximum,
                 at::Device device)
    : dataset_(dataset), cache_(cache), padToMaximum_(padToMaximum), device_(device),
      idFields_(dataset.idFields()), firstList_(firstListsOf(dataset)) {
    if (cache_ != nullptr) {
        for (const TextTemplate::Part& part : cache_->textTemplate().parts()) {
            if (part.field >= 0 && std::find(textFields_.begin(), textFields_.end(), part.field) ==
                                       textFields_.end()) {
                textFields_.push_back(part.field);
            }
        }
    }
}

std::int64_t Batcher::tokensOf(std::int64_t row) const {
    return cache_ == nullptr ? 0 : std::min(cache_->length(row), cache_->maxTokens());
}

Batch Batcher::load(std::span<const std::int64_t> rows) const {
    Batch batch;
    batch.rows.assign(rows.begin(), rows.end());
    if (cache_ != nullptr && !padToMaximum_) {
        std::stable_sort(batch.rows.begin(), batch.rows.end(),
                         [&](std::int64_t a, std::int64_t b) { return tokensOf(a) < tokensOf(b); });
    }
    const auto count = static_cast<std::int64_t>(batch.rows.size());
    const auto fields = static_cast<std::int64_t>(idFields_.size());
    std::vector<std::int64_t> ids(static_cast<std::size_t>(count * fields));
    for (std::int64_t f = 0; f < fields; ++f) {
        const int field = idFields_[static_cast<std::size_t>(f)];
        const auto codes = dataset_.codes(field);
        const auto idOfCode = dataset_.idOfCode(field);
        const std::int64_t firstList = firstList_[static_cast<std::size_t>(f)];
        for (std::int64_t r = 0; r < count; ++r) {
            const auto row = static_cast<std::size_t>(batch.rows[static_cast<std::size_t>(r)]);
            ids[static_cast<std::size_t>(r * fields + f)] =
                firstList < 0 ? idOfCode[codes[row]]
                              : dataset_.idCount() + firstList + std::int64_t{codes[row]};
        }
    }
    batch.ids = longs(ids, {count, fields}, device_);
    std::vector<float> labels(batch.rows.size());
    const auto allLabels = dataset_.labels();
    for (std::size_t r = 0; r < batch.rows.size(); ++r) {
        labels[r] = static_cast<float>(allLabels[static_cast<std::size_t>(batch.rows[r])]);
    }
    batch.labels = at::tensor(at::ArrayRef<float>(labels), at::kFloat).to(device_);
    if (cache_ != nullptr) {
        loadText(batch);
    }
    return batch;
}

void Batcher::loadText(Batch& batch) const {
    TokenRow text;
    std::vector<std::int64_t> lengths;
    lengths.reserve(batch.rows.size());
    const auto width = static_cast<std::size_t>(cache_->maxTokens());
    std::vector<std::uint8_t> real;
    for (std::size_t r = 0; r < batch.rows.size(); ++r) {
        const std::size_t before = text.ids.size();
        cache_->appendRow(batch.rows[r], text);
        const std::size_t length = text.ids.size() - before;
        lengths.push_back(static_cast<std::int64_t>(length));
        if (padToMaximum_) {
            real.resize(r * width + length, 1);
            real.resize((r + 1) * width, 0);
            text.ids.resize((r + 1) * width, cache_->tokenizer().special().pad);
            text.owner.resize((r + 1) * width, -1);
        }
    }
    batch.owner = std::move(text.owner);
    batch.tokenIds =
        at::tensor(at::ArrayRef<std::int32_t>(text.ids), at::kInt).to(at::kLong).to(device_);
    if (padToMaximum_) {
        const auto rows = static_cast<std::int64_t>(batch.rows.size());
        batch.layout = TokenLayout::padded(at::tensor(at::ArrayRef<std::uint8_t>(real), at::kByte)
                                               .view({rows, static_cast<std::int64_t>(width)})
                                               .to(at::kBool)
                                               .to(device_));
    } else {
        batch.layout = TokenLayout::packed(lengths, device_);
    }
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

Masks Batcher::mask(const Batch& batch, const MaskPlan& plan, const NoiseSampler& sampler,
                    std::uint64_t seed, std::int64_t step) const {
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
    std::vector<std::int64_t> noise(static_cast<std::size_t>(rows * plan.tableFields * plan.noise));
    for (std::int64_t& id : noise) {
        id = sampler.draw(noiseStream);
    }
    masks.noise = longs(noise, {rows, plan.tableFields, plan.noise}, device_);

    if (cache_ == nullptr) {
        return masks;
    }
    RandomStream textStream = stepStream(seed, "mask-text", step);
    std::vector<std::uint8_t> hidden(dataset_.fields().size());
    std::vector<std::int64_t> labelled;
    std::vector<std::int64_t> counts;
    std::size_t token = 0;
    const auto width = static_cast<std::size_t>(batch.layout.whole.width());
    for (std::int64_t r = 0; r < rows; ++r) {
        std::fill(hidden.begin(), hidden.end(), std::uint8_t{0});
        for (const std::int64_t choice :
             textStream.sample(static_cast<std::int64_t>(textFields_.size()), plan.textFields)) {
            hidden[static_cast<std::size_t>(textFields_[static_cast<std::size_t>(choice)])] = 1;
        }
        const std::size_t end =
            token +
            (padToMaximum_
                 ? width
                 : static_cast<std::size_t>(tokensOf(batch.rows[static_cast<std::size_t>(r)])));
        const std::size_t before = labelled.size();
        for (; token < end; ++token) {
            const std::int16_t owner = batch.owner[token];
            if (owner >= 0 && hidden[static_cast<std::size_t>(owner)] != 0) {
                labelled.push_back(static_cast<std::int64_t>(token));
            }
        }
        counts.push_back(static_cast<std::int64_t>(labelled.size() - before));
    }
    masks.labelled.tokens = longs(labelled, {static_cast<std::int64_t>(labelled.size())}, device_);
    masks.labelled.groups = TokenLayout::chosen(batch.layout, counts, device_);
    masks.labelledTargets = batch.tokenIds.index_select(0, masks.labelled.tokens);
    masks.maskedTokenIds =
        batch.tokenIds.index_fill(0, masks.labelled.tokens, cache_->tokenizer().special().mask);
    return masks;
}

} // namespace flip

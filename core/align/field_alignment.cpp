#include "core/align/field_alignment.h"

#include <torch/torch.h>

#include <algorithm>

namespace flip {

std::optional<AlignmentMeasured> measureAlignment(const PretrainModel& model,
                                                  const Batcher& batcher,
                                                  std::span<const std::int64_t> rows,
                                                  std::int64_t batchSize, bool attendPadding,
                                                  const std::stop_token& stop) {
    const at::NoGradGuard noGradient;
    const ForwardMode mode = ForwardMode::evaluation();
    const FieldRecovery& head = *model.recoverFields;
    const auto device = model.parameters.device();

    AlignmentMeasured measured;
    std::vector<std::int64_t> columns; // ordinals among the id fields
    std::vector<int> fields;           // the same fields in the dataset
    for (std::size_t i = 0; i < batcher.idFields().size(); ++i) {
        const int field = batcher.idFields()[i];
        const auto& words = batcher.textFields();
        if (std::find(words.begin(), words.end(), field) != words.end()) {
            columns.push_back(static_cast<std::int64_t>(i));
            fields.push_back(field);
            measured.fields.push_back(
                batcher.dataset().fields()[static_cast<std::size_t>(field)].name);
        }
    }
    const auto count = static_cast<std::int64_t>(fields.size());
    std::vector<std::int64_t> slotOfField(batcher.dataset().fields().size() + 1, 0);
    for (std::int64_t g = 0; g < count; ++g) {
        slotOfField[static_cast<std::size_t>(fields[static_cast<std::size_t>(g)]) + 1] = g + 1;
    }

    // Slot 0 gathers what belongs to no such field: the template's words and the special tokens.
    const auto doubles = at::TensorOptions(at::kDouble).device(device);
    at::Tensor mass = at::zeros({count, count + 1}, doubles);
    at::Tensor even = at::zeros({count + 1}, doubles);
    for (std::size_t first = 0; first < rows.size(); first += static_cast<std::size_t>(batchSize)) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        const auto size = std::min(static_cast<std::size_t>(batchSize), rows.size() - first);
        const Batch batch = batcher.load(rows.subspan(first, size));
        const at::Tensor text = model.text->hidden(batch.tokenIds, batch.layout, mode);
        std::vector<std::int64_t> slotOfToken;
        slotOfToken.reserve(batch.owner.size());
        for (const std::int16_t owner : batch.owner) {
            slotOfToken.push_back(slotOfField[static_cast<std::size_t>(owner + 1)]);
        }
        const at::Tensor tokenSlots =
            at::tensor(at::ArrayRef<std::int64_t>(slotOfToken), at::kLong).to(device);
        const at::Tensor lengths =
            at::zeros({batch.layout.rows}, doubles)
                .index_add(0, batch.layout.row, at::ones({batch.layout.tokens}, doubles));
        even.index_add_(0, tokenSlots, (1.0 / lengths).index_select(0, batch.layout.row));
        for (std::int64_t f = 0; f < count; ++f) {
            const at::Tensor masked = batch.ids.index_fill(
                1, at::full({1}, columns[static_cast<std::size_t>(f)], batch.ids.options()), 0);
            const at::Tensor attention = head.attention(model.backbone->features(masked, mode),
                                                        text, batch.layout, attendPadding);
            mass.select(0, f).index_add_(0, tokenSlots,
                                         batch.layout.whole.unpad(attention).to(at::kDouble));
        }
    }

    const at::Tensor share = (mass / static_cast<double>(rows.size())).to(at::kCPU);
    const at::Tensor uniform = (even / static_cast<double>(rows.size())).to(at::kCPU);
    double score = 0;
    for (std::int64_t f = 0; f < count; ++f) {
        double rowMass = 0;
        for (std::int64_t g = 0; g < count; ++g) {
            const double value = share[f][g + 1].item<double>();
            const double expected = uniform[g + 1].item<double>();
            rowMass += value;
            measured.share.push_back(value);
            measured.lift.push_back(expected > 0 ? value / expected : 0.0);
        }
        score += rowMass > 0 ? share[f][f + 1].item<double>() / rowMass : 0.0;
    }
    measured.score = count > 0 ? score / static_cast<double>(count) : 0.0;
    return measured;
}

} // namespace flip

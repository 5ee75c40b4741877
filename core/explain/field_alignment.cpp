#include "core/explain/field_alignment.h"

#include "core/model/flip_model.h"
#include "core/train/batcher.h"

#include <torch/types.h>

#include <algorithm>
#include <limits>

namespace flip {

namespace {

/// The rows and columns of a map, as positions in the dataset and in a batch.
struct MapFields {
    std::vector<std::int64_t> columns; // [masked] indices among the id fields
    std::vector<std::int64_t> slot;    // [dataset fields + 1] by field + 1: column of the map + 1
    std::int64_t both = 0; // number of leading rows and columns that are the same fields
};

MapFields chooseFields(const Batcher& batcher, AlignmentMeasured& measured) {
    const auto& ids = batcher.idFields();
    const auto& words = batcher.textFields();
    const auto has = [](const std::vector<int>& fields, int field) {
        return std::find(fields.begin(), fields.end(), field) != fields.end();
    };
    const auto all = static_cast<int>(batcher.dataset().fields().size());
    MapFields fields;
    fields.slot.assign(static_cast<std::size_t>(all) + 1, 0);
    for (const bool inBoth : {true, false}) {
        for (int field = 0; field < all; ++field) {
            const bool isId = has(ids, field);
            const bool isText = has(words, field);
            if (inBoth != (isId && isText)) {
                continue;
            }
            const std::string& name =
                batcher.dataset().fields()[static_cast<std::size_t>(field)].name;
            if (isId) {
                fields.columns.push_back(std::find(ids.begin(), ids.end(), field) - ids.begin());
                measured.masked.push_back(name);
            }
            if (isText) {
                measured.words.push_back(name);
                fields.slot[static_cast<std::size_t>(field) + 1] =
                    static_cast<std::int64_t>(measured.words.size());
            }
            fields.both += inBoth ? 1 : 0;
        }
    }
    return fields;
}

/// Sums over the rows seen so far.
struct Sums {
    at::Tensor mass;    // [masked, words + 1]: attention over field tokens; slot 0 stays empty
    at::Tensor even;    // [words + 1]: uniform attention over field tokens
    at::Tensor toField; // [masked]: part of the full attention on field tokens
    double sentences = 0;
};

/// The maximum of each row's items. [items] -> [rows]
at::Tensor rowMaxima(const Ragged& shape, const at::Tensor& flat) {
    at::Tensor block = shape.pad(flat);
    if (shape.real().defined()) {
        block =
            block.masked_fill(shape.real().logical_not(), -std::numeric_limits<double>::infinity());
    }
    return block.amax(1);
}

} // namespace

std::optional<AlignmentMeasured> measureAlignment(const PretrainModel& model,
                                                  const Batcher& batcher,
                                                  std::span<const std::int64_t> rows,
                                                  std::int64_t batchSize, bool attendPadding,
                                                  const std::stop_token& stop) {
    const at::NoGradGuard noGradient;
    const ForwardMode mode = ForwardMode::evaluation();
    const MaskedFeatureHead& head = *model.maskedFeatureHead;
    const auto device = model.parameters.device();

    AlignmentMeasured measured;
    const MapFields fields = chooseFields(batcher, measured);
    const auto masked = static_cast<std::int64_t>(measured.masked.size());
    const auto words = static_cast<std::int64_t>(measured.words.size());
    const auto doubles = at::TensorOptions(at::kDouble).device(device);
    Sums sums{at::zeros({masked, words + 1}, doubles), at::zeros({words + 1}, doubles),
              at::zeros({masked}, doubles)};
    for (std::size_t first = 0; first < rows.size(); first += static_cast<std::size_t>(batchSize)) {
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        const auto size = std::min(static_cast<std::size_t>(batchSize), rows.size() - first);
        const Batch batch = batcher.load(rows.subspan(first, size));
        const at::Tensor text = model.text->hidden(batch.tokenIds, batch.layout, mode);
        std::vector<std::int64_t> slots;
        slots.reserve(batch.owner.size());
        for (const std::int16_t owner : batch.owner) {
            slots.push_back(fields.slot[static_cast<std::size_t>(owner + 1)]);
        }
        const at::Tensor slot = at::tensor(at::ArrayRef<std::int64_t>(slots), at::kLong).to(device);
        const at::Tensor isField = slot.gt(0); // [tokens]
        const at::Tensor wordsInRow =
            at::zeros({batch.layout.rows}, doubles)
                .index_add(0, batch.layout.row, isField.to(at::kDouble)); // [rows]
        sums.sentences += wordsInRow.gt(0).sum().item<double>();
        sums.even.index_add_(0, slot,
                             isField.to(at::kDouble) /
                                 wordsInRow.index_select(0, batch.layout.row).clamp_min(1));
        for (std::int64_t f = 0; f < masked; ++f) {
            const at::Tensor row = batch.ids.index_fill(
                1, at::full({1}, fields.columns[static_cast<std::size_t>(f)], batch.ids.options()),
                0);
            const at::Tensor fit = head.fit(model.backbone->features(row, mode), text, batch.layout,
                                            attendPadding); // [rows, width]
            const at::Tensor attention = batch.layout.whole.unpad(at::softmax(fit, 1)); // [tokens]
            sums.toField[f] += at::dot(attention.to(at::kDouble), isField.to(at::kDouble));
            // Subtracting the maximum over the field tokens of a sentence keeps the softmax finite
            // even if other tokens score much higher.
            const at::Tensor flat =
                batch.layout.whole.unpad(fit)
                    .to(at::kDouble)
                    .masked_fill(isField.logical_not(), -std::numeric_limits<double>::infinity());
            const at::Tensor highest = rowMaxima(batch.layout.whole, flat);
            const at::Tensor part = (flat - highest.index_select(0, batch.layout.row))
                                        .exp()
                                        .masked_fill(isField.logical_not(), 0.0);
            const at::Tensor total =
                at::zeros({batch.layout.rows}, doubles).index_add(0, batch.layout.row, part);
            sums.mass.select(0, f).index_add_(
                0, slot, part / total.index_select(0, batch.layout.row).clamp_min(1e-300));
        }
    }

    const double sentences = std::max(1.0, sums.sentences);
    const at::Tensor share = (sums.mass / sentences).to(at::kCPU);
    const at::Tensor even = (sums.even / sentences).to(at::kCPU);
    const at::Tensor toField =
        (sums.toField / static_cast<double>(std::max<std::size_t>(1, rows.size()))).to(at::kCPU);
    for (std::int64_t f = 0; f < masked; ++f) {
        for (std::int64_t g = 0; g < words; ++g) {
            const double value = share[f][g + 1].item<double>();
            const double expected = even[g + 1].item<double>();
            measured.share.push_back(value);
            measured.lift.push_back(expected > 0 ? value / expected
                                                 : std::numeric_limits<double>::quiet_NaN());
        }
        measured.toFields.push_back(toField[f].item<double>());
    }
    for (std::int64_t f = 0; f < fields.both; ++f) {
        measured.score += share[f][f + 1].item<double>() / static_cast<double>(fields.both);
    }
    return measured;
}

} // namespace flip

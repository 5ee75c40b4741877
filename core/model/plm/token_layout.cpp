#include "core/model/plm/token_layout.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

namespace {

/// Rows are grouped while the shortest is at least this part of the longest: a compromise between
/// little padding and large blocks for batched products.
constexpr double kGroupTightness = 0.85;

at::Tensor indexTensor(const std::vector<std::int64_t>& values, at::Device device) {
    return at::tensor(at::ArrayRef<std::int64_t>(values), at::kLong).to(device);
}

} // namespace

Ragged::Ragged(std::span<const std::int64_t> lengths, at::Device device)
    : rows_(static_cast<std::int64_t>(lengths.size())) {
    bool equal = true;
    for (const std::int64_t length : lengths) {
        width_ = std::max(width_, length);
        items_ += length;
        equal = equal && length == lengths.front();
    }
    if (equal) {
        return;
    }
    std::vector<std::int64_t> pad;
    std::vector<std::int64_t> unpad;
    pad.reserve(static_cast<std::size_t>(rows_ * width_));
    unpad.reserve(static_cast<std::size_t>(items_));
    std::vector<std::uint8_t> real;
    real.reserve(pad.capacity());
    std::int64_t first = 0;
    for (std::int64_t row = 0; row < rows_; ++row) {
        const std::int64_t length = lengths[static_cast<std::size_t>(row)];
        for (std::int64_t i = 0; i < width_; ++i) {
            const bool isReal = i < length;
            pad.push_back(isReal ? first + i : std::min(first, items_ - 1));
            real.push_back(isReal ? 1 : 0);
            if (isReal) {
                unpad.push_back(row * width_ + i);
            }
        }
        first += length;
    }
    padIndex_ = indexTensor(pad, device);
    unpadIndex_ = indexTensor(unpad, device);
    real_ = at::tensor(at::ArrayRef<std::uint8_t>(real), at::kByte)
                .view({rows_, width_})
                .to(at::kBool)
                .to(device);
}

at::Tensor Ragged::pad(const at::Tensor& flat) const {
    std::vector<std::int64_t> shape = flat.sizes().vec();
    shape[0] = width_;
    shape.insert(shape.begin(), rows_);
    return (padIndex_.defined() ? flat.index_select(0, padIndex_) : flat).reshape(shape);
}

at::Tensor Ragged::unpad(const at::Tensor& block) const {
    const at::Tensor flat = block.flatten(0, 1);
    return unpadIndex_.defined() ? flat.index_select(0, unpadIndex_) : flat;
}

TokenLayout TokenLayout::packed(std::span<const std::int64_t> lengths, at::Device device) {
    TokenLayout layout;
    layout.rows = static_cast<std::int64_t>(lengths.size());
    std::vector<std::int64_t> index;
    std::vector<std::int64_t> row;
    std::vector<std::int64_t> starts;
    for (std::size_t r = 0; r < lengths.size(); ++r) {
        TORCH_CHECK(lengths[r] > 0, "a sentence without tokens");
        starts.push_back(static_cast<std::int64_t>(index.size()));
        for (std::int64_t i = 0; i < lengths[r]; ++i) {
            index.push_back(i);
            row.push_back(static_cast<std::int64_t>(r));
        }
    }
    layout.tokens = static_cast<std::int64_t>(index.size());
    layout.index = indexTensor(index, device);
    layout.row = indexTensor(row, device);
    layout.starts = indexTensor(starts, device);
    layout.whole = Ragged(lengths, device);
    layout.attend = layout.whole.real();

    std::size_t first = 0;
    while (first < lengths.size()) {
        std::int64_t shortest = lengths[first];
        std::int64_t longest = lengths[first];
        std::size_t end = first + 1;
        for (; end < lengths.size(); ++end) {
            const std::int64_t low = std::min(shortest, lengths[end]);
            const std::int64_t high = std::max(longest, lengths[end]);
            if (static_cast<double>(low) < kGroupTightness * static_cast<double>(high)) {
                break;
            }
            shortest = low;
            longest = high;
        }
        Group group;
        group.firstRow = static_cast<std::int64_t>(first);
        group.firstToken = starts[first];
        group.shape = Ragged(lengths.subspan(first, end - first), device);
        group.keyMask = group.shape.real();
        layout.groups.push_back(std::move(group));
        first = end;
    }
    return layout;
}

TokenLayout TokenLayout::padded(const at::Tensor& mask) {
    const std::int64_t rows = mask.size(0);
    const std::int64_t width = mask.size(1);
    const auto device = mask.device();
    TokenLayout layout;
    layout.rows = rows;
    layout.tokens = rows * width;
    const at::Tensor places = at::arange(width, at::TensorOptions(at::kLong).device(device));
    const at::Tensor rowNumbers = at::arange(rows, at::TensorOptions(at::kLong).device(device));
    layout.index = places.repeat({rows});
    layout.row = rowNumbers.repeat_interleave(width);
    layout.starts = rowNumbers * width;
    const std::vector<std::int64_t> lengths(static_cast<std::size_t>(rows), width);
    layout.whole = Ragged(lengths, device);
    layout.attend = mask.to(at::kBool);
    Group group;
    group.shape = layout.whole;
    group.keyMask = layout.attend;
    layout.groups.push_back(std::move(group));
    return layout;
}

std::vector<Ragged> TokenLayout::chosen(const TokenLayout& layout,
                                        std::span<const std::int64_t> counts, at::Device device) {
    std::vector<Ragged> shapes;
    for (const Group& group : layout.groups) {
        shapes.emplace_back(counts.subspan(static_cast<std::size_t>(group.firstRow),
                                           static_cast<std::size_t>(group.shape.rows())),
                            device);
    }
    return shapes;
}

} // namespace flip

#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// Rows of different lengths laid end to end, and their conversion to a padded block and back. If
/// all lengths are equal, both conversions are views.
class Ragged {
public:
    Ragged() = default;
    Ragged(std::span<const std::int64_t> lengths, at::Device device);

    std::int64_t rows() const { return rows_; }
    std::int64_t width() const { return width_; } // the longest row
    std::int64_t items() const { return items_; }

    /// [items, ...] -> [rows, width, ...]; padding repeats an arbitrary item.
    at::Tensor pad(const at::Tensor& flat) const;

    /// [rows, width, ...] -> [items, ...]
    at::Tensor unpad(const at::Tensor& block) const;

    /// [rows, width], true at real items; undefined if there is no padding.
    const at::Tensor& real() const { return real_; }

private:
    std::int64_t rows_ = 0;
    std::int64_t width_ = 0;
    std::int64_t items_ = 0;
    at::Tensor padIndex_;   // [rows * width] -> item; undefined if there is no padding
    at::Tensor unpadIndex_; // [items] -> position in the block; undefined likewise
    at::Tensor real_;
};

/// The sentences of a batch as input of a text encoder: tokens end to end, row after row. Attention
/// is computed for groups of neighbouring rows of similar length, so a batch sorted by length needs
/// hardly any padding.
struct TokenLayout {
    struct Group {
        std::int64_t firstRow = 0;
        std::int64_t firstToken = 0;
        Ragged shape;
        at::Tensor keyMask; // [rows, width], true at tokens to attend to; undefined = all
    };

    std::int64_t rows = 0;
    std::int64_t tokens = 0;
    at::Tensor index;  // [tokens] position of the token in its sentence
    at::Tensor row;    // [tokens] row of the token
    at::Tensor starts; // [rows] first token of each row
    Ragged whole;      // all rows as one block
    at::Tensor attend; // [rows, width] of `whole`, true at real tokens; undefined = all
    std::vector<Group> groups;

    /// Sentences without padding; `lengths` [rows], all above 0.
    static TokenLayout packed(std::span<const std::int64_t> lengths, at::Device device);

    /// Sentences padded to one width, as in the published code; `mask` [rows, width] is true at
    /// real tokens.
    static TokenLayout padded(const at::Tensor& mask);

    /// The shape of a selection of tokens in each group, for computing the last layer at these
    /// tokens only. `counts` [rows] is the number of tokens chosen in each row.
    static std::vector<Ragged> chosen(const TokenLayout& layout,
                                      std::span<const std::int64_t> counts, at::Device device);
};

} // namespace flip

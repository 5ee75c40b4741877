#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace flip {

/// Rows of different lengths laid end to end, and how to lift them into a padded block and back.
/// Where all lengths are equal both ways are views.
class Ragged {
public:
    Ragged() = default;
    Ragged(std::span<const std::int64_t> lengths, at::Device device);

    std::int64_t rows() const { return rows_; }
    std::int64_t width() const { return width_; } // the longest row
    std::int64_t items() const { return items_; }

    /// [items, ...] -> [rows, width, ...]; padding repeats some item of the block.
    at::Tensor pad(const at::Tensor& flat) const;

    /// [rows, width, ...] -> [items, ...]
    at::Tensor unpad(const at::Tensor& block) const;

    /// [rows, width], true at real items; undefined where nothing is padded.
    const at::Tensor& real() const { return real_; }

private:
    std::int64_t rows_ = 0;
    std::int64_t width_ = 0;
    std::int64_t items_ = 0;
    at::Tensor padIndex_;   // [rows * width] -> item; undefined where nothing is padded
    at::Tensor unpadIndex_; // [items] -> place in the block; undefined likewise
    at::Tensor real_;
};

/// The sentences of a batch as a text encoder reads them: tokens end to end, row after row.
/// Attention works on groups of neighbouring rows of similar length; sort a batch by length and
/// hardly anything is padded, in attention or elsewhere.
struct TokenLayout {
    struct Group {
        std::int64_t firstRow = 0;
        std::int64_t firstToken = 0;
        Ragged shape;
        at::Tensor keyMask; // [rows, width], true where attention may look; undefined = everywhere
    };

    std::int64_t rows = 0;
    std::int64_t tokens = 0;
    at::Tensor index;  // [tokens] place of the token in its sentence
    at::Tensor row;    // [tokens] row of the token
    at::Tensor starts; // [rows] first token of each row
    Ragged whole;      // all rows as one block
    at::Tensor attend; // [rows, width] of `whole`: true at real tokens; undefined = everywhere
    std::vector<Group> groups;

    /// Sentences without padding; `lengths` [rows], all above 0.
    static TokenLayout packed(std::span<const std::int64_t> lengths, at::Device device);

    /// Sentences padded to one width, as the published code lays them; `mask` [rows, width] is
    /// true at real tokens.
    static TokenLayout padded(const at::Tensor& mask);

    /// The group's part of a selection of tokens, given as ascending indices: how the last layer
    /// computes only what is asked for. `counts` [rows] says how many of each row are chosen.
    static std::vector<Ragged> chosen(const TokenLayout& layout,
                                      std::span<const std::int64_t> counts, at::Device device);
};

} // namespace flip

#pragma once

#include <cstdint>
#include <span>

namespace flip {

// Optimiser steps of single rows of a table. Each row is a few numbers that stay in registers while
// all the steps that it missed pass over it. Operations, their order and their roundings are those
// of at::_fused_adamw_ and at::_fused_adagrad_ on processors with fused multiply-add; there the
// results agree bit for bit but for the last few elements that LibTorch leaves to scalar code.

/// What a step of AdamW or Adagrad is for every element of a table.
struct RowStep {
    float rate = 0;           // AdamW: rate / (1 - beta1^t); Adagrad: rate
    float rootCorrection = 1; // AdamW: sqrt(1 - beta2^t)
    float keep = 1;           // AdamW: 1 - rate * decay
    float decay = 0;          // Adagrad: added to the gradient times the value

    static RowStep adamW(double learningRate, double weightDecay, std::int64_t t); // t from 1
    static RowStep adagrad(double learningRate, double weightDecay);
};

constexpr double kAdamBeta1 = 0.9;
constexpr double kAdamBeta2 = 0.999;
constexpr double kAdamEpsilon = 1e-8;
constexpr double kAdagradEpsilon = 1e-10;

/// A row and what its optimiser remembers; `mean` is null for Adagrad.
struct TableRow {
    float* value = nullptr;
    float* mean = nullptr;
    float* square = nullptr;
    std::int64_t width = 0;
};

/// One step along a gradient of `row.width` numbers.
void adamWStep(const TableRow& row, const float* gradient, const RowStep& step);
void adagradStep(const TableRow& row, const float* gradient, const RowStep& step);

/// The steps in which the row's gradient was `l2` times its value, as of a row that no batch read.
/// What provably changes no bit of a value is not computed, so calls over parts of the steps give
/// the same bits as one call over all of them.
void adamWReplay(const TableRow& row, std::span<const RowStep> steps, float l2);
void adagradReplay(const TableRow& row, std::span<const RowStep> steps, float l2);

/// Sum of squares of some numbers.
double rowSquares(const float* values, std::int64_t width);

} // namespace flip

#pragma once

#include <cstdint>
#include <span>

namespace flip {

// Optimiser steps of single rows of a table. A row stays in registers while all the steps that it
// missed are applied to it. The operations, their order and their rounding are those of
// at::_fused_adamw_ and at::_fused_adagrad_ on CPUs with fused multiply-add; there the results
// agree bit for bit except in the last few elements, which LibTorch computes in scalar code.

/// The constants of one AdamW or Adagrad step, the same for every element of a table.
struct RowStep {
    float rate = 0;           // AdamW: rate / (1 - beta1^t); Adagrad: rate
    float rootCorrection = 1; // AdamW: sqrt(1 - beta2^t)
    float keep = 1;           // AdamW: 1 - rate * decay
    float decay = 0;          // Adagrad: times the value, added to the gradient

    static RowStep adamW(double learningRate, double weightDecay, std::int64_t t); // t from 1
    static RowStep adagrad(double learningRate, double weightDecay);
};

constexpr double kAdamBeta1 = 0.9;
constexpr double kAdamBeta2 = 0.999;
constexpr double kAdamEpsilon = 1e-8;
constexpr double kAdagradEpsilon = 1e-10;

/// A row and its optimiser state; `mean` is null for Adagrad.
struct TableRow {
    float* value = nullptr;
    float* mean = nullptr;
    float* square = nullptr;
    std::int64_t width = 0;
};

/// One step with a gradient of `row.width` elements.
void adamWStep(const TableRow& row, const float* gradient, const RowStep& step);
void adagradStep(const TableRow& row, const float* gradient, const RowStep& step);

/// Replays steps in which the gradient was `l2` times the values, as it is for a row that no batch
/// read. Only work that provably changes no bit of a value is skipped, so replaying the steps in
/// several calls gives the same bits as one call.
void adamWReplay(const TableRow& row, std::span<const RowStep> steps, float l2);
void adagradReplay(const TableRow& row, std::span<const RowStep> steps, float l2);

/// Sum of squares of a row, in double.
double rowSquares(const float* values, std::int64_t width);

} // namespace flip

#pragma once

#include "core/model/id/row_table.h"
#include "core/model/kernels/row_kernels.h"
#include "core/spec/choices.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// The update rule of an optimiser: AdamW (Loshchilov and Hutter 2019; plain Adam if decay is 0) or
/// Adagrad (Duchi et al. 2011, as in torch::optim::Adagrad: decay is added to the gradient, the sum
/// of squares starts at 0).
enum class UpdateRule { AdamW, Adagrad };

/// The sizes that decide whether lazy updates pay.
struct TableLoad {
    std::int64_t rows = 0;       // rows of the tables
    std::int64_t readAtMost = 0; // upper bound of the rows read in a step
    bool hasL2 = false;          // the gradient of L2 has the size of the tables
};

/// Whether a choice of id.table_updates means lazy updates on this device.
bool updatesTouchedRows(TableUpdates choice, at::Device device, const TableLoad& load);

/// Optimiser steps of one table that compute only the open rows. A row that was not open has missed
/// steps, in which its moments decay, the moments still change the value, and weight decay and L2
/// apply. Before the row is read again it catches up on these steps, each with its own learning
/// rate, so weights and moments equal those of steps over the whole table, bit for bit (see
/// row_kernels.h). With L2 or weight decay every row changes in every step, so catching up costs
/// arithmetic for each step, but no memory traffic; without them a row costs almost nothing once
/// its moments have decayed.
class LazyRowUpdates {
public:
    /// How steps are computed: by row_kernels.h, on the CPU only, or by LibTorch's operators on any
    /// device, with one call per missed step.
    enum class Backend { Kernels, Operators };

    /// L2 adds `l2` times the values to the gradient of every row, whether a batch reads it or not.
    LazyRowUpdates(std::shared_ptr<RowTable> table, UpdateRule rule, double l2, Backend backend);

    /// Catches up the open rows and gathers them.
    void gather();
    void release() { table_->release(); }

    at::Tensor gradient() const { return table_->gradient(); }

    /// One step of the whole table with the gradient of the gathered rows, which includes L2.
    void step(double learningRate, double weightDecay);

    /// Catches up all rows on all steps they have missed.
    void catchUpAllRows();

    /// Sum of squares over all rows, each with its values at the last step that read it or at the
    /// last recount(). Does not depend on when rows catch up in between. Only with L2.
    double squares() const { return squares_; }
    void recount();

    /// Moments, step count and the state of squares(), by name. Catches up all rows.
    void save(std::map<std::string, at::Tensor>& state);
    void restore(const std::map<std::string, at::Tensor>& state);

private:
    struct Missed {
        double learningRate = 0;
        double weightDecay = 0;
    };

    TableRow row(std::int64_t number) const;
    void catchUp(const at::Tensor& rows);
    void catchUpWithKernels(const std::int64_t* rows, std::int64_t count);
    void catchUpWithOperators(const at::Tensor& rows);
    void stepWithKernels(const at::Tensor& rows, const RowStep& step);
    void stepWithOperators(const at::Tensor& rows, const Missed& step, std::int64_t t);
    void writeBack(const at::Tensor& rows, const at::Tensor& values, const at::Tensor& means,
                   const at::Tensor& squares);
    void apply(const at::Tensor& values, const at::Tensor& gradients, const at::Tensor& means,
               const at::Tensor& squares, const Missed& step, std::int64_t t) const;
    void count(const at::Tensor& rows);
    void countIfL2(const at::Tensor& rows);
    RowStep rowStep(const Missed& step, std::int64_t t) const;

    std::shared_ptr<RowTable> table_;
    UpdateRule rule_;
    float l2_;
    Backend backend_;
    at::Tensor mean_;   // shaped like the table; undefined before the first step, and for Adagrad
    at::Tensor square_; // shaped like the table; for Adagrad the sum
    std::int64_t base_ = 0;            // number of steps that all rows have done
    std::vector<Missed> steps_;        // the steps after these
    std::vector<RowStep> kernelSteps_; // the same, for the kernels
    std::vector<std::int32_t> done_;   // [rows] how many of steps_ a row has done
    at::Tensor counted_;               // [rows] float, CPU: the part of each row in squares_
    double squares_ = 0;
};

} // namespace flip

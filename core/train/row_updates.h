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

/// How an optimiser turns gradients into steps: AdamW (Loshchilov and Hutter 2019; with decay 0
/// plain Adam) or Adagrad (Duchi et al. 2011, as torch::optim::Adagrad has it: decay is added to
/// the gradient, the sum of squares starts at 0).
enum class UpdateRule { AdamW, Adagrad };

/// What decides whether it pays to step the rows alone that a batch reads.
struct TableLoad {
    std::int64_t rows = 0;       // of the tables
    std::int64_t readAtMost = 0; // of them in a step
    bool hasL2 = false;          // whose gradient has the size of the tables
};

/// What a choice of id.table_updates means on a device.
bool updatesTouchedRows(TableUpdates choice, at::Device device, const TableLoad& load);

/// Steps of one table of which each computes the open rows only. A row that was not open owes the
/// steps it missed: moments that fade, a value that they still move, decay, the pull of L2. They
/// are made up for, each with the learning rate it had, before the row is read again; so weights
/// and moments are those of steps over the whole table, to the bit (see row_kernels.h). With L2 or
/// decay every row changes in every step and making up costs arithmetic for each of them, though no
/// memory traffic; without them a row costs next to nothing once its moments have faded.
class RowUpdates {
public:
    /// Where the arithmetic is done: by row_kernels.h, on the CPU only, or by LibTorch's operators
    /// on any device, one call for each missed step.
    enum class Engine { Kernels, Operators };

    /// The gradient of the whole table is `l2` times its values, whatever a batch reads.
    RowUpdates(std::shared_ptr<RowTable> table, UpdateRule rule, double l2, Engine engine);

    /// Brings the open rows up to date and gathers them.
    void gather();
    void release() { table_->release(); }

    at::Tensor gradient() const { return table_->gradient(); }

    /// One step of the whole table along the gathered rows' gradient, which includes L2.
    void step(double learningRate, double weightDecay);

    /// Makes up for every step that any row owes.
    void bringUpToDate();

    /// Sum of the squares of all rows, each as it stood before or after the last step that read it,
    /// or when recount() was called. It does not depend on when rows were brought up to date in
    /// between. With L2 only.
    double squares() const { return squares_; }
    void recount();

    /// Moments, count and what squares() needs, by name; brings all rows up to date.
    void save(std::map<std::string, at::Tensor>& state);
    void restore(const std::map<std::string, at::Tensor>& state);

private:
    struct Missed {
        double learningRate = 0;
        double weightDecay = 0;
    };

    TableRow row(std::int64_t number) const;
    void makeUp(const at::Tensor& rows);
    void makeUpWithKernels(const std::int64_t* rows, std::int64_t count);
    void makeUpWithOperators(const at::Tensor& rows);
    void stepWithKernels(const at::Tensor& rows, const RowStep& step);
    void stepWithOperators(const at::Tensor& rows, const Missed& step, std::int64_t t);
    void putBack(const at::Tensor& rows, const at::Tensor& values, const at::Tensor& means,
                 const at::Tensor& squares);
    void apply(const at::Tensor& values, const at::Tensor& gradients, const at::Tensor& means,
               const at::Tensor& squares, const Missed& step, std::int64_t t) const;
    void count(const at::Tensor& rows);
    void countIfWanted(const at::Tensor& rows);
    RowStep rowStep(const Missed& step, std::int64_t t) const;

    std::shared_ptr<RowTable> table_;
    UpdateRule rule_;
    float l2_;
    Engine engine_;
    at::Tensor mean_;           // as the table; undefined before the first step, and for Adagrad
    at::Tensor square_;         // as the table; of Adagrad the sum
    std::int64_t base_ = 0;     // steps that all rows have done
    std::vector<Missed> steps_; // those after them
    std::vector<RowStep> kernelSteps_; // the same, for the kernels
    std::vector<std::int32_t> done_;   // [rows] of steps_, how many a row has done
    at::Tensor counted_;               // [rows] float, CPU: squares as squares() counts them
    double squares_ = 0;
};

} // namespace flip

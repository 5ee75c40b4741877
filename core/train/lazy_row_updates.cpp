#include "core/train/lazy_row_updates.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <numeric>

namespace flip {

namespace {

constexpr std::int64_t kRowsAtOnce = 256; // minimum number of rows per thread
constexpr std::int64_t kManyRows = 200;   // table rows per row read in a step; see id.table_updates

/// Calls visit(rows) for all rows of a table, slice by slice, so that its copies are small compared
/// to the table.
template <class Visit>
void forAllRows(const at::Tensor& table, Visit visit) {
    constexpr std::int64_t kSlice = 1 << 20;
    for (std::int64_t begin = 0; begin < table.size(0); begin += kSlice) {
        visit(at::arange(begin, std::min(begin + kSlice, table.size(0)),
                         at::TensorOptions(at::kLong).device(table.device())));
    }
}

} // namespace

bool updatesTouchedRows(TableUpdates choice, at::Device device, const TableLoad& load) {
    switch (choice) {
    case TableUpdates::Touched:
        return true;
    case TableUpdates::All:
        return false;
    case TableUpdates::Auto:
        break;
    }
    // A GPU steps a whole table faster than it replays missed steps. So does a CPU
    // if a batch reads most rows or, unless L2 gives every row a gradient, if the moments hardly
    // decay between two reads of a row.
    return device.is_cpu() && load.rows > load.readAtMost * (load.hasL2 ? 1 : kManyRows);
}

LazyRowUpdates::LazyRowUpdates(std::shared_ptr<RowTable> table, UpdateRule rule, double l2,
                               Backend backend)
    : table_(std::move(table)), rule_(rule), l2_(static_cast<float>(l2)), backend_(backend) {}

TableRow LazyRowUpdates::row(std::int64_t number) const {
    const at::Tensor& values = table_->whole();
    const std::int64_t width = values.dim() > 1 ? values.size(1) : 1;
    const auto at = [&](const at::Tensor& tensor) {
        return tensor.defined() ? static_cast<float*>(tensor.data_ptr()) + number * width : nullptr;
    };
    return {at(values), at(mean_), at(square_), width};
}

RowStep LazyRowUpdates::rowStep(const Missed& step, std::int64_t t) const {
    return rule_ == UpdateRule::AdamW ? RowStep::adamW(step.learningRate, step.weightDecay, t)
                                      : RowStep::adagrad(step.learningRate, step.weightDecay);
}

void LazyRowUpdates::gather() {
    const at::NoGradGuard noGradient;
    const at::Tensor rows = table_->space().rows();
    catchUp(rows);
    countIfL2(rows);
    table_->gather();
}

void LazyRowUpdates::countIfL2(const at::Tensor& rows) {
    if (l2_ == 0.0F) {
        return;
    }
    if (counted_.defined()) {
        count(rows);
    } else {
        recount();
    }
}

void LazyRowUpdates::catchUp(const at::Tensor& rows) {
    if (steps_.empty()) {
        return;
    }
    if (backend_ == Backend::Kernels) {
        catchUpWithKernels(rows.const_data_ptr<std::int64_t>(), rows.size(0));
    } else {
        catchUpWithOperators(rows);
    }
}

void LazyRowUpdates::catchUpWithKernels(const std::int64_t* rows, std::int64_t count) {
    const bool adam = rule_ == UpdateRule::AdamW;
    // Adagrad has no momentum: without L2 or weight decay, missed steps change nothing.
    const bool changesMissedRows =
        adam || l2_ != 0.0F ||
        std::ranges::any_of(steps_, [](const Missed& s) { return s.weightDecay != 0; });
    const auto all = static_cast<std::int32_t>(steps_.size());
    const TableRow first = row(0);
    at::parallel_for(0, count, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            std::int32_t& done = done_[static_cast<std::size_t>(rows[i])];
            const auto missed =
                std::span<const RowStep>(kernelSteps_).subspan(static_cast<std::size_t>(done));
            done = all;
            if (missed.empty() || !changesMissedRows) {
                continue;
            }
            const std::int64_t offset = rows[i] * first.width;
            const TableRow of{first.value + offset, adam ? first.mean + offset : nullptr,
                              first.square + offset, first.width};
            if (adam) {
                adamWReplay(of, missed, l2_);
            } else {
                adagradReplay(of, missed, l2_);
            }
        }
    });
}

void LazyRowUpdates::catchUpWithOperators(const at::Tensor& rows) {
    // With rows sorted by the number of steps they have done, those that missed a step come first.
    const at::Tensor host = rows.to(at::kCPU).contiguous();
    const std::int64_t* number = host.const_data_ptr<std::int64_t>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(host.size(0)));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    const auto stepsDone = [&](std::int64_t place) {
        return done_[static_cast<std::size_t>(number[place])];
    };
    std::ranges::stable_sort(order, {}, stepsDone);
    const at::Tensor sorted = rows.index_select(
        0, at::tensor(at::ArrayRef<std::int64_t>(order), at::kLong).to(rows.device()));
    const auto take = [&](const at::Tensor& tensor) {
        return tensor.defined() ? tensor.detach().index_select(0, sorted) : at::Tensor();
    };
    const at::Tensor values = take(table_->whole());
    const at::Tensor means = take(mean_);
    const at::Tensor squares = take(square_);
    std::int64_t behind = 0;
    for (std::size_t s = 0; s < steps_.size(); ++s) {
        while (behind < host.size(0) &&
               stepsDone(order[static_cast<std::size_t>(behind)]) <= static_cast<std::int32_t>(s)) {
            ++behind;
        }
        if (behind == 0) {
            continue;
        }
        const auto part = [&](const at::Tensor& tensor) {
            return tensor.defined() ? tensor.slice(0, 0, behind) : at::Tensor();
        };
        apply(part(values), part(values) * l2_, part(means), part(squares), steps_[s],
              base_ + static_cast<std::int64_t>(s) + 1);
    }
    writeBack(sorted, values, means, squares);
}

/// Step t, counted from 1, of rows in a contiguous tensor.
void LazyRowUpdates::apply(const at::Tensor& values, const at::Tensor& gradients,
                           const at::Tensor& means, const at::Tensor& squares, const Missed& step,
                           std::int64_t t) const {
    const at::Tensor count = at::full({}, static_cast<double>(t), values.options());
    if (rule_ == UpdateRule::AdamW) {
        at::_fused_adamw_({values}, {gradients}, {means}, {squares}, /*max_exp_avg_sqs=*/{},
                          {count}, step.learningRate, kAdamBeta1, kAdamBeta2, step.weightDecay,
                          kAdamEpsilon, /*amsgrad=*/false, /*maximize=*/false);
    } else {
        at::_fused_adagrad_({values}, {gradients}, {squares}, {count}, step.learningRate,
                            /*lr_decay=*/0.0, step.weightDecay, kAdagradEpsilon,
                            /*maximize=*/false);
    }
}

void LazyRowUpdates::step(double learningRate, double weightDecay) {
    const at::NoGradGuard noGradient;
    if (!square_.defined()) {
        square_ = at::zeros_like(table_->whole());
        if (rule_ == UpdateRule::AdamW) {
            mean_ = at::zeros_like(table_->whole());
        }
    }
    done_.resize(static_cast<std::size_t>(table_->whole().size(0)), 0);
    const Missed now{learningRate, weightDecay};
    const std::int64_t t = base_ + static_cast<std::int64_t>(steps_.size()) + 1;
    steps_.push_back(now);
    const RowStep kernelStep = kernelSteps_.emplace_back(rowStep(now, t));
    const at::Tensor rows = table_->space().rows();
    if (backend_ == Backend::Kernels) {
        stepWithKernels(rows, kernelStep);
    } else {
        stepWithOperators(rows, now, t);
    }
    countIfL2(rows);
}

void LazyRowUpdates::stepWithKernels(const at::Tensor& rows, const RowStep& step) {
    const at::Tensor gradients = gradient().contiguous();
    const float* gradientOf = gradients.const_data_ptr<float>();
    const std::int64_t* number = rows.const_data_ptr<std::int64_t>();
    const auto done = static_cast<std::int32_t>(steps_.size());
    at::parallel_for(0, rows.size(0), kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const TableRow of = row(number[i]);
            if (rule_ == UpdateRule::AdamW) {
                adamWStep(of, gradientOf + i * of.width, step);
            } else {
                adagradStep(of, gradientOf + i * of.width, step);
            }
            done_[static_cast<std::size_t>(number[i])] = done;
        }
    });
}

void LazyRowUpdates::stepWithOperators(const at::Tensor& rows, const Missed& step, std::int64_t t) {
    const at::Tensor values = table_->whole().detach().index_select(0, rows);
    const at::Tensor means = mean_.defined() ? mean_.index_select(0, rows) : at::Tensor();
    const at::Tensor squares = square_.index_select(0, rows);
    apply(values, gradient(), means, squares, step, t);
    writeBack(rows, values, means, squares);
}

/// Writes back rows that have done all steps so far.
void LazyRowUpdates::writeBack(const at::Tensor& rows, const at::Tensor& values,
                               const at::Tensor& means, const at::Tensor& squares) {
    table_->whole().detach().index_copy_(0, rows, values);
    square_.index_copy_(0, rows, squares);
    if (means.defined()) {
        mean_.index_copy_(0, rows, means);
    }
    const at::Tensor host = rows.to(at::kCPU).contiguous();
    const std::int64_t* number = host.const_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < host.size(0); ++i) {
        done_[static_cast<std::size_t>(number[i])] = static_cast<std::int32_t>(steps_.size());
    }
}

void LazyRowUpdates::catchUpAllRows() {
    if (steps_.empty()) {
        return;
    }
    const at::NoGradGuard noGradient;
    forAllRows(table_->whole(), [this](const at::Tensor& rows) { catchUp(rows); });
    base_ += static_cast<std::int64_t>(steps_.size());
    steps_.clear();
    kernelSteps_.clear();
    std::ranges::fill(done_, 0);
}

void LazyRowUpdates::count(const at::Tensor& rows) {
    const at::Tensor values = table_->whole().detach().index_select(0, rows).to(at::kCPU);
    const at::Tensor host = rows.to(at::kCPU).contiguous();
    const std::int64_t width = values.numel() / std::max<std::int64_t>(values.size(0), 1);
    const float* value = values.const_data_ptr<float>();
    const std::int64_t* number = host.const_data_ptr<std::int64_t>();
    auto* counted = counted_.mutable_data_ptr<float>();
    // In the order of the rows and on one thread, so that the sum does not depend on the number of
    // threads.
    for (std::int64_t i = 0; i < host.size(0); ++i) {
        const auto now = static_cast<float>(rowSquares(value + i * width, width));
        squares_ += double{now} - double{counted[number[i]]};
        counted[number[i]] = now;
    }
}

void LazyRowUpdates::recount() {
    const at::NoGradGuard noGradient;
    const at::Tensor& values = table_->whole();
    counted_ = at::zeros({values.size(0)}, at::kFloat);
    squares_ = 0;
    forAllRows(values, [this](const at::Tensor& rows) { count(rows); });
}

void LazyRowUpdates::save(std::map<std::string, at::Tensor>& state) {
    catchUpAllRows();
    const std::string& name = table_->name();
    if (square_.defined()) {
        state["square/" + name] = square_;
        state["count/" + name] =
            at::full({}, static_cast<double>(base_), at::TensorOptions(at::kFloat));
    }
    if (mean_.defined()) {
        state["mean/" + name] = mean_;
    }
    if (counted_.defined()) {
        state["counted/" + name] = counted_;
        state["squares/" + name] = at::full({}, squares_, at::TensorOptions(at::kDouble));
    }
}

void LazyRowUpdates::restore(const std::map<std::string, at::Tensor>& state) {
    const auto take = [&](const char* kind, at::Device device) {
        const auto found = state.find(kind + table_->name());
        return found == state.end()
                   ? at::Tensor()
                   : found->second.to(device, /*non_blocking=*/false, /*copy=*/true);
    };
    const auto device = table_->whole().device();
    mean_ = take("mean/", device);
    square_ = take("square/", device);
    const at::Tensor count = take("count/", at::kCPU);
    base_ = count.defined() ? static_cast<std::int64_t>(count.item<double>()) : 0;
    counted_ = take("counted/", at::kCPU);
    const at::Tensor squares = take("squares/", at::kCPU);
    squares_ = squares.defined() ? squares.item<double>() : 0;
    steps_.clear();
    kernelSteps_.clear();
    std::ranges::fill(done_, 0);
    done_.resize(static_cast<std::size_t>(table_->whole().size(0)), 0);
}

} // namespace flip

#pragma once

#include "core/model/parameters.h"
#include "core/train/lazy_row_updates.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// Whether a parameter is a bias or belongs to a norm; `decay = "weights"` excludes these.
bool isBiasOrNorm(const std::string& name, const at::Tensor& parameter);

/// Updates a model's parameters from their gradients, with one fused call per group. A parameter
/// without a gradient is not changed: no decay, no moments, no count. Buffers are ignored.
class Optimiser {
public:
    struct Group {
        double learningRate = 1e-3; // of the next step, before the factor of the schedule
        double weightDecay = 0;
        UpdateRule rule = UpdateRule::AdamW;
    };

    Optimiser(Parameters& parameters, std::vector<Group> groups,
              const std::function<int(const std::string& name)>& groupOf); // -1 = not trained

    std::vector<Group>& groups() { return groups_; }

    /// Marks parameters as id tables: their gradient norm is computed so that it does not depend on
    /// which of their rows are gathered.
    void markTables(const RowTables& tables);

    /// Switches these tables to lazy updates, see LazyRowUpdates. A step must then open the row
    /// spaces of the tables, call gatherRows() before its forward pass and releaseRows() at its
    /// end.
    void updateByRow(const RowTables& tables, double l2);
    void gatherRows();
    void releaseRows();

    /// Catches up all rows on missed steps. Call this before reading the tables outside a step.
    void catchUpAllRows();

    /// Sum of LazyRowUpdates::squares() over the tables with lazy updates.
    double tableSquares() const;
    void recountSquares();

    /// One step of every parameter that has a gradient, with learning rates times `factor`.
    void step(double factor);

    /// The joint norm of all gradients, a 32-bit scalar on their device; undefined if there are
    /// none. It is finite only if every gradient is. With L2, rows that no batch reads have a
    /// gradient too; lazy updates do not include it.
    at::Tensor gradientNorm() const;

    /// Scales all gradients so that their joint norm, given as `norm`, is at most `limit`; 0 = off.
    void clip(double limit, const at::Tensor& norm);

    /// Moments and counts by name, for a checkpoint; the tensors are not copied. Catches up all
    /// rows of the tables.
    std::map<std::string, at::Tensor> state();
    void restore(const std::map<std::string, at::Tensor>& state);

private:
    struct Moments {
        std::string name;
        at::Tensor parameter;
        at::Tensor mean;   // of gradients; undefined before the first step, and for Adagrad
        at::Tensor square; // of their squares
        at::Tensor count;  // steps taken, float scalar
        int group = 0;
        bool isTable = false;
        std::shared_ptr<LazyRowUpdates> rows; // of a table with lazy updates

        at::Tensor gradient() const { return rows ? rows->gradient() : parameter.grad(); }
    };

    void stepGroup(std::size_t group, double factor);

    std::vector<Group> groups_;
    std::vector<Moments> entries_;
};

/// Releases the gathered rows at the end of a step, also after an exception.
class GatheredRows {
public:
    /// `close` closes the row spaces that were opened for the step.
    GatheredRows(Optimiser& optimiser, std::function<void()> close)
        : optimiser_(optimiser), close_(std::move(close)) {}
    GatheredRows(const GatheredRows&) = delete;
    GatheredRows& operator=(const GatheredRows&) = delete;
    ~GatheredRows() {
        optimiser_.releaseRows();
        close_();
    }

private:
    Optimiser& optimiser_;
    std::function<void()> close_;
};

} // namespace flip

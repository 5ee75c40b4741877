#pragma once

#include "core/model/parameters.h"
#include "core/train/row_updates.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// Whether a parameter is a bias or belongs to a norm: what `decay = "weights"` leaves out.
bool isBiasOrNorm(const std::string& name, const at::Tensor& parameter);

/// Updates a model's parameters from their gradients, in one fused call a group. A parameter
/// without a gradient is left alone: no decay, no moment, no count. Buffers are none of its
/// business.
class Optimiser {
public:
    struct Group {
        double learningRate = 1e-3; // of the next step, before a schedule's factor
        double weightDecay = 0;
        UpdateRule rule = UpdateRule::AdamW;
    };

    Optimiser(Parameters& parameters, std::vector<Group> groups,
              const std::function<int(const std::string& name)>& groupOf); // -1 = not trained

    std::vector<Group>& groups() { return groups_; }

    /// These parameters are tables of ids: their gradient's norm is taken in a way that does not
    /// depend on which of their rows are at hand.
    void markTables(const RowTables& tables);

    /// From now on these tables are updated by the rows that a step reads, see RowUpdates; a step
    /// then opens the tables' spaces, calls gatherRows() before its forward pass and releaseRows()
    /// at its end.
    void updateByRow(const RowTables& tables, double l2);
    void gatherRows();
    void releaseRows();

    /// Makes up for what rows owe: before anything but a step reads the tables.
    void bringUpToDate();

    /// Sum of squares over the tables that are updated by row, as RowUpdates counts it.
    double tableSquares() const;
    void recountSquares();

    /// One step of every parameter that has a gradient, rates times `factor`.
    void step(double factor);

    /// The joint norm of all gradients, a 32-bit scalar on their device; undefined where there is
    /// none. It is finite only if every gradient is. With L2 the gradient of rows that no batch
    /// reads has a norm too, which only whole tables tell.
    at::Tensor gradientNorm() const;

    /// Scales all gradients down so that their joint norm, which is `norm`, is at most `limit`;
    /// 0 = off.
    void clip(double limit, const at::Tensor& norm);

    /// Moments and counts by name, for a checkpoint; the tensors are the live ones. Brings tables
    /// up to date.
    std::map<std::string, at::Tensor> state();
    void restore(const std::map<std::string, at::Tensor>& state);

private:
    struct Moments {
        std::string name;
        at::Tensor parameter;
        at::Tensor mean;   // of gradients; undefined before the first one, and for Adagrad
        at::Tensor square; // of their squares
        at::Tensor count;  // steps taken, float scalar
        int group = 0;
        bool isTable = false;
        std::shared_ptr<RowUpdates> rows; // of a table that is updated by row

        at::Tensor gradient() const { return rows ? rows->gradient() : parameter.grad(); }
    };

    void stepGroup(std::size_t group, double factor);

    std::vector<Group> groups_;
    std::vector<Moments> entries_;
};

/// Releases the rows of a step however it ends.
class GatheredRows {
public:
    /// `close` closes the spaces that were opened for the step.
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

#pragma once

#include "core/model/parameters.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace flip {

/// The row numbers that some tables have in common, and which of these rows a training step reads.
/// While closed, all rows can be looked up; while open, only the rows of the step, which are
/// renumbered. One thread.
class RowSpace {
public:
    RowSpace(std::int64_t rows, at::Device device) : size_(rows), device_(device) {}

    std::int64_t size() const { return size_; }

    /// Opens the space for a step that reads exactly these rows. numbers int64 of any shape.
    void open(const at::Tensor& numbers);
    void close();
    bool isOpen() const { return rows_.defined(); }

    /// The open rows without duplicates, in an order that depends only on the numbers. [U] int64
    const at::Tensor& rows() const { return rows_; }

    /// The places of rows among the open rows; while closed, the row numbers themselves.
    at::Tensor places(const at::Tensor& numbers) const;

private:
    std::int64_t size_;
    at::Device device_;
    at::Tensor rows_;
    at::Tensor places_; // [size] int64; meaningless for rows that are not open
};

/// A parameter whose rows are looked up by number: [rows, width], or [rows]. While its space is
/// open it can be gathered: then lookups read a small copy of the open rows, and the gradient is
/// that of the copy. So the cost of a step depends on its rows, not on the size of the table.
class RowTable {
public:
    RowTable(Parameters& parameters, std::string name, const at::Tensor& first,
             std::shared_ptr<RowSpace> space);

    const std::string& name() const { return name_; }
    const at::Tensor& whole() const { return whole_; }
    RowSpace& space() const { return *space_; }

    /// The rows that lookups read: the gathered rows, or all.
    const at::Tensor& values() const { return gathered_.defined() ? gathered_ : whole_; }

    /// The rows of these numbers: [...] -> [..., width]
    at::Tensor find(const at::Tensor& numbers) const;

    void gather();
    void release() { gathered_.reset(); }
    bool isGathered() const { return gathered_.defined(); }

    /// The gradient of the gathered rows, [U, width]; undefined if no loss depends on them.
    at::Tensor gradient() const;

private:
    std::string name_;
    at::Tensor whole_;
    std::shared_ptr<RowSpace> space_;
    at::Tensor gathered_;
};

using RowTables = std::vector<std::shared_ptr<RowTable>>;

} // namespace flip

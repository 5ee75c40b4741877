#pragma once

#include "core/model/id/backbone.h"
#include "core/model/layers.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// Finds rows of a table [K, width] by id; a list of ids gets the mean of its members' rows.
class TableLookup {
public:
    TableLookup(const BackboneOptions& options, at::Device device);

    /// The same for ids of some of the fields alone, in the order of `columns`.
    TableLookup ofFields(const std::vector<std::int64_t>& columns) const;

    /// ids [rows, F] -> [rows, F, width]
    at::Tensor operator()(const at::Tensor& table, const at::Tensor& ids) const;

private:
    at::Tensor means(const at::Tensor& table, const at::Tensor& ids) const;

    std::vector<std::int64_t> listColumns_; // fields whose values may be lists, ascending
    at::Tensor ends_;                       // [K + lists + 1] into members_: first each id alone
    at::Tensor members_;
};

/// One vector for each id of all fields; parameter embedding.table [K, E].
struct EmbeddingTable {
    EmbeddingTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                   const BackboneOptions& options);
    at::Tensor operator()(const at::Tensor& ids) const; // [rows, F] -> [rows, F, E]

    at::Tensor table;
    TableLookup lookUp;
};

/// One weight for each id; parameter linear.table [K, 1].
struct LinearTable {
    LinearTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                const BackboneOptions& options);
    at::Tensor weights(const at::Tensor& ids) const; // [rows, F] -> [rows, F]
    at::Tensor sum(const at::Tensor& ids) const;     // [rows, F] -> [rows]

    at::Tensor table;
    TableLookup lookUp;
};

/// A scalar added to the logit; parameter output.bias [1].
at::Tensor outputBias(Parameters& parameters, const std::string& prefix);

/// Sum over pairs i < j of e_i * e_j, coordinate by coordinate, in O(F E) (Rendle 2010).
/// [rows, F, E] -> [rows, E]
at::Tensor pairwiseProducts(const at::Tensor& embedded);

/// The pairs i < j of F fields in the order (0, 1), (0, 2), ..., (1, 2), ...
class FieldPairs {
public:
    FieldPairs(std::int64_t fields, at::Device device);

    std::int64_t count() const { return left_.size(0); } // P

    /// The left and the right member of every pair. [rows, F, ...] -> [P, rows, ...]
    at::Tensor left(const at::Tensor& perField) const;
    at::Tensor right(const at::Tensor& perField) const;

    /// What a table of all pairs says of each. [rows, F, F] -> [rows, P]
    at::Tensor above(const at::Tensor& table) const;

private:
    at::Tensor left_;  // [P]
    at::Tensor right_; // [P]
    at::Tensor flat_;  // [P], i F + j
};

} // namespace flip

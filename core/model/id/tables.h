#pragma once

#include "core/model/id/backbone.h"
#include "core/model/id/id_rows.h"
#include "core/model/layers.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace flip {

/// The rows that a model's tables share, or such for one part alone where there are none.
std::shared_ptr<IdRows> idRowsFor(const BackboneOptions& options, at::Device device);

/// One vector for each id of all fields; parameter embedding.table [K, E], or fewer rows where ids
/// share them. Where a field's vectors have a width d of their own, each field has a table
/// NAME.embedding.table [1 + its rows, d], row 0 the mask's, and, if d is not E, a matrix
/// NAME.embedding.project.weight [E, d] (Ginart et al. 2019, mixed dimension embeddings). A field
/// that shares the rows of another reads the table and the matrix of that one.
struct EmbeddingTable {
    EmbeddingTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                   const BackboneOptions& options);
    at::Tensor operator()(const at::Tensor& ids) const; // [rows, F] -> [rows, F, E]

    /// Ids of the named fields alone, one column for each. [rows, n] -> [rows, n, E]
    at::Tensor ofFields(const at::Tensor& ids, const std::vector<std::int64_t>& fields) const;

private:
    at::Tensor ofField(const at::Tensor& ids, std::size_t field) const; // [rows] -> [rows, E]

    struct FieldTable {
        std::shared_ptr<RowTable> table;
        Linear project; // undefined weight: the field has width E
    };

    std::shared_ptr<IdRows> rows_;
    std::shared_ptr<RowTable> table_; // of all fields, where they share one
    std::vector<FieldTable> fields_;  // else [F]
};

/// One weight for each id; parameter linear.table [K, 1], or fewer rows where ids share them.
struct LinearTable {
    LinearTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                const BackboneOptions& options);
    at::Tensor weights(const at::Tensor& ids) const; // [rows, F] -> [rows, F]
    at::Tensor sum(const at::Tensor& ids) const;     // [rows, F] -> [rows]

private:
    std::shared_ptr<IdRows> rows_;
    std::shared_ptr<RowTable> table_;
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

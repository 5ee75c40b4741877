#pragma once

#include "core/model/id/backbone.h"
#include "core/model/id/id_rows.h"
#include "core/model/layers.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace flip {

/// The IdRows that the tables of a model share, or new ones if `options` has none.
std::shared_ptr<IdRows> idRowsFor(const BackboneOptions& options, at::Device device);

/// One vector for each id of all fields; parameter embedding.table [K, E], or fewer rows if ids
/// share them. If any field has its own width d, each field has a table NAME.embedding.table [1 +
/// its rows, d], where row 0 is the mask, and, if d is not E, a matrix
/// NAME.embedding.project.weight [E, d] (Ginart et al. 2019, mixed dimension embeddings). A field
/// that shares the rows of another reads the table and the matrix of that field.
struct EmbeddingTable {
    EmbeddingTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                   const BackboneOptions& options);
    at::Tensor operator()(const at::Tensor& ids) const; // [rows, F] -> [rows, F, E]

    /// Looks up ids of the given fields only, one column per field. [rows, n] -> [rows, n, E]
    at::Tensor ofFields(const at::Tensor& ids, const std::vector<std::int64_t>& fields) const;

private:
    at::Tensor ofField(const at::Tensor& ids, std::size_t field) const; // [rows] -> [rows, E]

    struct FieldTable {
        std::shared_ptr<RowTable> table;
        Linear project; // its weight is undefined if the field has width E
    };

    std::shared_ptr<IdRows> rows_;
    std::shared_ptr<RowTable> table_; // of all fields, if they share one
    std::vector<FieldTable> fields_;  // else [F]
};

/// One weight for each id; parameter linear.table [K, 1], or fewer rows if ids share them.
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

    /// The left and the right field of every pair. [rows, F, ...] -> [P, rows, ...]
    at::Tensor left(const at::Tensor& perField) const;
    at::Tensor right(const at::Tensor& perField) const;

    /// The elements (i, j) of a matrix over all fields. [rows, F, F] -> [rows, P]
    at::Tensor upperTriangle(const at::Tensor& table) const;

private:
    at::Tensor left_;  // [P]
    at::Tensor right_; // [P]
    at::Tensor flat_;  // [P], i F + j
};

} // namespace flip

#pragma once

#include "core/model/id/backbone.h"
#include "core/model/id/id_rows.h"
#include "core/model/layers.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

namespace flip {

/// One vector for each id of all fields; parameter embedding.table [K, E], or fewer rows where ids
/// share them. Where a field's vectors have a width d of their own, each field has a table
/// NAME.embedding.table [1 + its rows, d], row 0 the mask's, and, if d is not E, a matrix
/// NAME.embedding.project.weight [E, d] (Ginart et al. 2019, mixed dimension embeddings).
struct EmbeddingTable {
    EmbeddingTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                   const BackboneOptions& options);
    at::Tensor operator()(const at::Tensor& ids) const; // [rows, F] -> [rows, F, E]

private:
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

} // namespace flip

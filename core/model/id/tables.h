#pragma once

#include "core/model/id/backbone.h"
#include "core/model/layers.h"

#include <ATen/core/Tensor.h>

#include <string>

namespace flip {

/// One vector for each id of all fields; parameter embedding.table [K, E].
struct EmbeddingTable {
    EmbeddingTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                   const BackboneOptions& options);
    at::Tensor operator()(const at::Tensor& ids) const; // [rows, F] -> [rows, F, E]

    at::Tensor table;
};

/// One weight for each id; parameter linear.table [K, 1].
struct LinearTable {
    LinearTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                const BackboneOptions& options);
    at::Tensor weights(const at::Tensor& ids) const; // [rows, F] -> [rows, F]
    at::Tensor sum(const at::Tensor& ids) const;     // [rows, F] -> [rows]

    at::Tensor table;
};

/// A scalar added to the logit; parameter output.bias [1].
at::Tensor outputBias(Parameters& parameters, const std::string& prefix);

/// Sum over pairs i < j of e_i * e_j, coordinate by coordinate, in O(F E) (Rendle 2010).
/// [rows, F, E] -> [rows, E]
at::Tensor pairwiseProducts(const at::Tensor& embedded);

} // namespace flip

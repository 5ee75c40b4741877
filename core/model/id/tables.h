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

} // namespace flip

#include "core/model/id/tables.h"

#include <torch/torch.h>

namespace flip {

EmbeddingTable::EmbeddingTable(Parameters& parameters, const Initialiser& init,
                               const std::string& prefix, const BackboneOptions& options)
    : table(parameters.add(prefix + "embedding.table",
                           init.normal(prefix + "embedding.table",
                                       {options.ids, options.embeddingDim}, options.initStd))) {}

at::Tensor EmbeddingTable::operator()(const at::Tensor& ids) const {
    return at::embedding(table, ids);
}

LinearTable::LinearTable(Parameters& parameters, const Initialiser& init, const std::string& prefix,
                         const BackboneOptions& options)
    : table(
          parameters.add(prefix + "linear.table",
                         init.normal(prefix + "linear.table", {options.ids, 1}, options.initStd))) {
}

at::Tensor LinearTable::weights(const at::Tensor& ids) const {
    return at::embedding(table, ids).squeeze(-1);
}

at::Tensor LinearTable::sum(const at::Tensor& ids) const {
    return weights(ids).sum(-1);
}

at::Tensor outputBias(Parameters& parameters, const std::string& prefix) {
    return parameters.add(prefix + "output.bias", at::zeros({1}, at::kFloat));
}

at::Tensor pairwiseProducts(const at::Tensor& embedded) {
    return 0.5 * (embedded.sum(1).square() - embedded.square().sum(1));
}

} // namespace flip

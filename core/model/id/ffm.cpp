#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Field-aware factorization machine (Juan et al. 2016): an id has a separate vector for each other
/// field, field_embedding.table [K, F * E], or fewer rows if ids share them. Features are
/// [first-order sum, products of all pairs before the sum over E].
class Ffm final : public Backbone {
public:
    Ffm(Parameters& parameters, const Initialiser& init, const std::string& prefix,
        const BackboneOptions& options)
        : fields_(options.fields), width_(options.embeddingDim),
          rows_(idRowsFor(options, parameters.device())),
          table_(rows_->add(parameters, prefix + "field_embedding.table",
                            init.normal(prefix + "field_embedding.table",
                                        {rows_->size(), options.fields * options.embeddingDim},
                                        options.initStd))),
          linear_(parameters, init, prefix, options),
          upper_(at::ones({fields_, fields_},
                          at::TensorOptions(at::kFloat).device(parameters.device()))
                     .triu(1)
                     .view({1, fields_ * fields_})),
          bias_(outputBias(parameters, prefix)) {}

    std::int64_t featureWidth() const override { return 1 + width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode&) const override {
        // [rows, i, j, E]: the vector of the id in field i for field j
        const at::Tensor vectors =
            rows_->find(*table_, ids).view({ids.size(0), fields_, fields_, width_});
        const at::Tensor products = (vectors * vectors.transpose(1, 2)).flatten(1, 2);
        // Contains each pair twice and each field with itself; the weights select i < j.
        const at::Tensor pairs = at::matmul(upper_.to(products.scalar_type()), products).squeeze(1);
        return at::cat({linear_.sum(ids).unsqueeze(1), pairs}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return features(ids, mode).sum(1) + bias_;
    }

private:
    std::int64_t fields_;
    std::int64_t width_; // E
    std::shared_ptr<IdRows> rows_;
    std::shared_ptr<RowTable> table_;
    LinearTable linear_;
    at::Tensor upper_; // [1, F * F], 1 where i < j
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makeFfm(Parameters& parameters, const Initialiser& init,
                                  const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Ffm>(parameters, init, prefix, options);
}

} // namespace flip

#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

namespace flip {

namespace {

/// Logistic regression on ids. Features are the weights themselves, one per field.
class Lr final : public Backbone {
public:
    Lr(Parameters& parameters, const Initialiser& init, const std::string& prefix,
       const BackboneOptions& options)
        : fields_(options.fields), linear_(parameters, init, prefix, options),
          bias_(outputBias(parameters, prefix)) {}

    std::int64_t featureWidth() const override { return fields_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode&) const override {
        return linear_.weights(ids);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode&) const override {
        return linear_.sum(ids) + bias_;
    }

private:
    std::int64_t fields_;
    LinearTable linear_;
    at::Tensor bias_;
};

} // namespace

std::unique_ptr<Backbone> makeLr(Parameters& parameters, const Initialiser& init,
                                 const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<Lr>(parameters, init, prefix, options);
}

} // namespace flip

#include "core/model/id/field_groups.h"
#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

#include <array>
#include <utility>

namespace flip {

namespace {

/// The columns of the named fields, for each of the two gates.
Result<std::array<std::vector<std::int64_t>, 2>> gateColumns(const BackboneOptions& options) {
    auto groups = fieldGroups(options.gateFields, namesOf(options.idFields), "id.gate_fields");
    if (!groups) {
        return groups.problem();
    }
    if (groups->size() > 2) {
        return Problem{"names fields for " + std::to_string(groups->size()) +
                           " gates, but there are two; leave a semicolon out",
                       "id.gate_fields"};
    }
    groups->resize(2);
    return std::array{std::move((*groups)[0]), std::move((*groups)[1])};
}

/// FinalMLP (Mao et al. 2023): two MLPs over the embeddings, each with its own gate that weights
/// its input, fused by a bilinear form with several heads; no first-order term. Features are both
/// MLPs' outputs.
class FinalMlp final : public Backbone {
public:
    FinalMlp(Parameters& parameters, const Initialiser& init, const std::string& prefix,
             const BackboneOptions& options)
        : embedding_(parameters, init, prefix, options) {
        const std::int64_t width = options.fields * options.embeddingDim; // D
        const auto columns = gateColumns(options);
        TORCH_CHECK(columns.ok(), "checkFinalMlp must have accepted the names");
        for (std::size_t s = 0; s < streams_.size(); ++s) {
            Stream& stream = streams_[s];
            const std::string number = std::to_string(s);
            const std::string gate = prefix + "gate." + number;
            std::int64_t seen = options.gateContext;
            if ((*columns)[s].empty()) {
                // With zeros, the ReLU of the gate could not learn.
                stream.context = parameters.add(
                    gate + ".context", init.normal(gate + ".context", {options.gateContext}, 1.0));
            } else {
                const auto count = static_cast<std::int64_t>((*columns)[s].size());
                stream.columns = at::tensor((*columns)[s], at::kLong).to(parameters.device());
                seen = count * options.embeddingDim;
            }
            stream.gateIn = Linear(parameters, init, gate + ".0", seen, options.gateHidden);
            stream.gateOut = Linear(parameters, init, gate + ".1", options.gateHidden, width);
            stream.mlp = Mlp(parameters, init, prefix + "stream." + number, width, options.hidden,
                             options.dropout);
        }
        const std::int64_t out = options.hidden.back();
        const std::int64_t each = out / options.heads;
        first_ = Linear(parameters, init, prefix + "fusion.first", out, 1);
        second_ = Linear(parameters, init, prefix + "fusion.second", out, 1, /*hasBias=*/false);
        const std::string name = prefix + "fusion.weight";
        fusion_ =
            parameters.add(name, init.xavierNormal(name, {options.heads, each, each}, each, each));
    }

    std::int64_t featureWidth() const override {
        return streams_[0].mlp.outputWidth() + streams_[1].mlp.outputWidth();
    }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const auto [first, second] = outputs(ids, mode);
        return at::cat({first, second}, 1);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        const auto [first, second] = outputs(ids, mode);
        const auto byHead = [&](const at::Tensor& x) { // [rows, out] -> [heads, rows, each]
            return x.view({x.size(0), fusion_.size(0), fusion_.size(1)}).transpose(0, 1);
        };
        const at::Tensor products = byHead(first).bmm(fusion_) * byHead(second);
        return first_(first).squeeze(1) + second_(second).squeeze(1) +
               products.sum(at::IntArrayRef{0, 2});
    }

private:
    struct Stream {
        at::Tensor context; // [gateContext], of a gate without fields
        at::Tensor columns; // [n], of a gate with fields
        Linear gateIn;
        Linear gateOut;
        Mlp mlp;
    };

    std::pair<at::Tensor, at::Tensor> outputs(const at::Tensor& ids,
                                              const ForwardMode& mode) const {
        const at::Tensor embedded = embedding_(ids); // [rows, F, E]
        const auto run = [&](const Stream& stream) {
            const at::Tensor seen = stream.context.defined()
                                        ? stream.context
                                        : embedded.index_select(1, stream.columns).flatten(1);
            const at::Tensor gate =
                2.0 * at::sigmoid(stream.gateOut(at::relu(stream.gateIn(seen))));
            return stream.mlp(embedded.flatten(1) * gate, mode);
        };
        return {run(streams_[0]), run(streams_[1])};
    }

    EmbeddingTable embedding_;
    std::array<Stream, 2> streams_;
    Linear first_;
    Linear second_;
    at::Tensor fusion_; // [heads, each, each]
};

} // namespace

std::unique_ptr<Backbone> makeFinalMlp(Parameters& parameters, const Initialiser& init,
                                       const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<FinalMlp>(parameters, init, prefix, options);
}

Result<void> checkFinalMlp(const BackboneOptions& options) {
    if (options.hidden.back() % options.heads != 0) {
        return Problem{"ends with " + std::to_string(options.hidden.back()) + ", which the " +
                           std::to_string(options.heads) +
                           " heads of id.heads do not divide; let it end with a multiple of " +
                           std::to_string(options.heads),
                       "id.hidden"};
    }
    if (const auto columns = gateColumns(options); !columns) {
        return columns.problem();
    }
    return {};
}

} // namespace flip

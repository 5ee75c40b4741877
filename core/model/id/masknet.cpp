#include "core/model/id/tables.h"
#include "core/model/id/zoo.h"

#include <torch/types.h>

#include <algorithm>

namespace flip {

namespace {

/// MaskNet (Wang et al. 2021): blocks that multiply their input by a mask computed from the
/// embeddings; no first-order term. Parallel: every block reads the normalised embeddings, an MLP
/// reads all blocks, and features are the MLP's output. Stacked (the paper's serial model): the
/// first block reads the normalised embeddings, each other block the block before it, and features
/// are the last block's output.
class MaskNet final : public Backbone {
public:
    MaskNet(Parameters& parameters, const Initialiser& init, const std::string& prefix,
            const BackboneOptions& options)
        : stacked_(options.structure == Structure::Stacked), dropout_(options.dropout),
          embedding_(parameters, init, prefix, options) {
        const std::int64_t width = options.fields * options.embeddingDim; // D
        const std::vector<std::int64_t> perField = {options.fields, options.embeddingDim};
        scale_ = parameters.add(prefix + "embedding_norm.weight", at::ones(perField, at::kFloat));
        shift_ = parameters.add(prefix + "embedding_norm.bias", at::zeros(perField, at::kFloat));
        const auto inner = std::max<std::int64_t>(
            1, static_cast<std::int64_t>(static_cast<double>(width) * options.maskRatio));
        std::int64_t in = width;
        for (std::size_t i = 0; i < options.maskBlocks.size(); ++i) {
            const std::string name = prefix + "block." + std::to_string(i);
            const std::int64_t out = options.maskBlocks[i];
            blocks_.push_back({Linear(parameters, init, name + ".mask.0", width, inner),
                               Linear(parameters, init, name + ".mask.1", inner, in),
                               Linear(parameters, init, name, in, out, /*hasBias=*/false),
                               LayerNorm(parameters, name + ".norm", out, kEpsilon)});
            width_ += out;
            in = stacked_ ? out : width;
        }
        if (stacked_) {
            width_ = in;
        } else {
            mlp_ = Mlp(parameters, init, prefix + "mlp", width_, options.hidden, options.dropout);
            width_ = mlp_.outputWidth();
        }
        head_ = Linear(parameters, init, prefix + "head", width_, 1);
    }

    std::int64_t featureWidth() const override { return width_; }

    at::Tensor features(const at::Tensor& ids, const ForwardMode& mode) const override {
        const at::Tensor embedded = embedding_(ids); // [rows, F, E]
        const at::Tensor x0 = embedded.flatten(1);   // [rows, D]
        // Each field is normalised separately, with its own scale and shift.
        at::Tensor x =
            (at::layer_norm(embedded, {embedded.size(2)}, {}, {}, kEpsilon) * scale_ + shift_)
                .flatten(1);
        if (stacked_) {
            for (const Block& block : blocks_) {
                x = pass(block, x0, x, mode);
            }
            return x;
        }
        std::vector<at::Tensor> outputs;
        for (const Block& block : blocks_) {
            outputs.push_back(pass(block, x0, x, mode));
        }
        return mlp_(at::cat(outputs, 1), mode);
    }

    at::Tensor logit(const at::Tensor& ids, const ForwardMode& mode) const override {
        return head_(features(ids, mode)).squeeze(1);
    }

private:
    static constexpr double kEpsilon = 1e-5;

    struct Block {
        Linear widen;  // of the mask: [inner, D]
        Linear narrow; // of the mask: [in, inner]
        Linear hidden; // [out, in]
        LayerNorm norm;
    };

    /// relu(LayerNorm(W (mask * x))). x0 [rows, D], x [rows, in] -> [rows, out]
    at::Tensor pass(const Block& block, const at::Tensor& x0, const at::Tensor& x,
                    const ForwardMode& mode) const {
        const at::Tensor mask = block.narrow(at::relu(block.widen(x0)));
        return dropout(at::relu(block.norm(block.hidden(mask * x))), dropout_, mode);
    }

    bool stacked_;
    double dropout_;
    EmbeddingTable embedding_;
    at::Tensor scale_; // [F, E]
    at::Tensor shift_; // [F, E]
    std::vector<Block> blocks_;
    Mlp mlp_; // parallel only
    Linear head_;
    std::int64_t width_ = 0;
};

} // namespace

std::unique_ptr<Backbone> makeMaskNet(Parameters& parameters, const Initialiser& init,
                                      const std::string& prefix, const BackboneOptions& options) {
    return std::make_unique<MaskNet>(parameters, init, prefix, options);
}

} // namespace flip

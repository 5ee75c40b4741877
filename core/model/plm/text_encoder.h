#pragma once

#include "core/base/result.h"
#include "core/model/layers.h"
#include "core/model/plm/text_config.h"
#include "core/model/plm/token_layout.h"

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// The tokens that the last layer computes; the layers below compute the whole sentence.
struct ChosenTokens {
    at::Tensor tokens;          // [chosen] indices into the layout's tokens, ascending
    std::vector<Ragged> groups; // from TokenLayout::chosen()
};

/// A BERT-family encoder (Devlin et al. 2019): embeddings and post-norm Transformer layers, without
/// the pooler. Parameters have the names of the Hugging Face layout.
class TextEncoder {
public:
    /// Adds the parameters under `prefix` ("text."). `layers` 0 = all, n = the first n; more than
    /// the model has is a Problem.
    static Result<std::unique_ptr<TextEncoder>> make(TextConfig config, std::int64_t layers,
                                                     Parameters& parameters,
                                                     const Initialiser& init,
                                                     const std::string& prefix);

    const TextConfig& config() const { return config_; }

    /// Overrides the dropout rates of config.json.
    void setDropout(double rate);

    /// The last hidden state, [tokens, H], or [chosen, H] if tokens are chosen. `ids` [tokens]
    /// int64.
    at::Tensor hidden(const at::Tensor& ids, const TokenLayout& layout, const ForwardMode& mode,
                      const ChosenTokens* chosen = nullptr) const;

    /// Whether the vector of a sentence is the mean over its tokens instead of the first token.
    void setMeanPooling(bool mean) { meanPooling_ = mean; }

    /// The vector of each sentence, [rows, H]: the first token's (then the last layer computes only
    /// this token), or the mean over all real tokens.
    at::Tensor sentence(const at::Tensor& ids, const TokenLayout& layout,
                        const ForwardMode& mode) const;

    /// The same from given hidden states [tokens, H].
    at::Tensor sentenceOf(const at::Tensor& hidden, const TokenLayout& layout) const;

private:
    struct Layer {
        Linear query, key, value, attentionOut;
        LayerNorm attentionNorm;
        Linear up, down;
        LayerNorm outputNorm;
    };

    TextEncoder() = default;
    at::Tensor embed(const at::Tensor& ids, const TokenLayout& layout,
                     const ForwardMode& mode) const;
    at::Tensor attend(const Layer& layer, const at::Tensor& x, const at::Tensor& queries,
                      const TokenLayout& layout, const std::vector<Ragged>* chosen,
                      const ForwardMode& mode) const;
    at::Tensor run(const Layer& layer, const at::Tensor& x, const TokenLayout& layout,
                   const ChosenTokens* chosen, const ForwardMode& mode) const;

    TextConfig config_;
    bool meanPooling_ = false;
    at::Tensor words_;     // [vocabulary, E]
    at::Tensor positions_; // [positions, E]
    at::Tensor types_;     // [token types, E]; undefined for DistilBERT
    LayerNorm embeddingNorm_;
    Linear project_; // E -> H, for an ELECTRA in which they differ
    std::vector<Layer> layers_;
};

} // namespace flip

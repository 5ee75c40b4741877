#include "core/model/plm/text_encoder.h"

#include "core/model/plm/text_parameters.h"

#include <torch/types.h>

#include <cmath>

namespace flip {

namespace {

constexpr double kInitialDeviation = 0.02; // of random weights (Devlin et al. 2019)

at::Tensor activate(const at::Tensor& x, TextConfig::Activation activation) {
    switch (activation) {
    case TextConfig::Activation::Gelu:
        return at::gelu(x);
    case TextConfig::Activation::GeluTanh:
        return at::gelu(x, "tanh");
    case TextConfig::Activation::Relu:
        return at::relu(x);
    }
    return x;
}

} // namespace

Result<std::unique_ptr<TextEncoder>> TextEncoder::make(TextConfig config, std::int64_t layers,
                                                       Parameters& parameters,
                                                       const Initialiser& init,
                                                       const std::string& prefix) {
    if (layers > config.layers) {
        return Problem{"asks for the first " + std::to_string(layers) +
                           " layers, but the model has " + std::to_string(config.layers) +
                           "; choose fewer, or 0 for all",
                       "plm.layers"};
    }
    if (layers > 0) {
        config.layers = layers;
    }
    std::unique_ptr<TextEncoder> encoder(new TextEncoder());
    encoder->config_ = config;
    const std::int64_t width = config.hidden;
    const auto table = [&](const std::string& part, std::int64_t rows) {
        const std::string name = prefix + "embeddings." + part + ".weight";
        return parameters.add(
            name, init.normal(name, {rows, config.embeddingWidth()}, kInitialDeviation));
    };
    encoder->words_ = table("word_embeddings", config.vocabulary);
    encoder->positions_ = table("position_embeddings", config.positions);
    if (config.tokenTypes > 0) {
        encoder->types_ = table("token_type_embeddings", config.tokenTypes);
    }
    encoder->embeddingNorm_ = LayerNorm(parameters, prefix + "embeddings.LayerNorm",
                                        config.embeddingWidth(), config.epsilon);
    if (config.projects()) {
        encoder->project_ =
            Linear(parameters, init, prefix + "embeddings_project", config.embeddingWidth(), width);
    }
    const TextLayerNames& names = textLayerNames(config.family);
    for (std::int64_t i = 0; i < config.layers; ++i) {
        const std::string base = prefix + names.layers + std::to_string(i) + ".";
        const auto linear = [&](const char* part, std::int64_t in, std::int64_t out) {
            return Linear(parameters, init, base + part, in, out);
        };
        Layer layer;
        layer.query = linear(names.query, width, width);
        layer.key = linear(names.key, width, width);
        layer.value = linear(names.value, width, width);
        layer.attentionOut = linear(names.attentionOut, width, width);
        layer.attentionNorm =
            LayerNorm(parameters, base + names.attentionNorm, width, config.epsilon);
        layer.up = linear(names.up, width, config.intermediate);
        layer.down = linear(names.down, config.intermediate, width);
        layer.outputNorm = LayerNorm(parameters, base + names.outputNorm, width, config.epsilon);
        encoder->layers_.push_back(std::move(layer));
    }
    return encoder;
}

void TextEncoder::setDropout(double rate) {
    config_.hiddenDropout = rate;
    config_.attentionDropout = rate;
}

at::Tensor TextEncoder::embed(const at::Tensor& ids, const TokenLayout& layout,
                              const ForwardMode& mode) const {
    at::Tensor places = layout.index;
    std::int64_t positionPad = -1;
    if (config_.family == TextConfig::Family::Roberta) {
        // RoBERTa numbers the tokens that are not padding from padId + 1; padding has position
        // padId.
        const at::Tensor counted = ids.ne(config_.padId).to(at::kLong);
        const at::Tensor running = counted.cumsum(0);
        const at::Tensor before = (running - counted).index_select(0, layout.starts);
        places = (running - before.index_select(0, layout.row)) * counted + config_.padId;
        positionPad = config_.padId;
    }
    // The padding rows take part in the forward pass but get no gradient.
    at::Tensor x =
        at::embedding(words_, ids, config_.padId) + at::embedding(positions_, places, positionPad);
    if (types_.defined()) {
        x = x + types_.select(0, 0);
    }
    x = dropout(embeddingNorm_(x), config_.hiddenDropout, mode);
    return config_.projects() ? project_(x) : x;
}

at::Tensor TextEncoder::attend(const Layer& layer, const at::Tensor& x, const at::Tensor& queries,
                               const TokenLayout& layout, const std::vector<Ragged>* chosen,
                               const ForwardMode& mode) const {
    const std::int64_t heads = config_.heads;
    const std::int64_t headWidth = config_.hidden / heads;
    const at::Tensor q = layer.query(queries) * (1.0 / std::sqrt(static_cast<double>(headWidth)));
    // The key bias shifts all scores of a query equally, so the softmax cancels it. It is left out
    // of the product to make its gradient exactly zero: rounding noise would become full-sized Adam
    // steps. The zero term in the value bias keeps it a parameter with a gradient, which decays.
    const at::Tensor k = at::linear(x, layer.key.weight);
    const at::Tensor v = at::linear(x, layer.value.weight, layer.value.bias + 0.0 * layer.key.bias);
    // [items, H] -> [rows, heads, width, H / heads]
    const auto split = [&](const Ragged& shape, const at::Tensor& flat) {
        return shape.pad(flat)
            .view({shape.rows(), shape.width(), heads, headWidth})
            .transpose(1, 2);
    };
    std::vector<at::Tensor> outputs;
    std::int64_t firstQuery = 0;
    for (std::size_t g = 0; g < layout.groups.size(); ++g) {
        const TokenLayout::Group& group = layout.groups[g];
        const Ragged& queryShape = chosen != nullptr ? (*chosen)[g] : group.shape;
        if (queryShape.items() == 0) {
            continue;
        }
        const std::int64_t end = group.firstToken + group.shape.items();
        const at::Tensor groupQueries = q.slice(0, firstQuery, firstQuery + queryShape.items());
        const at::Tensor groupKeys = split(group.shape, k.slice(0, group.firstToken, end));
        const at::Tensor groupValues = split(group.shape, v.slice(0, group.firstToken, end));
        at::Tensor scores = at::matmul(split(queryShape, groupQueries), groupKeys.transpose(2, 3));
        if (group.keyMask.defined()) {
            const at::Tensor masked =
                group.keyMask.logical_not().view({group.shape.rows(), 1, 1, group.shape.width()});
            scores = scores.masked_fill(masked, -std::numeric_limits<float>::infinity());
        }
        mode.breakpoint(scores);
        const at::Tensor weights = dropout(at::softmax(scores, -1), config_.attentionDropout, mode);
        const at::Tensor mixed =
            at::matmul(weights, groupValues)
                .transpose(1, 2)
                .reshape({queryShape.rows(), queryShape.width(), config_.hidden});
        outputs.push_back(queryShape.unpad(mixed));
        firstQuery += queryShape.items();
    }
    return layer.attentionOut(outputs.size() == 1 ? outputs.front() : at::cat(outputs, 0));
}

at::Tensor TextEncoder::run(const Layer& layer, const at::Tensor& x, const TokenLayout& layout,
                            const ChosenTokens* chosen, const ForwardMode& mode) const {
    const at::Tensor queries = chosen != nullptr ? x.index_select(0, chosen->tokens) : x;
    const at::Tensor attention =
        attend(layer, x, queries, layout, chosen != nullptr ? &chosen->groups : nullptr, mode);
    mode.breakpoint(attention);
    const at::Tensor middle =
        layer.attentionNorm(queries + dropout(attention, config_.hiddenDropout, mode));
    const at::Tensor widened = layer.up(middle);
    mode.breakpoint(widened);
    const at::Tensor fed = layer.down(activate(widened, config_.activation));
    return layer.outputNorm(middle + dropout(fed, config_.hiddenDropout, mode));
}

at::Tensor TextEncoder::hidden(const at::Tensor& ids, const TokenLayout& layout,
                               const ForwardMode& mode, const ChosenTokens* chosen) const {
    const std::int64_t count = chosen != nullptr ? chosen->tokens.size(0) : layout.tokens;
    if (count == 0) {
        return at::zeros({0, config_.hidden}, words_.options().requires_grad(false));
    }
    at::Tensor x = embed(ids, layout, mode);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const bool last = i + 1 == layers_.size();
        x = run(layers_[i], x, layout, last ? chosen : nullptr, mode);
        mode.breakpoint(x);
    }
    return x;
}

at::Tensor TextEncoder::sentence(const at::Tensor& ids, const TokenLayout& layout,
                                 const ForwardMode& mode) const {
    if (meanPooling_) {
        return sentenceOf(hidden(ids, layout, mode), layout);
    }
    const std::vector<std::int64_t> one(static_cast<std::size_t>(layout.rows), 1);
    const ChosenTokens first{layout.starts,
                             TokenLayout::chosen(layout, one, layout.starts.device())};
    return hidden(ids, layout, mode, &first);
}

at::Tensor TextEncoder::sentenceOf(const at::Tensor& hidden, const TokenLayout& layout) const {
    if (!meanPooling_) {
        return hidden.index_select(0, layout.starts);
    }
    const at::Tensor block = layout.whole.pad(hidden); // [rows, width, H]
    if (!layout.attend.defined()) {
        return block.mean(1);
    }
    const at::Tensor real = layout.attend.to(block.dtype()); // [rows, width]
    return at::bmm(real.unsqueeze(1), block).squeeze(1) / real.sum(1, /*keepdim=*/true);
}

} // namespace flip

#include "core/model/plm/text_parameters.h"

namespace flip {

const TextLayerNames& textLayerNames(TextConfig::Family family) {
    static constexpr TextLayerNames kBert{
        "encoder.layer.",       "attention.self.query",   "attention.self.key",
        "attention.self.value", "attention.output.dense", "attention.output.LayerNorm",
        "intermediate.dense",   "output.dense",           "output.LayerNorm"};
    static constexpr TextLayerNames kDistilBert{
        "transformer.layer.", "attention.q_lin",   "attention.k_lin",
        "attention.v_lin",    "attention.out_lin", "sa_layer_norm",
        "ffn.lin1",           "ffn.lin2",          "output_layer_norm"};
    return family == TextConfig::Family::DistilBert ? kDistilBert : kBert;
}

std::vector<TextParameter> textParameters(const TextConfig& config) {
    std::vector<TextParameter> all;
    const auto table = [&](const char* part, std::int64_t rows) {
        all.push_back(
            {std::string("embeddings.") + part + ".weight", {rows, config.embeddingWidth()}});
    };
    const auto norm = [&](const std::string& name, std::int64_t width) {
        all.push_back({name + ".weight", {width}});
        all.push_back({name + ".bias", {width}});
    };
    const auto linear = [&](const std::string& name, std::int64_t in, std::int64_t out) {
        all.push_back({name + ".weight", {out, in}});
        all.push_back({name + ".bias", {out}});
    };
    const std::int64_t width = config.hidden;
    table("word_embeddings", config.vocabulary);
    table("position_embeddings", config.positions);
    if (config.tokenTypes > 0) {
        table("token_type_embeddings", config.tokenTypes);
    }
    norm("embeddings.LayerNorm", config.embeddingWidth());
    if (config.projects()) {
        linear("embeddings_project", config.embeddingWidth(), width);
    }
    const TextLayerNames& names = textLayerNames(config.family);
    for (std::int64_t i = 0; i < config.layers; ++i) {
        const std::string base = names.layers + std::to_string(i) + ".";
        linear(base + names.query, width, width);
        linear(base + names.key, width, width);
        linear(base + names.value, width, width);
        linear(base + names.attentionOut, width, width);
        norm(base + names.attentionNorm, width);
        linear(base + names.up, width, config.intermediate);
        linear(base + names.down, config.intermediate, width);
        norm(base + names.outputNorm, width);
    }
    return all;
}

} // namespace flip

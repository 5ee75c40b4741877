#include "core/trained/language_model_files.h"

#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <system_error>

namespace flip {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Names of a tokenizer's files in the Hugging Face layout.
constexpr std::array<const char*, 10> kTokenizerFiles{"tokenizer.json",
                                                      "tokenizer_config.json",
                                                      "special_tokens_map.json",
                                                      "added_tokens.json",
                                                      "vocab.txt",
                                                      "vocab.json",
                                                      "merges.txt",
                                                      "spiece.model",
                                                      "tokenizer.model",
                                                      "sentencepiece.bpe.model"};

/// The class in `transformers` of the bare encoder.
const char* encoderClass(const TextConfig& config) {
    switch (config.family) {
    case TextConfig::Family::Bert:
        return "BertModel";
    case TextConfig::Family::Roberta:
        return config.type == "xlm-roberta" ? "XLMRobertaModel" : "RobertaModel";
    case TextConfig::Family::DistilBert:
        return "DistilBertModel";
    case TextConfig::Family::Electra:
        return "ElectraModel";
    }
    return "";
}

/// The model's own config.json, updated from `config`.
Result<std::string> configText(const fs::path& model, const TextConfig& config) {
    const auto text = readFile(model / "config.json");
    if (!text) {
        return text.problem();
    }
    Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    json["model_type"] = config.type;
    json["architectures"] = Json::array({encoderClass(config)});
    json[config.family == TextConfig::Family::DistilBert ? "n_layers" : "num_hidden_layers"] =
        config.layers;
    for (const char* key : {"dtype", "torch_dtype"}) {
        if (json.contains(key)) {
            json[key] = "float32";
        }
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

Result<void> copyLanguageModel(const fs::path& from, const TextConfig& config, const fs::path& to) {
    const auto written = configText(from, config);
    if (!written) {
        return written.problem();
    }
    if (auto done = writeFileAtomically(to / "config.json", *written); !done) {
        return done;
    }
    for (const char* name : kTokenizerFiles) {
        std::error_code ignored;
        if (!fs::exists(from / name, ignored)) {
            continue;
        }
        const auto content = readFile(from / name);
        if (!content) {
            return content.problem();
        }
        if (auto done = writeFileAtomically(to / name, *content); !done) {
            return done;
        }
    }
    return {};
}

} // namespace flip

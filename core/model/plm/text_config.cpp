#include "core/model/plm/text_config.h"

#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace flip {

namespace {

using Json = nlohmann::json;

/// Reads members of config.json; keeps the first thing that is missing or of the wrong type.
class ConfigReader {
public:
    ConfigReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

    std::int64_t integer(const char* key, std::int64_t low) {
        if (!json_.contains(key) || !json_[key].is_number_integer()) {
            fail(std::string("'") + key + "' is missing or no whole number");
            return low;
        }
        const auto value = json_[key].get<std::int64_t>();
        if (value < low) {
            fail(std::string("'") + key + "' is " + std::to_string(value) + ", too small");
        }
        return value;
    }

    double real(const char* key, double otherwise) {
        if (!json_.contains(key) || json_[key].is_null()) {
            return otherwise;
        }
        if (!json_[key].is_number()) {
            fail(std::string("'") + key + "' is no number");
            return otherwise;
        }
        return json_[key].get<double>();
    }

    std::string text(const char* key, const std::string& otherwise) {
        if (!json_.contains(key) || !json_[key].is_string()) {
            return otherwise;
        }
        return json_[key].get<std::string>();
    }

    void fail(const std::string& what) {
        if (!problem_) {
            problem_ = Problem{what + "; use a BERT, RoBERTa or DistilBERT folder", where_};
        }
    }

    const std::optional<Problem>& problem() const { return problem_; }

private:
    const Json& json_;
    std::string where_;
    std::optional<Problem> problem_;
};

TextConfig::Activation activationNamed(ConfigReader& reader, const std::string& name) {
    if (name == "gelu") {
        return TextConfig::Activation::Gelu;
    }
    if (name == "gelu_new" || name == "gelu_pytorch_tanh") {
        return TextConfig::Activation::GeluTanh;
    }
    if (name == "relu") {
        return TextConfig::Activation::Relu;
    }
    reader.fail("the activation '" + name + "' is not supported");
    return TextConfig::Activation::Gelu;
}

} // namespace

Result<TextConfig> readTextConfig(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "config.json";
    const auto text = readFile(file);
    if (!text) {
        return Problem{"holds no readable config.json; name a folder in the Hugging Face layout",
                       folder.string()};
    }
    const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
        return Problem{"is no JSON object; get the file again", file.string()};
    }
    ConfigReader reader(json, file.string());
    TextConfig config;
    const std::string type = reader.text("model_type", "");
    if (type == "bert" || type == "roberta") {
        config.family = type == "bert" ? TextConfig::Family::Bert : TextConfig::Family::Roberta;
        config.layers = reader.integer("num_hidden_layers", 1);
        config.heads = reader.integer("num_attention_heads", 1);
        config.hidden = reader.integer("hidden_size", 1);
        config.intermediate = reader.integer("intermediate_size", 1);
        config.tokenTypes = reader.integer("type_vocab_size", 1);
        config.hiddenDropout = reader.real("hidden_dropout_prob", 0.1);
        config.attentionDropout = reader.real("attention_probs_dropout_prob", 0.1);
        config.epsilon = reader.real("layer_norm_eps", 1e-12);
        config.activation = activationNamed(reader, reader.text("hidden_act", "gelu"));
        const std::string position = reader.text("position_embedding_type", "absolute");
        if (position != "absolute") {
            reader.fail("position_embedding_type '" + position + "' is not supported");
        }
    } else if (type == "distilbert") {
        config.family = TextConfig::Family::DistilBert;
        config.layers = reader.integer("n_layers", 1);
        config.heads = reader.integer("n_heads", 1);
        config.hidden = reader.integer("dim", 1);
        config.intermediate = reader.integer("hidden_dim", 1);
        config.hiddenDropout = reader.real("dropout", 0.1);
        config.attentionDropout = reader.real("attention_dropout", 0.1);
        config.activation = activationNamed(reader, reader.text("activation", "gelu"));
    } else {
        reader.fail("model_type '" + type + "' is not supported");
    }
    if (!reader.problem()) {
        config.vocabulary = reader.integer("vocab_size", 1);
        config.positions = reader.integer("max_position_embeddings", 1);
        config.padId = static_cast<std::int64_t>(reader.real("pad_token_id", 0));
        if (config.hidden % config.heads != 0) {
            reader.fail("the hidden size is no multiple of the number of heads");
        }
        if (config.padId < 0 || config.padId >= config.vocabulary) {
            reader.fail("'pad_token_id' is outside the vocabulary");
        }
    }
    if (reader.problem()) {
        return *reader.problem();
    }
    return config;
}

} // namespace flip

#include "core/model/plm/text_config.h"

#include "core/base/files.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace flip {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLargest = std::int64_t{1} << 30; // of any size
constexpr std::int64_t kMostLayers = 1000;

/// Reads members of config.json and keeps the first problem.
class ConfigReader {
public:
    ConfigReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {}

    /// A required whole number, or an optional one with the default `otherwise`.
    std::int64_t integer(const char* key, std::int64_t low,
                         std::optional<std::int64_t> otherwise = std::nullopt) {
        if (otherwise && (!json_.contains(key) || json_[key].is_null())) {
            return *otherwise;
        }
        if (!json_.contains(key) || !json_[key].is_number_integer()) {
            fail(std::string("'") + key + "' is missing or not a whole number");
            return low;
        }
        const auto value = json_[key].get<std::int64_t>();
        if (value < low) {
            fail(std::string("'") + key + "' is " + std::to_string(value) + ", too small");
        }
        if (value > kLargest) {
            fail(std::string("'") + key + "' is " + std::to_string(value) + ", too large");
        }
        return value;
    }

    double real(const char* key, double otherwise) {
        if (!json_.contains(key) || json_[key].is_null()) {
            return otherwise;
        }
        if (!json_[key].is_number()) {
            fail(std::string("'") + key + "' is not a number");
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

    bool truth(const char* key) {
        return json_.contains(key) && json_[key].is_boolean() && json_[key].get<bool>();
    }

    bool has(const char* key) const { return json_.contains(key); }

    void fail(const std::string& what) {
        if (!problem_) {
            problem_ =
                Problem{what + "; use a BERT, RoBERTa, DistilBERT or ELECTRA folder", where_};
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

/// model_type. The oldest files and TinyBERT's do not contain it; then it follows from the class in
/// "architectures", and a file with the sizes of BERT and without a class is BERT.
std::string typeOf(ConfigReader& reader, const Json& json) {
    if (const std::string type = reader.text("model_type", ""); !type.empty()) {
        return type;
    }
    const auto classes = json.find("architectures");
    if (classes != json.end() && classes->is_array() && !classes->empty() &&
        classes->front().is_string()) {
        const auto name = classes->front().get<std::string>();
        for (const auto& [beginning, type] :
             {std::pair{"Bert", "bert"}, std::pair{"TinyBert", "bert"},
              std::pair{"Roberta", "roberta"}, std::pair{"XLMRoberta", "xlm-roberta"},
              std::pair{"DistilBert", "distilbert"}, std::pair{"Electra", "electra"}}) {
            if (name.starts_with(beginning)) {
                return type;
            }
        }
        return name;
    }
    return reader.has("num_hidden_layers") && reader.has("intermediate_size") ? "bert" : "";
}

/// The entries that have the same names for BERT, RoBERTa and ELECTRA.
void readBertShape(ConfigReader& reader, TextConfig& config) {
    config.layers = reader.integer("num_hidden_layers", 1);
    config.heads = reader.integer("num_attention_heads", 1);
    config.hidden = reader.integer("hidden_size", 1);
    config.intermediate = reader.integer("intermediate_size", 1);
    config.tokenTypes = reader.integer("type_vocab_size", 1, 2);
    config.hiddenDropout = reader.real("hidden_dropout_prob", 0.1);
    config.attentionDropout = reader.real("attention_probs_dropout_prob", 0.1);
    config.epsilon = reader.real("layer_norm_eps", 1e-12);
    config.activation = activationNamed(reader, reader.text("hidden_act", "gelu"));
    const std::string position = reader.text("position_embedding_type", "absolute");
    if (position != "absolute") {
        reader.fail("position_embedding_type '" + position + "' is not supported");
    }
    if (reader.truth("is_decoder")) {
        reader.fail("a decoder is not supported");
    }
}

void readDistilBertShape(ConfigReader& reader, TextConfig& config) {
    config.layers = reader.integer("n_layers", 1);
    config.heads = reader.integer("n_heads", 1);
    config.hidden = reader.integer("dim", 1);
    config.intermediate = reader.integer("hidden_dim", 1);
    config.hiddenDropout = reader.real("dropout", 0.1);
    config.attentionDropout = reader.real("attention_dropout", 0.1);
    config.activation = activationNamed(reader, reader.text("activation", "gelu"));
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
        return Problem{"is not a JSON object; get the file again", file.string()};
    }
    ConfigReader reader(json, file.string());
    TextConfig config;
    config.type = typeOf(reader, json);
    if (config.type == "bert") {
        readBertShape(reader, config);
    } else if (config.type == "roberta" || config.type == "xlm-roberta") {
        config.family = TextConfig::Family::Roberta;
        readBertShape(reader, config);
    } else if (config.type == "electra") {
        config.family = TextConfig::Family::Electra;
        readBertShape(reader, config);
        config.embedding = reader.integer("embedding_size", 1, 128);
    } else if (config.type == "distilbert") {
        config.family = TextConfig::Family::DistilBert;
        readDistilBertShape(reader, config);
    } else if (config.type.empty()) {
        reader.fail("'model_type' is missing");
    } else {
        reader.fail("model_type '" + config.type + "' is not supported");
    }
    if (!reader.problem()) {
        config.vocabulary = reader.integer("vocab_size", 1);
        config.positions = reader.integer("max_position_embeddings", 1);
        config.padId =
            reader.integer("pad_token_id", 0, config.family == TextConfig::Family::Roberta ? 1 : 0);
        if (config.layers > kMostLayers) {
            reader.fail("the model has " + std::to_string(config.layers) + " layers, too many");
        }
        if (config.hidden % config.heads != 0) {
            reader.fail("the hidden size is not a multiple of the number of heads");
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

#include "core/model/plm/text_encoder.h"
#include "core/model/plm/text_weights.h"
#include "tests/core/model/plm/model_files.h"

#include <QtTest/QtTest>

#include <limits>

using namespace flip;
using namespace flip::test;
using Family = TextConfig::Family;

namespace {

/// Loads the folder's weights into an encoder. Returns the problem, or an empty string.
QString load(const ModelFiles& files, const TextConfig& config, std::int64_t layers = 0) {
    Parameters parameters(at::kCPU);
    const auto encoder = TextEncoder::make(config, layers, parameters, Initialiser(1), "text.");
    if (!encoder) {
        return QString::fromStdString(encoder.problem().text());
    }
    const auto loaded = loadTextWeights(files.path(), config, parameters, "text.");
    if (!loaded) {
        return QString::fromStdString(loaded.problem().text());
    }
    for (const Parameters::Entry& entry : parameters.entries()) {
        if (!entry.tensor.detach().equal(at::ones_like(entry.tensor))) {
            return QString::fromStdString(entry.name) + " was not filled";
        }
    }
    return "";
}

} // namespace

/// Matching the tensors of a file to parameters, for all naming schemes.
class TextWeightsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void listsTheParametersOfTheEncoder_data();
    void listsTheParametersOfTheEncoder();
    void recognisesThePrefix_data();
    void recognisesThePrefix();
    void acceptsOldNamesOfNorms();
    void ignoresOtherHeads();
    void loadsTheFirstLayersOnly();
    void namesTheMismatch_data();
    void namesTheMismatch();
};

void TextWeightsTest::listsTheParametersOfTheEncoder_data() {
    QTest::addColumn<int>("family");
    QTest::addColumn<int>("embedding");
    QTest::newRow("BERT") << int(Family::Bert) << 0;
    QTest::newRow("RoBERTa") << int(Family::Roberta) << 0;
    QTest::newRow("DistilBERT") << int(Family::DistilBert) << 0;
    QTest::newRow("ELECTRA") << int(Family::Electra) << 4;
    QTest::newRow("ELECTRA with narrow embeddings") << int(Family::Electra) << 3;
}

void TextWeightsTest::listsTheParametersOfTheEncoder() {
    QFETCH(int, family);
    QFETCH(int, embedding);
    TextConfig config = tinyConfig(static_cast<Family>(family));
    config.embedding = embedding;
    Parameters parameters(at::kCPU);
    QVERIFY(TextEncoder::make(config, 0, parameters, Initialiser(1), "").ok());
    const auto listed = textParameters(config);
    QCOMPARE(listed.size(), parameters.entries().size());
    for (const TextParameter& parameter : listed) {
        const at::Tensor* tensor = parameters.find(parameter.name);
        QVERIFY2(tensor != nullptr, parameter.name.c_str());
        QCOMPARE(tensor->sizes().vec(), parameter.shape);
    }
}

void TextWeightsTest::recognisesThePrefix_data() {
    QTest::addColumn<int>("family");
    QTest::addColumn<QString>("prefix");
    for (const char* prefix : {"", "bert.", "module.", "model.", "module.bert.", "model.bert.",
                               "text_tower.backbone."}) {
        QTest::newRow(*prefix == '\0' ? "none" : prefix) << int(Family::Bert) << prefix;
    }
    QTest::newRow("RoBERTa's") << int(Family::Roberta) << "roberta.";
    QTest::newRow("DistilBERT's") << int(Family::DistilBert) << "distilbert.";
    QTest::newRow("ELECTRA's") << int(Family::Electra) << "electra.";
}

void TextWeightsTest::recognisesThePrefix() {
    QFETCH(int, family);
    QFETCH(QString, prefix);
    const TextConfig config = tinyConfig(static_cast<Family>(family));
    const ModelFiles files;
    files.writeTensors("model.safetensors", textParameters(config), prefix.toStdString());
    QCOMPARE(load(files, config), QString());
}

void TextWeightsTest::acceptsOldNamesOfNorms() {
    const TextConfig config = tinyConfig();
    auto tensors = textParameters(config);
    int renamed = 0;
    for (TextParameter& tensor : tensors) {
        for (const auto& [current, old] : {std::pair{"LayerNorm.weight", "LayerNorm.gamma"},
                                           std::pair{"LayerNorm.bias", "LayerNorm.beta"}}) {
            if (tensor.name.ends_with(current)) {
                tensor.name.replace(tensor.name.find(current), std::string(current).size(), old);
                ++renamed;
            }
        }
    }
    QCOMPARE(renamed, 6);
    const ModelFiles files;
    files.writeTensors("model.safetensors", tensors, "bert.");
    QCOMPARE(load(files, config), QString());
}

void TextWeightsTest::ignoresOtherHeads() {
    const TextConfig config = tinyConfig();
    auto tensors = textParameters(config);
    tensors.push_back({"pooler.dense.weight", {4, 4}});
    tensors.push_back({"cls.predictions.bias", {9}});
    const ModelFiles files;
    files.writeTensors("model.safetensors", tensors);
    QCOMPARE(load(files, config), QString());
    const auto file = openWeights(files.path());
    const auto match = matchTextWeights(**file, config, textParameters(config));
    QCOMPARE(match->ignored,
             (std::vector<std::string>{"cls.predictions.bias", "pooler.dense.weight"}));
}

void TextWeightsTest::loadsTheFirstLayersOnly() {
    TextConfig config = tinyConfig();
    config.layers = 3;
    const ModelFiles files;
    files.writeTensors("model.safetensors", textParameters(config));
    QCOMPARE(load(files, config, 2), QString());
    QVERIFY(load(files, config, 4).contains("the model has 3"));
}

void TextWeightsTest::namesTheMismatch_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("says");
    QTest::newRow("missing tensor")
        << "missing"
        << "the tensor 'bert.encoder.layer.0.output.dense.bias' is missing; these are not";
    QTest::newRow("missing layer") << "layer"
                                   << "'bert.encoder.layer.1.attention.self.query.weight' is "
                                      "missing, one of 16 that are missing";
    QTest::newRow("another model") << "other"
                                   << "the tensor 'embeddings.word_embeddings.weight' is missing";
    QTest::newRow("wrong shape") << "shape"
                                 << "'bert.embeddings.word_embeddings.weight' has the shape [9, 4] "
                                    "where config.json says [10, 4]";
    QTest::newRow("whole numbers") << "whole"
                                   << "holds whole numbers";
    QTest::newRow("not finite") << "infinite"
                                << "not finite";
    QTest::newRow("several encoders") << "several"
                                      << "holds 2 encoders, 'left.' and 'right.'";
}

void TextWeightsTest::namesTheMismatch() {
    QFETCH(QString, kind);
    QFETCH(QString, says);
    TextConfig config = tinyConfig();
    auto tensors = textParameters(config);
    const ModelFiles files;
    std::string prefix = "bert.";
    double number = 1;
    at::ScalarType type = at::kFloat;
    if (kind == "missing") {
        std::erase_if(tensors, [](const TextParameter& tensor) {
            return tensor.name == "encoder.layer.0.output.dense.bias";
        });
    } else if (kind == "layer") {
        config.layers = 2;
    } else if (kind == "other") {
        tensors = {{"wte.weight", {9, 4}}};
        prefix = "";
    } else if (kind == "shape") {
        config.vocabulary = 10;
    } else if (kind == "whole") {
        type = at::kChar;
    } else if (kind == "infinite") {
        number = std::numeric_limits<double>::infinity();
    } else {
        std::vector<TextParameter> both;
        for (const TextParameter& tensor : textParameters(config)) {
            both.push_back({"left." + tensor.name, tensor.shape});
            both.push_back({"right." + tensor.name, tensor.shape});
        }
        tensors = both;
        prefix = "";
    }
    files.writeTensors("model.safetensors", tensors, prefix, number, type);
    const QString said = load(files, config);
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(said.contains("model.safetensors: ") && said.contains(';'), qPrintable(said));
}

QTEST_GUILESS_MAIN(TextWeightsTest)
#include "text_weights_test.moc"

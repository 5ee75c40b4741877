#include "core/model/plm/text_config.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <nlohmann/json.hpp>

using namespace flip;
using Family = TextConfig::Family;
using Json = nlohmann::json;

namespace {

const char* const kBert = R"({"model_type": "bert", "vocab_size": 60, "hidden_size": 16,
    "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 20,
    "max_position_embeddings": 24, "type_vocab_size": 2, "pad_token_id": 0})";

const char* const kDistilBert = R"({"model_type": "distilbert", "vocab_size": 60, "dim": 16,
    "n_layers": 2, "n_heads": 4, "hidden_dim": 20, "max_position_embeddings": 24})";

/// kBert with some members changed; null removes a member.
QByteArray bertWith(const char* changes) {
    Json json = Json::parse(kBert);
    json.merge_patch(Json::parse(changes));
    return QByteArray::fromStdString(json.dump());
}

} // namespace

/// Reading config.json, including old and unusual files.
class TextConfigTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recognisesTheFamily_data();
    void recognisesTheFamily();
    void usesDefaultsForOldFiles();
    void readsNarrowEmbeddings();
    void namesUnsupportedOptions_data();
    void namesUnsupportedOptions();

private:
    Result<TextConfig> read(const QByteArray& json) {
        QFile file(folder_.path() + "/config.json");
        if (!file.open(QIODevice::WriteOnly)) {
            qFatal("config.json cannot be written");
        }
        file.write(json);
        file.close();
        return readTextConfig(folder_.path().toStdString());
    }
    QTemporaryDir folder_;
};

void TextConfigTest::recognisesTheFamily_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<int>("family");
    QTest::addColumn<QString>("type");
    QTest::newRow("BERT") << QByteArray(kBert) << int(Family::Bert) << "bert";
    QTest::newRow("RoBERTa") << bertWith(R"({"model_type": "roberta"})") << int(Family::Roberta)
                             << "roberta";
    QTest::newRow("XLM-RoBERTa") << bertWith(R"({"model_type": "xlm-roberta"})")
                                 << int(Family::Roberta) << "xlm-roberta";
    QTest::newRow("DistilBERT") << QByteArray(kDistilBert) << int(Family::DistilBert)
                                << "distilbert";
    QTest::newRow("ELECTRA") << bertWith(R"({"model_type": "electra", "embedding_size": 16})")
                             << int(Family::Electra) << "electra";
    QTest::newRow("TinyBERT without model_type")
        << bertWith(R"({"model_type": null, "emb_size": 312, "pre_trained": ""})")
        << int(Family::Bert) << "bert";
    QTest::newRow("from the class")
        << bertWith(R"({"model_type": null, "architectures": ["RobertaForMaskedLM"]})")
        << int(Family::Roberta) << "roberta";
    QTest::newRow("from another class")
        << bertWith(R"({"model_type": null, "architectures": ["XLMRobertaModel"]})")
        << int(Family::Roberta) << "xlm-roberta";
}

void TextConfigTest::recognisesTheFamily() {
    QFETCH(QByteArray, json);
    QFETCH(int, family);
    QFETCH(QString, type);
    const auto config = read(json);
    QVERIFY2(config.ok(), config ? "" : config.problem().text().c_str());
    QCOMPARE(int(config->family), family);
    QCOMPARE(QString::fromStdString(config->type), type);
    QCOMPARE(config->layers, std::int64_t(2));
    QCOMPARE(config->hidden, std::int64_t(16));
    QCOMPARE(config->vocabulary, std::int64_t(60));
    QVERIFY(!config->projects());
}

void TextConfigTest::usesDefaultsForOldFiles() {
    const auto bert = read(bertWith(R"({"pad_token_id": null, "type_vocab_size": null})"));
    QVERIFY(bert.ok());
    QCOMPARE(bert->padId, std::int64_t(0));
    QCOMPARE(bert->tokenTypes, std::int64_t(2));
    QCOMPARE(bert->epsilon, 1e-12);
    QCOMPARE(bert->maximumTokens(), std::int64_t(24));
    const auto roberta = read(bertWith(R"({"model_type": "roberta", "pad_token_id": null})"));
    QVERIFY(roberta.ok());
    QCOMPARE(roberta->padId, std::int64_t(1));
    QCOMPARE(roberta->maximumTokens(), std::int64_t(22));
}

void TextConfigTest::readsNarrowEmbeddings() {
    const auto config = read(bertWith(R"({"model_type": "electra", "embedding_size": 12})"));
    QVERIFY(config.ok());
    QVERIFY(config->projects());
    QCOMPARE(config->embeddingWidth(), std::int64_t(12));
}

void TextConfigTest::namesUnsupportedOptions_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("says");
    QTest::newRow("no JSON") << QByteArray("{") << "not a JSON object";
    QTest::newRow("another family")
        << bertWith(R"({"model_type": "gpt2"})") << "model_type 'gpt2' is not supported";
    QTest::newRow("ALBERT, which shares its layers")
        << bertWith(R"({"model_type": "albert"})") << "model_type 'albert' is not supported";
    QTest::newRow("a class of another family")
        << bertWith(R"({"model_type": null, "architectures": ["T5Model"]})") << "'T5Model'";
    QTest::newRow("no family") << QByteArray("{}") << "'model_type' is missing";
    QTest::newRow("relative positions")
        << bertWith(R"({"position_embedding_type": "relative_key"})") << "'relative_key'";
    QTest::newRow("a decoder") << bertWith(R"({"is_decoder": true})") << "a decoder";
    QTest::newRow("another activation") << bertWith(R"({"hidden_act": "silu"})") << "'silu'";
    QTest::newRow("no layers") << bertWith(R"({"num_hidden_layers": null})")
                               << "'num_hidden_layers' is missing";
    QTest::newRow("too many layers") << bertWith(R"({"num_hidden_layers": 100000})") << "too many";
    QTest::newRow("too large a size")
        << bertWith(R"({"vocab_size": 1099511627776})") << "too large";
    QTest::newRow("heads that do not divide the hidden size")
        << bertWith(R"({"num_attention_heads": 5})") << "not a multiple";
    QTest::newRow("padding outside the vocabulary")
        << bertWith(R"({"pad_token_id": 60})") << "outside the vocabulary";
}

void TextConfigTest::namesUnsupportedOptions() {
    QFETCH(QByteArray, json);
    QFETCH(QString, says);
    const auto config = read(json);
    QVERIFY(!config.ok());
    const QString said = QString::fromStdString(config.problem().text());
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(said.contains("config.json: ") && said.contains(';'), qPrintable(said));
}

QTEST_GUILESS_MAIN(TextConfigTest)
#include "text_config_test.moc"

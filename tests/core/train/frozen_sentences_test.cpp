#include "core/train/frozen_sentences.h"

#include "core/train/finetuner.h"
#include "tests/core/train/loaded_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

using namespace flip;
using namespace flip::test;

/// Sentence vectors of a frozen encoder, computed once.
class FrozenSentencesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void vectorsEqualThoseOfTheEncoder_data();
    void vectorsEqualThoseOfTheEncoder();
    void canBeStopped();
    void trainingDoesNotChangeTheEncoder();

private:
    TinyProject project_;
};

void FrozenSentencesTest::vectorsEqualThoseOfTheEncoder_data() {
    QTest::addColumn<QString>("pooling");
    QTest::newRow("first token") << "first";
    QTest::newRow("mean over tokens") << "mean";
}

void FrozenSentencesTest::vectorsEqualThoseOfTheEncoder() {
    QFETCH(QString, pooling);
    const RunSpec spec =
        project_.spec({"kind=finetune", "finetune.branches=text", "finetune.text_encoder=frozen",
                       "plm.pooling=" + pooling.toStdString()});
    const auto inputs = inputsOf(project_, spec);
    const auto model =
        std::move(*FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::kCPU));
    loadText(*inputs, model->parameters);
    FrozenSentences frozen(*model, inputs->batcher());
    const std::vector<std::int64_t> rows{5, 17, 3, 99};
    const Batch batch = inputs->batcher().load(rows);
    const SentenceInput kept = frozen.of(batch, {});
    const at::NoGradGuard noGradient;
    const at::Tensor fresh = model->sentenceVectors(sentencesOf(batch), ForwardMode::evaluation());
    // Sums of the same numbers, in batches of other sizes.
    QVERIFY(at::allclose(kept.vectors, fresh, 1e-5, 1e-6));
    if (pooling == "mean") {
        const at::Tensor hidden =
            model->text->hidden(batch.tokenIds, batch.layout, ForwardMode::evaluation());
        for (std::int64_t row = 0; row < 4; ++row) {
            const at::Tensor own = hidden.index({batch.layout.row.eq(row)}).mean(0);
            QVERIFY(at::allclose(fresh[row], own, 1e-5, 1e-6));
        }
    }
    const SentenceInput again = frozen.of(batch, {});
    QVERIFY(at::equal(again.vectors, kept.vectors));
}

void FrozenSentencesTest::canBeStopped() {
    const RunSpec spec =
        project_.spec({"kind=finetune", "finetune.branches=text", "finetune.text_encoder=frozen"});
    const auto inputs = inputsOf(project_, spec);
    const auto model =
        std::move(*FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::kCPU));
    FrozenSentences frozen(*model, inputs->batcher());
    std::stop_source stop;
    stop.request_stop();
    const Batch batch = inputs->batcher().load(std::vector<std::int64_t>{1, 2});
    QVERIFY_EXCEPTION_THROWN(frozen.of(batch, stop.get_token()), PassStopped);
    QVERIFY(frozen.of(batch, {}).vectors.defined());
}

void FrozenSentencesTest::trainingDoesNotChangeTheEncoder() {
    const RunSpec spec =
        project_.spec({"kind=finetune", "finetune.branches=text", "finetune.text_encoder=frozen"});
    const auto inputs = inputsOf(project_, spec);
    const auto model =
        std::move(*FinetuneModel::make(spec, inputs->sizes(), inputs->config(), at::kCPU));
    loadText(*inputs, model->parameters);
    std::map<std::string, at::Tensor> before;
    for (const auto& entry : model->parameters.entries()) {
        before[entry.name] = entry.tensor.detach().clone();
    }
    LoopPlan plan;
    plan.rows = inputs->dataset().rowsOf(Split::Train);
    plan.batchSize = 64;
    Finetuner stage(spec, *model, inputs->batcher(), plan);
    const double first = stage.step(std::span(plan.rows).first(64), 0, {}).losses.at("text");
    double last = first;
    for (std::int64_t step = 1; step < 5; ++step) {
        last = stage.step(std::span(plan.rows).first(64), step, {}).losses.at("text");
    }
    QVERIFY(last < first);
    for (const auto& entry : model->parameters.entries()) {
        const bool isEncoder = entry.name.starts_with("text.");
        QVERIFY2(at::equal(entry.tensor, before.at(entry.name)) == isEncoder, entry.name.c_str());
    }
}

QTEST_GUILESS_MAIN(FrozenSentencesTest)
#include "frozen_sentences_test.moc"

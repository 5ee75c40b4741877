#include "core/explain/field_alignment.h"
#include "core/model/flip_model.h"
#include "core/trained/run_inputs.h"
#include "tests/core/run/tiny_project.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>
#include <numeric>

using namespace flip;
using namespace flip::test;

namespace {

/// An untrained model over the tiny project, with what a map is measured from.
struct Untrained {
    explicit Untrained(const TinyProject& project, std::vector<std::string> assignments = {})
        : spec(project.spec(with(std::move(assignments)))),
          inputs(std::move(*RunInputs::open(spec, project.workspace()))) {
        if (const auto ready = inputs->prepare(spec, {}); !ready) {
            throw std::runtime_error(ready.problem().text());
        }
        model = std::move(
            *PretrainModel::make(spec, inputs->sizes(), *inputs->config(), at::Device(at::kCPU)));
    }

    static std::vector<std::string> with(std::vector<std::string> assignments) {
        assignments.insert(assignments.begin(), "kind=pretrain");
        return assignments;
    }

    void scale(const std::string& parameter, double factor) {
        const at::NoGradGuard noGradient;
        model->parameters.find(parameter)->detach().mul_(factor);
    }

    AlignmentMeasured measure(std::int64_t batch = 7) const {
        return *measureAlignment(*model, inputs->batcher(), rows(), batch, false, {});
    }

    static std::vector<std::int64_t> rows() { return {5, 17, 3, 99, 42, 8, 250, 1, 30, 31}; }

    RunSpec spec;
    std::unique_ptr<RunInputs> inputs;
    std::unique_ptr<PretrainModel> model;
};

double rowSum(const AlignmentMeasured& map, std::size_t row) {
    const auto first = map.share.begin() + static_cast<std::ptrdiff_t>(row * map.words.size());
    return std::accumulate(first, first + static_cast<std::ptrdiff_t>(map.words.size()), 0.0);
}

} // namespace

/// The alignment map, checked against values known without a trained model.
class FieldAlignmentTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void uniformAttentionHasALiftOfOneEverywhere();
    void sharesEqualTheAttentionOfTheHead();
    void saturatedAttentionStillSumsToOneOverFields();
    void doesNotDependOnTheBatchSize();
    void fieldsOutsideTheTemplateAreRowsOnly();
    void returnsNoMapWhenStopped();
};

void FieldAlignmentTest::uniformAttentionHasALiftOfOneEverywhere() {
    TinyProject project;
    Untrained untrained(project);
    untrained.scale("mfm.query_norm.weight",
                    0); // the query is 0, so all tokens have the same score
    untrained.scale("mfm.query_norm.bias", 0);
    const AlignmentMeasured map = untrained.measure();
    QCOMPARE(map.masked.size(), std::size_t(4));
    QCOMPARE(map.words, map.masked);
    for (std::size_t cell = 0; cell < 16; ++cell) {
        QVERIFY(std::abs(map.lift[cell] - 1) < 1e-9); // sums of 10 rows in doubles
    }
    double diagonal = 0;
    for (std::size_t field = 0; field < 4; ++field) {
        diagonal += map.share[field * 4 + field] / 4;
    }
    QVERIFY(std::abs(map.score - diagonal) < 1e-12);
    // The part of each sentence's tokens that belong to a field, counted from the sentences.
    double part = 0;
    for (const std::int64_t row : Untrained::rows()) {
        const Batch batch = untrained.inputs->batcher().load(std::span(&row, 1));
        const auto words = std::count_if(batch.owner.begin(), batch.owner.end(),
                                         [](std::int16_t owner) { return owner >= 0; });
        part += static_cast<double>(words) / static_cast<double>(batch.owner.size()) / 10;
    }
    for (const double toFields : map.toFields) {
        QVERIFY(std::abs(toFields - part) < 1e-6); // the attention is in floats
    }
}

void FieldAlignmentTest::sharesEqualTheAttentionOfTheHead() {
    const at::NoGradGuard noGradient;
    TinyProject project;
    Untrained untrained(project);
    const std::int64_t row = 42;
    const Batch batch = untrained.inputs->batcher().load(std::span(&row, 1));
    const AlignmentMeasured map = *measureAlignment(*untrained.model, untrained.inputs->batcher(),
                                                    std::span(&row, 1), 1, false, {});
    const ForwardMode mode = ForwardMode::evaluation();
    const at::Tensor text = untrained.model->text->hidden(batch.tokenIds, batch.layout, mode);
    for (std::size_t f = 0; f < 4; ++f) {
        at::Tensor masked = batch.ids.clone();
        masked.select(1, static_cast<std::int64_t>(f)).zero_();
        const at::Tensor attention = untrained.model->maskedFeatureHead->attention(
            untrained.model->backbone->features(masked, mode), text, batch.layout, false);
        std::vector<double> mass(4, 0.0);
        for (std::size_t token = 0; token < batch.owner.size(); ++token) {
            if (batch.owner[token] >= 0) {
                mass[static_cast<std::size_t>(batch.owner[token])] +=
                    attention[0][static_cast<std::int64_t>(token)].item<double>();
            }
        }
        const double all = std::accumulate(mass.begin(), mass.end(), 0.0);
        QVERIFY(std::abs(map.toFields[f] - all) < 1e-6);
        for (std::size_t g = 0; g < 4; ++g) {
            QVERIFY(std::abs(map.share[f * 4 + g] - mass[g] / all) < 1e-5); // floats over floats
        }
    }
}

void FieldAlignmentTest::saturatedAttentionStillSumsToOneOverFields() {
    TinyProject project;
    Untrained untrained(project);
    untrained.scale("mfm.query_norm.weight", 1e5); // one token of a sentence gets all attention
    const AlignmentMeasured map = untrained.measure();
    for (std::size_t row = 0; row < 4; ++row) {
        QVERIFY(std::abs(rowSum(map, row) - 1) < 1e-9);
        QVERIFY(map.toFields[row] >= 0 && map.toFields[row] <= 1 + 1e-6);
    }
    QVERIFY(map.score >= 0 && map.score <= 1);
}

void FieldAlignmentTest::doesNotDependOnTheBatchSize() {
    TinyProject project;
    const Untrained untrained(project);
    const AlignmentMeasured one = untrained.measure(1);
    const AlignmentMeasured all = untrained.measure(64);
    for (std::size_t cell = 0; cell < 16; ++cell) {
        QVERIFY(std::abs(one.share[cell] - all.share[cell]) < 1e-5); // floats in another order
    }
    QVERIFY(std::abs(one.score - all.score) < 1e-5);
}

void FieldAlignmentTest::fieldsOutsideTheTemplateAreRowsOnly() {
    TinyProject project;
    const Untrained untrained(project, {"text.template=a {genre} for {gender} people."});
    const AlignmentMeasured map = untrained.measure();
    const std::vector<std::string> masked{"gender", "genre", "user", "movie"};
    const std::vector<std::string> words{"gender", "genre"};
    QCOMPARE(map.masked, masked);
    QCOMPARE(map.words, words);
    QCOMPARE(map.share.size(), std::size_t(8));
    QCOMPARE(map.toFields.size(), std::size_t(4));
    for (std::size_t row = 0; row < 4; ++row) {
        QVERIFY(std::abs(rowSum(map, row) - 1) < 1e-9);
    }
    QVERIFY(std::abs(map.score - (map.share[0] + map.share[3]) / 2) < 1e-12);
}

void FieldAlignmentTest::returnsNoMapWhenStopped() {
    TinyProject project;
    const Untrained untrained(project);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(!measureAlignment(*untrained.model, untrained.inputs->batcher(), Untrained::rows(), 4,
                              false, stop.get_token()));
}

QTEST_GUILESS_MAIN(FieldAlignmentTest)
#include "field_alignment_test.moc"

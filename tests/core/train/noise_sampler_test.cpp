#include "core/train/noise_sampler.h"

#include "core/model/heads/heads.h"
#include "core/model/id/id_rows.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>

using namespace flip;

class NoiseSamplerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void drawsInProportionToTheCounts_data();
    void drawsInProportionToTheCounts();
    void neverDrawsIdsWithoutACount();
    void drawsRowsWithTheProbabilitiesOfTheHead_data();
    void drawsRowsWithTheProbabilitiesOfTheHead();
};

void NoiseSamplerTest::drawsInProportionToTheCounts_data() {
    QTest::addColumn<QList<int>>("counts");
    QTest::newRow("even") << QList<int>{5, 5, 5, 5};
    QTest::newRow("skewed") << QList<int>{0, 1000, 1, 10, 100, 0};
    QTest::newRow("one") << QList<int>{0, 3};
}

void NoiseSamplerTest::drawsInProportionToTheCounts() {
    QFETCH(QList<int>, counts);
    const std::vector<std::int64_t> weights(counts.begin(), counts.end());
    const NoiseSampler sampler(weights);
    RandomStream random(3, "noise-test");
    constexpr int kDraws = 200000;
    std::vector<int> seen(weights.size());
    for (int i = 0; i < kDraws; ++i) {
        ++seen[static_cast<std::size_t>(sampler.draw(random))];
    }
    double total = 0;
    for (const auto weight : weights) {
        total += static_cast<double>(weight);
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double p = static_cast<double>(weights[i]) / total;
        const double deviation = std::sqrt(kDraws * p * (1 - p));
        // Five standard deviations: a fair sampler fails once in a million.
        QVERIFY(std::abs(seen[i] - kDraws * p) <= 5 * deviation + 1e-9);
    }
}

void NoiseSamplerTest::neverDrawsIdsWithoutACount() {
    const NoiseSampler sampler({0, 7, 0, 0, 2, 0, 0, 0, 91});
    RandomStream random(5, "noise-test");
    for (int i = 0; i < 100000; ++i) {
        const auto id = sampler.draw(random);
        QVERIFY(id == 1 || id == 4 || id == 8);
    }
}

void NoiseSamplerTest::drawsRowsWithTheProbabilitiesOfTheHead_data() {
    QTest::addColumn<bool>("shares");
    QTest::addColumn<int>("minCount");
    QTest::addColumn<int>("hashBuckets");
    QTest::newRow("separate fields") << false << 1 << 0;
    QTest::newRow("hashed") << false << 2 << 3;
    QTest::newRow("shared") << true << 1 << 0;
    QTest::newRow("shared and hashed") << true << 2 << 3;
}

void NoiseSamplerTest::drawsRowsWithTheProbabilitiesOfTheHead() {
    QFETCH(bool, shares);
    QFETCH(int, minCount);
    QFETCH(int, hashBuckets);
    RunSpec::Id recipe{};
    recipe.minCount = minCount;
    recipe.hashBuckets = hashBuckets;
    // "last" and "film" of 1 + 5 ids, "kind" of 1 + 2 between them.
    BackboneOptions options(recipe, /*fieldCount=*/3, /*idCount=*/16);
    options.idFields = {{"last", 1, 5, 0, shares ? 2 : -1}, {"kind", 7, 2}, {"film", 10, 5}};
    options.trainingCounts = {0, 20, 5, 0, 40, 1, 30, 0, 70, 26, 1, 50, 9, 0, 35, 1};
    const IdRows rows(options, at::Device(at::kCPU));
    const auto samplers = NoiseSampler::ofFields(options.trainingCounts, options.idFields);
    const at::Tensor probabilities =
        noiseLogProbabilities(rows.sums(options.trainingCounts), rows.firstRows()).exp();
    const RowMapping mapping =
        mapIdsToRows(options.ids, options.idFields, options.trainingCounts, minCount, hashBuckets);
    RandomStream random(4, "noise-test");
    constexpr int kDraws = 200000;
    for (std::size_t field = 0; field < samplers.size(); ++field) {
        std::vector<std::int64_t> drawn(static_cast<std::size_t>(rows.size()), 0);
        for (int i = 0; i < kDraws; ++i) {
            const std::int64_t id = samplers[field].draw(random);
            QVERIFY(id >= options.idFields[field].firstId &&
                    id <= options.idFields[field].firstId + options.idFields[field].ids);
            ++drawn[static_cast<std::size_t>(
                mapping.rowOfId.empty() ? id : mapping.rowOfId[static_cast<std::size_t>(id)])];
        }
        const RowMapping::Range& range = mapping.fields[field];
        for (std::int64_t row = range.first; row < range.first + range.count; ++row) {
            const double p = probabilities[row].item<double>();
            const double deviation = std::sqrt(kDraws * p * (1 - p));
            const auto count = static_cast<double>(drawn[static_cast<std::size_t>(row)]);
            // Five standard deviations; ids without a count have a probability of 1e-10 in the
            // head.
            QVERIFY2(std::abs(count - kDraws * p) <= 5 * deviation + 1e-3,
                     qPrintable(QString("field %1, row %2").arg(field).arg(row)));
        }
    }
}

QTEST_GUILESS_MAIN(NoiseSamplerTest)
#include "noise_sampler_test.moc"

#include "core/train/noise_sampler.h"

#include <QtTest/QtTest>

#include <cmath>

using namespace flip;

class NoiseSamplerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void drawsInProportionToTheCounts_data();
    void drawsInProportionToTheCounts();
    void neverDrawsWhatWasNeverSeen();
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

void NoiseSamplerTest::neverDrawsWhatWasNeverSeen() {
    const NoiseSampler sampler({0, 7, 0, 0, 2, 0, 0, 0, 91});
    RandomStream random(5, "noise-test");
    for (int i = 0; i < 100000; ++i) {
        const auto id = sampler.draw(random);
        QVERIFY(id == 1 || id == 4 || id == 8);
    }
}

QTEST_GUILESS_MAIN(NoiseSamplerTest)
#include "noise_sampler_test.moc"

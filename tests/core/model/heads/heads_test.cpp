#include "core/model/heads/heads.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>

using namespace flip;

class HeadsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void untrainedMaskedFeatureHeadHasTheChanceLoss();
    void attendsToRealTokensOnly();
    void contrastiveLossOfOneRowIsZero();
    void contrastiveLossOfEqualRowsIsLogOfTheirNumber();
    void noiseProbabilitiesSumToOneAndAreNeverZero();
};

void HeadsTest::untrainedMaskedFeatureHeadHasTheChanceLoss() {
    // With z = 0 at initialisation the loss is ln 26 + 25 ln(26 / 25) = 4.239 for any ids.
    Parameters parameters{at::Device(at::kCPU)};
    const at::Tensor counts = at::tensor({0, 5, 100, 1, 17, 3}, at::kLong);
    const MaskedFeatureHead head(parameters, Initialiser(1), "mfm.", {6, 8, 3, 6, 4},
                                 noiseLogProbabilities(counts));
    const at::Tensor recovered = at::zeros({2, 2, 4}, at::kFloat);
    const at::Tensor targets = at::tensor({1, 2, 4, 5}, at::kLong).view({2, 2});
    const at::Tensor noise = at::randint(1, 6, {2, 2, 25}, at::kLong);
    const double expected = std::log(26.0) + 25 * std::log(26.0 / 25.0);
    const double given = head.loss(recovered, targets, noise).item<double>();
    QVERIFY2(std::abs(given - expected) < 1e-5, qPrintable(QString::number(given)));
}

void HeadsTest::attendsToRealTokensOnly() {
    Parameters parameters{at::Device(at::kCPU)};
    const MaskedFeatureHead head(parameters, Initialiser(1), "mfm.", {6, 8, 3, 6, 4},
                                 at::full({6}, std::log(1.0 / 6), at::kFloat));
    const std::vector<std::int64_t> lengths{2, 5, 3};
    const TokenLayout layout = TokenLayout::packed(lengths, at::kCPU);
    const at::Tensor attention =
        head.attention(at::ones({3, 6}, at::kFloat), at::randn({10, 8}, at::kFloat), layout, false);
    QVERIFY(at::allclose(attention.sum(1), at::ones({3}, at::kFloat)));
    QCOMPARE(attention[0].gt(0).sum().item<std::int64_t>(), std::int64_t(2));
    QCOMPARE(attention[1].gt(0).sum().item<std::int64_t>(), std::int64_t(5));
    QCOMPARE(attention[2].gt(0).sum().item<std::int64_t>(), std::int64_t(3));
}

void HeadsTest::contrastiveLossOfOneRowIsZero() {
    const at::Tensor u = at::randn({1, 4}, at::kFloat);
    QCOMPARE(instanceContrast(u, u, at::full({1}, 1 / 0.7, at::kFloat)).item<float>(), 0.0F);
}

void HeadsTest::contrastiveLossOfEqualRowsIsLogOfTheirNumber() {
    // Equal projections do not distinguish the rows.
    const at::Tensor u = at::ones({16, 4}, at::kFloat);
    const double loss = instanceContrast(u, u, at::full({1}, 1 / 0.7, at::kFloat)).item<double>();
    QVERIFY(std::abs(loss - std::log(16.0)) < 1e-5);
}

void HeadsTest::noiseProbabilitiesSumToOneAndAreNeverZero() {
    const at::Tensor log = noiseLogProbabilities(at::tensor({0, 3, 1, 0}, at::kLong));
    QVERIFY(std::abs(log.exp().sum().item<double>() - 1.0) < 1e-6);
    QVERIFY(std::abs(log[1].item<double>() - std::log(0.75)) < 1e-6);
    QVERIFY(std::abs(log[0].item<double>() - std::log(1e-10)) < 1e-3);
}

QTEST_GUILESS_MAIN(HeadsTest)
#include "heads_test.moc"

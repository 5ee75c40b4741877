#include "core/train/mixing_fit.h"

#include "core/base/random_stream.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>
#include <vector>

using namespace flip;

namespace {

constexpr std::int64_t kRows = 4000;

/// Rows whose labels follow a mixing weight of .7, or .2 if the first of two fields is unknown; the
/// second is never unknown.
MixingRows someRows() {
    RandomStream random(5, "mixing");
    std::vector<double> id;
    std::vector<double> text;
    std::vector<double> labels;
    std::vector<std::uint8_t> unknown;
    for (std::int64_t row = 0; row < kRows; ++row) {
        const bool isUnknown = random.uniform() < 0.4;
        id.push_back(2 * random.normal());
        text.push_back(2 * random.normal());
        const double a = isUnknown ? 0.2 : 0.7;
        const double logit = a * id.back() + (1 - a) * text.back();
        labels.push_back(random.uniform() < 1 / (1 + std::exp(-logit)) ? 1 : 0);
        unknown.push_back(isUnknown ? 1 : 0);
        unknown.push_back(0);
    }
    const auto numbers = [](const std::vector<double>& values) {
        return at::tensor(at::ArrayRef<double>(values), at::kDouble);
    };
    return {
        numbers(id), numbers(text), numbers(labels),
        at::tensor(at::ArrayRef<std::uint8_t>(unknown), at::kByte).view({kRows, 2}).to(at::kBool)};
}

at::Tensor start() {
    return at::tensor({0.5, 0.0, 0.0}, at::kDouble);
}

double lossOf(const MixingRows& rows, const at::Tensor& weights) {
    return at::binary_cross_entropy_with_logits(mixedLogits(rows, weights), rows.labels, {}, {},
                                                at::Reduction::Sum)
        .item<double>();
}

} // namespace

/// Fitting mixing weights to rows that are not used for training.
class MixingFitTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recoversTheTrueWeights();
    void improvesOnBothBranchesAndTheStart();
    void findsTheMinimum();
    void keepsUndeterminedWeightsAtTheStart();
    void fitsOneWeightForAllRows();
    void keepsTheStartWithoutRows();
};

void MixingFitTest::recoversTheTrueWeights() {
    const at::Tensor weights = fitMixing(someRows(), start());
    // With 4,000 rows, a weight has a standard error of about .03.
    QVERIFY(std::abs(weights[0].item<double>() - 0.7) < 0.1);
    QVERIFY(std::abs(weights[1].item<double>() + 0.5) < 0.1);
}

void MixingFitTest::improvesOnBothBranchesAndTheStart() {
    const MixingRows rows = someRows();
    const double fitted = lossOf(rows, fitMixing(rows, start()));
    for (const double a : {0.0, 0.5, 1.0}) {
        QVERIFY(fitted < lossOf(rows, at::tensor({a, 0.0, 0.0}, at::kDouble)));
    }
}

void MixingFitTest::findsTheMinimum() {
    const MixingRows rows = someRows();
    const at::Tensor weights = fitMixing(rows, start());
    // The objective: the loss and an L2 penalty of curvature 4 towards the start.
    const auto objective = [&](const at::Tensor& at) {
        return lossOf(rows, at) + 2 * (at - start()).square().sum().item<double>();
    };
    const double least = objective(weights);
    for (std::int64_t which = 0; which < 2; ++which) {
        for (const double step : {-1e-3, 1e-3}) {
            at::Tensor moved = weights.clone();
            moved[which] += step;
            QVERIFY(objective(moved) > least);
        }
    }
}

void MixingFitTest::keepsUndeterminedWeightsAtTheStart() {
    QVERIFY(std::abs(fitMixing(someRows(), start())[2].item<double>()) < 1e-12);
}

void MixingFitTest::fitsOneWeightForAllRows() {
    MixingRows rows = someRows();
    rows.unknown = rows.unknown.slice(1, 0, 0);
    const at::Tensor one = fitMixing(rows, at::tensor({0.5}, at::kDouble));
    QCOMPARE(one.size(0), std::int64_t(1));
    QVERIFY(one[0].item<double>() > 0.2 && one[0].item<double>() < 0.7);
}

void MixingFitTest::keepsTheStartWithoutRows() {
    const MixingRows none{at::zeros({0}, at::kDouble), at::zeros({0}, at::kDouble),
                          at::zeros({0}, at::kDouble), at::zeros({0, 2}, at::kBool)};
    QVERIFY(at::equal(fitMixing(none, start()), start()));
    QCOMPARE(mixedLogits(none, start()).size(0), std::int64_t(0));
}

QTEST_GUILESS_MAIN(MixingFitTest)
#include "mixing_fit_test.moc"

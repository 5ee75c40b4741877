#include "core/train/optimiser.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <cmath>

using namespace flip;

class OptimiserTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTheFormula_data();
    void equalsTheFormula();
    void aParameterWithoutAGradientDoesNotChange();
    void aZeroGradientStillDecays();
    void clipsTheJointNorm();
    void theNormIsFiniteOnlyIfEveryGradientIs_data();
    void theNormIsFiniteOnlyIfEveryGradientIs();
    void continuesFromASavedState();
};

void OptimiserTest::equalsTheFormula_data() {
    QTest::addColumn<double>("decay");
    QTest::addColumn<double>("factor");
    QTest::newRow("adam") << 0.0 << 1.0;
    QTest::newRow("adamw") << 0.1 << 1.0;
    QTest::newRow("scheduled") << 0.1 << 0.25;
}

void OptimiserTest::equalsTheFormula() {
    QFETCH(double, decay);
    QFETCH(double, factor);
    Parameters parameters(at::Device(at::kCPU));
    const at::Tensor w = parameters.add("w", at::full({1}, 2.0, at::kFloat));
    Optimiser optimiser(parameters, {{0.01, decay}}, [](const std::string&) { return 0; });
    double value = 2.0;
    double mean = 0;
    double square = 0;
    for (int t = 1; t <= 20; ++t) {
        const double gradient = std::sin(t);
        w.mutable_grad() = at::full({1}, gradient, at::kFloat);
        optimiser.step(factor);
        const double rate = 0.01 * factor;
        value -= rate * decay * value;
        mean = 0.9 * mean + 0.1 * gradient;
        square = 0.999 * square + 0.001 * gradient * gradient;
        value -= rate * (mean / (1 - std::pow(0.9, t))) /
                 (std::sqrt(square / (1 - std::pow(0.999, t))) + 1e-8);
    }
    // 32-bit state against a 64-bit formula, twenty steps.
    QVERIFY(std::abs(w.item<double>() - value) < 2e-6);
}

void OptimiserTest::aParameterWithoutAGradientDoesNotChange() {
    Parameters parameters(at::Device(at::kCPU));
    const at::Tensor w = parameters.add("w", at::full({3}, 2.0, at::kFloat));
    Optimiser optimiser(parameters, {{0.01, 0.5}}, [](const std::string&) { return 0; });
    optimiser.step(1.0);
    QVERIFY(at::equal(w.detach(), at::full({3}, 2.0, at::kFloat)));
    QVERIFY(optimiser.state().empty());
}

void OptimiserTest::aZeroGradientStillDecays() {
    Parameters parameters(at::Device(at::kCPU));
    const at::Tensor w = parameters.add("w", at::full({3}, 2.0, at::kFloat));
    Optimiser optimiser(parameters, {{0.1, 0.5}}, [](const std::string&) { return 0; });
    w.mutable_grad() = at::zeros({3}, at::kFloat);
    optimiser.step(1.0);
    QVERIFY(at::allclose(w.detach(), at::full({3}, 2.0 * (1 - 0.1 * 0.5), at::kFloat)));
}

void OptimiserTest::clipsTheJointNorm() {
    Parameters parameters(at::Device(at::kCPU));
    const at::Tensor a = parameters.add("a", at::zeros({1}, at::kFloat));
    const at::Tensor b = parameters.add("b", at::zeros({1}, at::kFloat));
    Optimiser optimiser(parameters, {{0.1, 0.0}}, [](const std::string&) { return 0; });
    const auto setGradients = [&](double x, double y) {
        a.mutable_grad() = at::full({1}, x, at::kFloat);
        b.mutable_grad() = at::full({1}, y, at::kFloat);
    };
    setGradients(3, 4);
    optimiser.clip(1.0, optimiser.gradientNorm());
    QVERIFY(std::abs(a.grad().item<double>() - 0.6) < 1e-5);
    QVERIFY(std::abs(b.grad().item<double>() - 0.8) < 1e-5);
    setGradients(0.3, 0.4);
    optimiser.clip(1.0, optimiser.gradientNorm()); // below the limit: unchanged
    QVERIFY(std::abs(a.grad().item<double>() - 0.3) < 1e-6);
    setGradients(3, 4);
    optimiser.clip(0.0, optimiser.gradientNorm()); // off
    QCOMPARE(a.grad().item<double>(), 3.0);
}

void OptimiserTest::theNormIsFiniteOnlyIfEveryGradientIs_data() {
    QTest::addColumn<double>("element");
    QTest::addColumn<bool>("isFinite");
    QTest::newRow("finite") << 4.0 << true;
    QTest::newRow("infinite") << -HUGE_VAL << false;
    QTest::newRow("NaN") << std::nan("") << false;
}

void OptimiserTest::theNormIsFiniteOnlyIfEveryGradientIs() {
    QFETCH(double, element);
    QFETCH(bool, isFinite);
    Parameters parameters(at::Device(at::kCPU));
    const at::Tensor a = parameters.add("a", at::zeros({2}, at::kFloat));
    static_cast<void>(parameters.add("no gradient", at::zeros({1}, at::kFloat)));
    Optimiser optimiser(parameters, {{0.1, 0.0}}, [](const std::string&) { return 0; });
    QVERIFY(!optimiser.gradientNorm().defined());
    a.mutable_grad() = at::tensor({3.0F, static_cast<float>(element)});
    const double norm = optimiser.gradientNorm().item<double>();
    QCOMPARE(std::isfinite(norm), isFinite);
    QVERIFY(!isFinite || std::abs(norm - 5) < 1e-6);
}

void OptimiserTest::continuesFromASavedState() {
    const auto train = [](int from, int to, Optimiser& optimiser, const at::Tensor& w) {
        for (int t = from; t < to; ++t) {
            w.mutable_grad() = at::full({2}, std::cos(t), at::kFloat);
            optimiser.step(1.0);
        }
    };
    const auto oneGroup = [](const std::string&) { return 0; };
    Parameters whole(at::Device(at::kCPU));
    const at::Tensor expected = whole.add("w", at::ones({2}, at::kFloat));
    Optimiser one(whole, {{0.01, 0.1}}, oneGroup);
    train(0, 10, one, expected);

    Parameters parts(at::Device(at::kCPU));
    const at::Tensor w = parts.add("w", at::ones({2}, at::kFloat));
    Optimiser before(parts, {{0.01, 0.1}}, oneGroup);
    train(0, 4, before, w);
    Optimiser after(parts, {{0.01, 0.1}}, oneGroup);
    after.restore(before.state());
    train(4, 10, after, w);
    QVERIFY(at::equal(w.detach(), expected.detach()));
}

QTEST_GUILESS_MAIN(OptimiserTest)
#include "optimiser_test.moc"

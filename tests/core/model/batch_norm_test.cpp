#include "core/model/batch_norm.h"

#include <QtTest/QtTest>

#include <torch/types.h>

#include <ATen/CPUGeneratorImpl.h>

using namespace flip;

namespace {

ForwardMode training() {
    return ForwardMode::training(at::make_generator<at::CPUGeneratorImpl>(5));
}

at::Tensor numbers(at::IntArrayRef shape, std::uint64_t seed) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return at::empty(shape, at::kFloat).normal_(2, 3, generator);
}

/// A norm over four channels with its parameters and buffers.
struct Kept {
    Kept() : norm(parameters, "n", 4) {}

    at::Tensor mean() const { return *parameters.find("n.running_mean"); }
    at::Tensor variance() const { return *parameters.find("n.running_var"); }

    Parameters parameters{at::Device(at::kCPU)};
    BatchNorm norm;
};

/// Equal up to 32-bit sums in another order.
bool near(const at::Tensor& a, const at::Tensor& b) {
    return at::allclose(a, b, 1e-5, 1e-6);
}

} // namespace

class BatchNormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void normalisesByTheBatchThenByRunningStatistics_data() {
        QTest::addColumn<bool>("wide");
        QTest::newRow("rows of channels") << false;
        QTest::newRow("channels of several numbers") << true;
    }
    void normalisesByTheBatchThenByRunningStatistics() {
        QFETCH(bool, wide);
        Kept kept;
        const at::Tensor x = wide ? numbers({5, 4, 3}, 1) : numbers({5, 4}, 1);
        const at::Tensor byChannel = wide ? x.transpose(1, 2).reshape({15, 4}) : x;
        const at::Tensor y = kept.norm(x, training());
        const at::Tensor flat = wide ? y.transpose(1, 2).reshape({15, 4}) : y;
        QVERIFY(at::allclose(flat.mean(0), at::zeros({4}), 1e-5, 1e-5));
        QVERIFY(at::allclose(flat.var(0, /*unbiased=*/false), at::ones({4}), 1e-4, 1e-4));
        kept.parameters.stepTaken();
        QVERIFY(near(kept.mean(), 0.1 * byChannel.mean(0)));
        QVERIFY(near(kept.variance(), 0.9 + 0.1 * byChannel.var(0, /*unbiased=*/true)));

        const at::Tensor later = kept.norm(x, ForwardMode::evaluation());
        const at::Tensor wanted = (byChannel - kept.mean()) / at::sqrt(kept.variance() + 1e-5);
        QVERIFY(near(wide ? later.transpose(1, 2).reshape({15, 4}) : later, wanted));
    }

    void combinesThePassesOfAStep() {
        const at::Tensor x = numbers({12, 4}, 2);
        Kept whole;
        (void)whole.norm(x, training());
        whole.parameters.stepTaken();
        Kept parts;
        for (const auto& [first, last] : {std::pair{0, 7}, {7, 9}, {9, 12}}) {
            (void)parts.norm(x.slice(0, first, last), training());
        }
        parts.parameters.stepTaken();
        QVERIFY(near(parts.mean(), whole.mean()));
        QVERIFY(near(parts.variance(), whole.variance()));
    }

    void aStepThatIsNotTakenChangesNothing() {
        Kept straight;
        Kept broken;
        const at::Tensor x = numbers({6, 4}, 3);
        const at::Tensor first = broken.mean().clone();
        (void)broken.norm(numbers({6, 4}, 4), training()); // the step was stopped after this pass
        QVERIFY(at::equal(broken.mean(), first));          // what a checkpoint would contain now
        for (Kept* kept : {&straight, &broken}) {
            kept->parameters.stepBegins();
            (void)kept->norm(x, training());
            kept->parameters.stepTaken();
        }
        QVERIFY(at::equal(broken.mean(), straight.mean()));
        QVERIFY(at::equal(broken.variance(), straight.variance()));
    }

    void evaluationDoesNotUpdateStatistics() {
        Kept kept;
        (void)kept.norm(numbers({6, 4}, 5), ForwardMode::evaluation());
        kept.parameters.stepTaken();
        QVERIFY(at::equal(kept.mean(), at::zeros({4})));
        QVERIFY(at::equal(kept.variance(), at::ones({4})));
    }

    void tooFewRowsUseTheRunningStatistics_data() {
        QTest::addColumn<int>("rows");
        QTest::newRow("one") << 1;
        QTest::newRow("none") << 0;
    }
    void tooFewRowsUseTheRunningStatistics() {
        QFETCH(int, rows);
        Kept kept;
        (void)kept.norm(numbers({6, 4}, 6), training());
        kept.parameters.stepTaken();
        const at::Tensor before = kept.variance().clone();
        const at::Tensor x = numbers({rows, 4}, 7);
        const at::Tensor y = kept.norm(x, training());
        QVERIFY(at::equal(y, kept.norm(x, ForwardMode::evaluation())));
        y.sum().backward();
        kept.parameters.stepTaken();
        QVERIFY(at::equal(kept.variance(), before));
    }

    void onlyScaleAndShiftAreTrained() {
        Kept kept;
        std::vector<std::string> trained;
        for (const Parameters::Entry& entry : kept.parameters.entries()) {
            QCOMPARE(entry.tensor.requires_grad(), entry.trained);
            if (entry.trained) {
                trained.push_back(entry.name);
            }
        }
        QCOMPARE(trained, (std::vector<std::string>{"n.weight", "n.bias"}));
    }
};

QTEST_GUILESS_MAIN(BatchNormTest)
#include "batch_norm_test.moc"

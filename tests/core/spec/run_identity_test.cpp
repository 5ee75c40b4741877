#include "core/spec/run_identity.h"

#include <QtTest>

using namespace flip;
using Words = std::vector<std::string>;

/// How two computations of one recipe differ.
class RunIdentityTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalIdentitiesDoNotDiffer() {
        QVERIFY(changedInputs(sample(), sample()).empty());
        QVERIFY(changedComputation(sample(), sample()).empty());
    }

    void unknownPartsAreNoDifference() {
        QVERIFY(changedInputs(sample(), {}).empty() && changedInputs({}, sample()).empty());
        QVERIFY(changedComputation(sample(), {}).empty());
        QVERIFY(changedComputation({}, sample()).empty());
    }

    void namesChangedInputs() {
        RunIdentity now = sample();
        now.languageModel = "other";
        now.split = "other";
        QCOMPARE(changedInputs(sample(), now),
                 (Words{"the split", "the weights of the language model"}));
        QVERIFY(changedComputation(sample(), now).empty());
    }

    void namesChangedComputationWithBothValues() {
        RunIdentity now = sample();
        now.threads = 1;
        now.processor = "B";
        QCOMPARE(changedComputation(sample(), now),
                 (Words{"CPU B, before A", "1 thread, before 2"}));
        QVERIFY(changedInputs(sample(), now).empty());
    }

private:
    static RunIdentity sample() {
        return {.program = "0.1.0",
                .libTorch = "2.13.0, CPU build",
                .processor = "A",
                .features = "AVX2",
                .device = "cpu",
                .deviceName = "A",
                .threads = 2,
                .numberFormat = "float32",
                .dataset = "d",
                .split = "s",
                .sentences = "t",
                .tokenizer = "k",
                .languageModel = "m",
                .parent = "p"};
    }
};

QTEST_GUILESS_MAIN(RunIdentityTest)
#include "run_identity_test.moc"

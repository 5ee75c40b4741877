#include "core/eval/delong.h"

#include "core/base/random_stream.h"
#include "core/eval/metrics.h"
#include "tests/core/eval/samples.h"

#include <cmath>
#include <limits>
#include <vector>

using namespace flip;

// Tolerances: variances about 1e-3 from sums of about a hundred squares, 1e-15; the AUCs are exact.
class DeLongTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsThePairwiseDefinition_data() { test::addSampleRows(); }
    void equalsThePairwiseDefinition() {
        QFETCH(int, sample);
        const auto one = test::measuredSamples()[static_cast<std::size_t>(sample)];
        const auto test = pairedAucTest(one.logits, one.others, one.labels);
        QVERIFY(test.has_value());
        const auto near = [&](double value, const char* name) {
            return std::abs(value - one.expected.at("delong").at(name).get<double>()) < 1e-15;
        };
        QVERIFY(near(test->varianceOfFirst, "first"));
        QVERIFY(near(test->varianceOfSecond, "second"));
        QVERIFY(near(test->covariance, "covariance"));
        QVERIFY(near(test->varianceOfDifference, "variance"));
        QCOMPARE(test->first.value, *areaUnderCurve(one.logits, one.labels));
        QCOMPARE(test->second.value, *areaUnderCurve(one.others, one.labels));
        QCOMPARE(test->difference.value, test->first.value - test->second.value);
        QVERIFY(test->first.low < test->first.value && test->first.value < test->first.high);
        QVERIFY(std::abs(*test->z -
                         test->difference.value / std::sqrt(test->varianceOfDifference)) < 1e-15);
        QVERIFY(*test->p > 0 && *test->p < 1);
    }

    void swappingThePairFlipsTheSign() {
        const auto one = test::measuredSamples()[1];
        const auto given = pairedAucTest(one.logits, one.others, one.labels);
        const auto swapped = pairedAucTest(one.others, one.logits, one.labels);
        QVERIFY(std::abs(*given->z + *swapped->z) < 1e-12);
        QCOMPARE(*given->p, *swapped->p);
        QCOMPARE(given->covariance, swapped->covariance);
    }

    void aModelDoesNotDifferFromItself() {
        const auto one = test::measuredSamples()[0];
        const auto test = pairedAucTest(one.logits, one.logits, one.labels);
        QCOMPARE(test->difference.value, 0.0);
        QVERIFY(test->varianceOfDifference < 1e-18);
        QVERIFY(!test->p || *test->p > 0.999);
    }

    /// Two models of equal quality: p is distributed uniformly.
    void findsNoDifferenceWhereThereIsNone() {
        int small = 0;
        for (std::uint64_t seed = 0; seed < 200; ++seed) {
            RandomStream random(seed, "test");
            std::vector<double> first;
            std::vector<double> second;
            std::vector<std::uint8_t> labels;
            for (int i = 0; i < 400; ++i) {
                const double truth = random.normal();
                labels.push_back(static_cast<std::uint8_t>(random.below(2)));
                first.push_back(truth + labels.back() + random.normal());
                second.push_back(truth + labels.back() + random.normal());
            }
            small += *pairedAucTest(first, second, labels)->p < 0.05 ? 1 : 0;
        }
        QVERIFY(small <= 22); // 10 expected, plus four standard deviations of a binomial
    }

    void manyRowsAreOneTest() {
        RandomStream random(41, "test");
        std::vector<double> first;
        std::vector<double> second;
        std::vector<std::uint8_t> labels;
        for (int i = 0; i < 150'000; ++i) {
            labels.push_back(static_cast<std::uint8_t>(random.below(3) == 0));
            first.push_back(random.normal() + labels.back());
            second.push_back(random.normal() + 0.9 * labels.back());
        }
        const auto test = pairedAucTest(first, second, labels);
        QVERIFY(*test->p < 1e-10);
        QVERIFY(test->difference.low > 0);
    }

    void isAbsentWhereItIsNotDefined_data() {
        QTest::addColumn<QList<double>>("scores");
        QTest::addColumn<QList<int>>("labels");
        QTest::newRow("no rows") << QList<double>{} << QList<int>{};
        QTest::newRow("one positive") << QList<double>{1, 2, 3} << QList<int>{0, 1, 0};
        QTest::newRow("one negative") << QList<double>{1, 2, 3} << QList<int>{1, 0, 1};
        QTest::newRow("not a number")
            << QList<double>{1, 2, 3, std::nan("")} << QList<int>{1, 0, 1, 0};
    }
    void isAbsentWhereItIsNotDefined() {
        QFETCH(QList<double>, scores);
        QFETCH(QList<int>, labels);
        const std::vector<double> given(scores.begin(), scores.end());
        QVERIFY(
            !pairedAucTest(given, given, std::vector<std::uint8_t>(labels.begin(), labels.end())));
    }
};

QTEST_GUILESS_MAIN(DeLongTest)
#include "delong_test.moc"

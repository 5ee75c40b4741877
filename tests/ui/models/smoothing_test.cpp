#include "ui/models/smoothing.h"

#include <QtTest>

#include <cmath>
#include <limits>

using flip::ui::DebiasedAverage;

class SmoothingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesHandComputedValues() {
        // w = 0.5, values 4, 2, 6: m = 2, 2, 4; divided by 1/2, 3/4, 7/8.
        DebiasedAverage average(0.5);
        QCOMPARE(average.add(4), 4.0);
        QCOMPARE(average.add(2), 2.0 / 0.75);
        QCOMPARE(average.add(6), 4.0 / 0.875);
    }

    void startsAtTheFirstValueForAnyWeight_data() {
        QTest::addColumn<double>("weight");
        QTest::newRow("none") << 0.0;
        QTest::newRow("half") << 0.5;
        QTest::newRow("strong") << 0.99;
    }
    void startsAtTheFirstValueForAnyWeight() {
        QFETCH(double, weight);
        DebiasedAverage average(weight);
        QCOMPARE(average.add(7.25), 7.25);
    }

    void weightZeroReturnsTheValuesUnchanged() {
        DebiasedAverage average(0);
        for (const double value : {3.0, -1.0, 8.5}) {
            QCOMPARE(average.add(value), value);
        }
    }

    void aConstantStaysConstant() {
        DebiasedAverage average(0.97);
        for (int i = 0; i < 5000; ++i) {
            // A few rounding errors of the running mean, no drift.
            QVERIFY(std::abs(average.add(0.3) - 0.3) < 1e-12);
        }
    }

    void aMissingValueIsReturnedAndLeftOutOfTheMean() {
        DebiasedAverage average(0.5);
        QCOMPARE(average.add(4), 4.0);
        QVERIFY(std::isnan(average.add(std::numeric_limits<double>::quiet_NaN())));
        QCOMPARE(average.add(2), 2.0 / 0.75);
    }
};

QTEST_GUILESS_MAIN(SmoothingTest)
#include "smoothing_test.moc"

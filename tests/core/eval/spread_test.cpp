#include "core/eval/spread.h"

#include <QtTest>

#include <cmath>
#include <vector>

using namespace flip;

// Tolerance: sums of a few numbers near 1, 1e-15 each.
class SpreadTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void meanAndSampleDeviation_data() {
        QTest::addColumn<QList<double>>("values");
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("sd");
        QTest::newRow("two") << QList<double>{1, 3} << 2.0 << std::sqrt(2.0);
        QTest::newRow("four") << QList<double>{1, 2, 3, 4} << 2.5 << std::sqrt(5.0 / 3);
        QTest::newRow("equal") << QList<double>{0.5, 0.5, 0.5} << 0.5 << 0.0;
    }
    void meanAndSampleDeviation() {
        QFETCH(QList<double>, values);
        QFETCH(double, mean);
        QFETCH(double, sd);
        const auto spread = spreadOf(std::vector<double>(values.begin(), values.end()));
        QCOMPARE(spread->n, static_cast<std::size_t>(values.size()));
        QVERIFY(std::abs(spread->mean - mean) < 4e-15);
        QVERIFY(std::abs(*spread->sd - sd) < 4e-15);
    }

    void nearEqualValuesKeepTheirSpread() {
        const auto spread = spreadOf(std::vector<double>{1e6 + 0.25, 1e6 - 0.25});
        QCOMPARE(*spread->sd, std::sqrt(0.125)); // powers of two: no rounding on the way
    }

    void isAbsentForTooFewValues() {
        QVERIFY(!spreadOf(std::vector<double>{}).has_value());
        QVERIFY(!spreadOf(std::vector<double>{0.25})->sd.has_value());
    }

    void writesMeanAndDeviation() {
        QCOMPARE(spreadText(Spread{3, 0.84641, 0.00012}, 4), std::string("0.8464 ± 0.0001"));
        QCOMPARE(spreadText(Spread{1, 2.25, {}}, 1), std::string("2.2"));
        QCOMPARE(spreadText({}, 4), std::string("-"));
    }
};

QTEST_GUILESS_MAIN(SpreadTest)
#include "spread_test.moc"

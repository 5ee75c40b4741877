#include "core/base/random_stream.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace flip;

// Every bound below is five standard deviations or more of the statistic, and the seeds are fixed:
// a correct generator always passes, a biased one does not.
class RandomStreamTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isSplitMix64() {
        // The published sequence for the state 1234567.
        RandomStream stream(RandomStream::State{.key = 1234567, .counter = 0});
        QCOMPARE(stream.next(), std::uint64_t{6457827717110365317U});
        QCOMPARE(stream.next(), std::uint64_t{3203168211198807973U});
        QCOMPARE(stream.next(), std::uint64_t{9817491932198370423U});
        QCOMPARE(stream.next(), std::uint64_t{4593380528125082431U});
        QCOMPARE(stream.next(), std::uint64_t{16408922859458223821U});
    }

    void sameSeedAndPurposeGiveTheSameNumbers() {
        RandomStream one(42, "shuffle");
        RandomStream two(42, "shuffle");
        for (int i = 0; i < 1000; ++i) {
            QCOMPARE(one.next(), two.next());
        }
    }

    void otherSeedsAndPurposesAreUnrelated_data() {
        QTest::addColumn<int>("seed");
        QTest::addColumn<QString>("purpose");
        QTest::newRow("other purpose") << 42 << "masks";
        QTest::newRow("next seed") << 43 << "shuffle";
        QTest::newRow("no purpose") << 42 << "";
    }
    void otherSeedsAndPurposesAreUnrelated() {
        QFETCH(int, seed);
        QFETCH(QString, purpose);
        RandomStream one(42, "shuffle");
        RandomStream two(static_cast<std::uint64_t>(seed), purpose.toStdString());
        int equalBits = 0;
        for (int i = 0; i < 1000; ++i) {
            equalBits += 64 - __builtin_popcountll(one.next() ^ two.next());
        }
        // 64000 fair coins: mean 32000, deviation 126.5.
        QVERIFY2(std::abs(equalBits - 32000) < 633, qPrintable(QString::number(equalBits)));
    }

    void continuesFromASavedState() {
        RandomStream stream(7, "noise");
        for (int i = 0; i < 10; ++i) {
            stream.normal();
        }
        RandomStream later(stream.state());
        for (int i = 0; i < 100; ++i) {
            QCOMPARE(later.next(), stream.next());
        }
        QVERIFY(later.state() == stream.state());
    }

    void belowIsUniform_data() {
        QTest::addColumn<quint64>("bound");
        QTest::newRow("2") << quint64{2};
        QTest::newRow("7") << quint64{7};
        QTest::newRow("1000") << quint64{1000};
    }
    void belowIsUniform() {
        QFETCH(quint64, bound);
        RandomStream stream(1, "below");
        std::vector<double> counts(bound);
        const double expected = 1000;
        const auto draws = static_cast<std::int64_t>(expected) * static_cast<std::int64_t>(bound);
        for (std::int64_t i = 0; i < draws; ++i) {
            const std::uint64_t drawn = stream.below(bound);
            QVERIFY(drawn < bound);
            counts[drawn] += 1;
        }
        double chiSquare = 0;
        for (const double count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        const double freedom = static_cast<double>(bound) - 1;
        QVERIFY(chiSquare < freedom + 5 * std::sqrt(2 * freedom) + 10);
    }

    void belowIsUnbiasedForHugeBounds() {
        // Two thirds of 2^64: plain multiplication or modulo would favour one half by 2 : 1.
        const std::uint64_t bound = 12297829382473034411U;
        RandomStream stream(1, "below");
        int low = 0;
        for (int i = 0; i < 100000; ++i) {
            const std::uint64_t drawn = stream.below(bound);
            QVERIFY(drawn < bound);
            low += drawn < bound / 2 ? 1 : 0;
        }
        QVERIFY(std::abs(low - 50000) < 5 * 158);
        QCOMPARE(stream.below(1), std::uint64_t{0});
    }

    void uniformFillsTheUnitInterval() {
        RandomStream stream(3, "uniform");
        double sum = 0;
        double least = 1;
        double most = 0;
        const int draws = 100000;
        for (int i = 0; i < draws; ++i) {
            const double u = stream.uniform();
            QVERIFY(u >= 0 && u < 1);
            sum += u;
            least = std::min(least, u);
            most = std::max(most, u);
        }
        QVERIFY(std::abs(sum / draws - 0.5) < 5 * 0.2887 / std::sqrt(draws));
        QVERIFY(least < 1e-3 && most > 1 - 1e-3);
    }

    void normalHasMeanZeroAndVarianceOne() {
        RandomStream stream(3, "normal");
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        const int draws = 100000;
        for (int i = 0; i < draws; ++i) {
            const double z = stream.normal();
            QVERIFY(std::isfinite(z));
            sum += z;
            squares += z * z;
            fourths += z * z * z * z;
        }
        const double root = std::sqrt(draws);
        QVERIFY(std::abs(sum / draws) < 5 / root);
        QVERIFY(std::abs(squares / draws - 1) < 5 * std::sqrt(2.0) / root);
        QVERIFY(std::abs(fourths / draws - 3) < 5 * std::sqrt(96.0) / root);
    }

    void aNormalDrawAdvancesTheCounterByTwo() {
        RandomStream stream(3, "normal");
        stream.normal();
        QCOMPARE(stream.state().counter, std::uint64_t{2});
    }

    void aPermutationHoldsEachNumberOnce_data() {
        QTest::addColumn<int>("count");
        for (const int count : {0, 1, 2, 1000}) {
            QTest::addRow("%d", count) << count;
        }
    }
    void aPermutationHoldsEachNumberOnce() {
        QFETCH(int, count);
        RandomStream stream(5, "shuffle");
        auto order = stream.permutation(count);
        if (count == 1000) {
            QVERIFY(!std::is_sorted(order.begin(), order.end()));
        }
        std::sort(order.begin(), order.end());
        QCOMPARE(order.size(), static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < order.size(); ++i) {
            QCOMPARE(order[i], static_cast<std::int64_t>(i));
        }
    }

    void aSampleIsDistinctAndFair() {
        RandomStream stream(5, "masks");
        std::vector<int> chosen(8);
        const int draws = 40000;
        for (int i = 0; i < draws; ++i) {
            const auto sample = stream.sample(8, 3);
            QCOMPARE(std::set<std::int64_t>(sample.begin(), sample.end()).size(), std::size_t{3});
            for (const std::int64_t number : sample) {
                chosen.at(static_cast<std::size_t>(number)) += 1;
            }
        }
        // Each is in with probability 3/8: mean 15000, deviation 96.8.
        for (const int count : chosen) {
            QVERIFY2(std::abs(count - 15000) < 484, qPrintable(QString::number(count)));
        }
        QVERIFY(stream.sample(5, 0).empty());
    }
};

QTEST_GUILESS_MAIN(RandomStreamTest)
#include "random_stream_test.moc"

#include "core/store/sweep_name.h"

#include <QtTest>

using namespace flip;

class SweepNameTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersRoundTrip_data() {
        QTest::addColumn<qlonglong>("number");
        QTest::addColumn<QString>("name");
        QTest::newRow("first") << 1LL << "lr-001";
        QTest::newRow("three digits") << 999LL << "lr-999";
        QTest::newRow("four digits") << 1000LL << "lr-1000";
    }
    void numbersRoundTrip() {
        QFETCH(qlonglong, number);
        QFETCH(QString, name);
        QCOMPARE(sweepRunName("lr", number), name.toStdString());
        QCOMPARE(numberInSweep(name.toStdString(), "lr"), std::optional<std::int64_t>(number));
    }

    void refusesOtherNames_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"lr", "lr-", "lr-1", "lr-0001", "lr_001", "lr-000", "lr--01",
                                 "lr-001x", "fm-001", "lr-2-001", "lr-99999999999999999999"}) {
            QTest::newRow(name) << name;
        }
    }
    void refusesOtherNames() {
        QFETCH(QString, name);
        QVERIFY(!numberInSweep(name.toStdString(), "lr").has_value());
    }

    void findsTheSweepOfARun_data() {
        QTest::addColumn<QString>("run");
        QTest::addColumn<QString>("sweep");
        QTest::newRow("of a sweep") << "lr-001"
                                    << "lr";
        QTest::newRow("with a dash in its name") << "films-joint-1000"
                                                 << "films-joint";
        QTest::newRow("numbered twice") << "lr-001-002"
                                        << "lr-001";
        QTest::newRow("of no sweep") << "lr"
                                     << "lr";
        QTest::newRow("numbered by hand") << "lr-1"
                                          << "lr-1";
    }
    void findsTheSweepOfARun() {
        QFETCH(QString, run);
        QFETCH(QString, sweep);
        QCOMPARE(sweepOfRun(run.toStdString()), sweep.toStdString());
    }
};

QTEST_GUILESS_MAIN(SweepNameTest)
#include "sweep_name_test.moc"

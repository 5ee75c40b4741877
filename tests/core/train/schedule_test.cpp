#include "core/train/schedule.h"

#include <QtTest/QtTest>

#include <cmath>

using namespace flip;

class ScheduleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTheFormula_data();
    void equalsTheFormula();
    void neverRisesAfterWarmUp();
};

void ScheduleTest::equalsTheFormula_data() {
    QTest::addColumn<QString>("schedule");
    QTest::addColumn<double>("warmup");
    QTest::addColumn<int>("step");
    QTest::addColumn<double>("factor");
    // 100 steps, 10 per epoch.
    QTest::newRow("by step, start") << "cosine-step" << 0.0 << 0 << 1.0;
    QTest::newRow("by step, middle") << "cosine-step" << 0.0 << 50 << 0.5;
    QTest::newRow("by step, last")
        << "cosine-step" << 0.0 << 99 << 0.5 * (1 + std::cos(M_PI * 0.99));
    QTest::newRow("warm-up, first") << "cosine-step" << 0.1 << 0 << 0.1;
    QTest::newRow("warm-up, over") << "cosine-step" << 0.1 << 9 << 1.0;
    QTest::newRow("after warm-up") << "cosine-step" << 0.1 << 10 << 1.0;
    QTest::newRow("constant, last") << "constant" << 0.1 << 99 << 1.0;
    QTest::newRow("constant, warm-up") << "constant" << 0.1 << 4 << 0.5;
    QTest::newRow("by epoch, first") << "cosine-epoch" << 0.0 << 9 << 1.0;
    QTest::newRow("by epoch, sixth") << "cosine-epoch" << 0.0 << 50 << 0.5;
}

void ScheduleTest::equalsTheFormula() {
    QFETCH(QString, schedule);
    QFETCH(double, warmup);
    QFETCH(int, step);
    QFETCH(double, factor);
    const double given = scheduleFactor(choiceOf<Schedule>(schedule.toStdString()).value(), warmup,
                                        step, {10, 100, 10});
    QVERIFY2(std::abs(given - factor) < 1e-12, qPrintable(QString::number(given, 'g', 17)));
}

void ScheduleTest::neverRisesAfterWarmUp() {
    for (const Schedule schedule : {Schedule::CosineStep, Schedule::CosineEpoch}) {
        double before = 1.0;
        for (int step = 20; step < 100; ++step) {
            const double now = scheduleFactor(schedule, 0.2, step, {10, 100, 10});
            QVERIFY(now <= before && now >= 0);
            before = now;
        }
    }
}

QTEST_GUILESS_MAIN(ScheduleTest)
#include "schedule_test.moc"

#include "core/data/import/row_time.h"

#include "core/base/random_stream.h"
#include "tests/core/rounds.h"

#include <QDateTime>
#include <QTimeZone>
#include <QtTest>

using namespace flip;

/// Times as they are written in raw files. Dates are compared with Qt's calendar.
class RowTimeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsNumbersExactly_data();
    void readsNumbersExactly();
    void readsDates_data();
    void readsDates();
    void refusesOtherText_data();
    void refusesOtherText();
    void agreesWithQtOnRandomDates();
    void keepsTheOrderOfNumbers();
    void reportsDecimalsThatWereCutOff_data();
    void reportsDecimalsThatWereCutOff();
    void cutsTowardsThePast();
    void readsPrintedNumbersBack();
};

void RowTimeTest::readsNumbersExactly_data() {
    QTest::addColumn<qint64>("digits");
    QTest::addColumn<int>("decimals");
    const auto row = [](const char* text, qint64 digits, int decimals) {
        QTest::newRow(text) << digits << decimals;
    };
    row("0", 0, 0);
    row("-0.0", 0, 0);
    row("1537401600", 1537401600, 0);
    row("1537401600.000", 1537401600, 0);
    row("1537401600.25", 153740160025, 2);
    row("1537401600250", 1537401600250, 0);
    row("1537401600250000000", 1537401600250000000, 0); // nanoseconds
    row("-1.5", -15, 1);
    row(".5", 5, 1);
    row("5.", 5, 0);
    row("1.5e9", 1500000000, 0);
    row("1.5374016e+09", 1537401600, 0);
    row("25E-2", 25, 2);
    row("1e-05", 1, 5);
    row("0.12345678901234567", 12345678901234567, 17); // as Python writes a double
    row("0.1234567890123456789", 123456789012345678, 18);
    row("-0.1234567890123456789", -123456789012345679, 18); // cut off towards the past
    row("1e-30", 0, 0);
    row("-1e-30", -1, 18);
    row("9223372036854775807", 9223372036854775807, 0);
    row("-9223372036854775807", -9223372036854775807, 0);
    row("-922337203685477580.75", -922337203685477581, 0); // one decimal would overflow
    row("922337203685477580.79", 9223372036854775807, 1);
    row("1537401600.12345678912345", 1537401600123456789, 9);
    row(" 12 ", 12, 0);
    row("\t12", 12, 0);
    row("0000000000000000000000012", 12, 0);
}

void RowTimeTest::readsNumbersExactly() {
    QFETCH(qint64, digits);
    QFETCH(int, decimals);
    const auto time = parseRowTime(QTest::currentDataTag());
    QVERIFY(time);
    QCOMPARE(qint64{time->digits}, digits);
    QCOMPARE(time->decimals, decimals);
}

void RowTimeTest::readsDates_data() {
    QTest::addColumn<qint64>("digits");
    QTest::addColumn<int>("decimals");
    const auto row = [](const char* text, qint64 digits, int decimals = 0) {
        QTest::newRow(text) << digits << decimals;
    };
    row("1970-01-01", 0);
    row("2018-09-20", 1537401600);
    row("2018-09-20 14:03:11", 1537452191);
    row("2018-09-20T14:03:11", 1537452191);
    row("2018-09-20T14:03:11Z", 1537452191);
    row("2018-09-20 14:03:11 UTC", 1537452191);
    row("2018-09-20 14:03", 1537452180);
    row("2018-09-20T16:03:11+02:00", 1537452191);
    row("2018-09-20T16:03:11+0200", 1537452191);
    row("2018-09-20 09:03:11-05", 1537452191);
    row("2018-09-20 14:03:11.5", 15374521915, 1);
    row("2018-09-20 14:03:11,25", 153745219125, 2);
    row("2018-09-20 14:03:11.123456789+00:00", 1537452191123456789, 9);
    row("1969-12-31 23:59:59.5", -5, 1);
    row("2016-12-31 23:59:60", 1483228800); // a leap second
    row("2020-02-29", 1582934400);
    row("9999-12-31 00:00:00.123456789", 2534022144001234567, 7); // as many as fit in 64 bits
}

void RowTimeTest::readsDates() {
    readsNumbersExactly();
}

void RowTimeTest::refusesOtherText_data() {
    QTest::addColumn<bool>("unused");
    for (const char* text : {"",
                             " ",
                             "-",
                             ".",
                             "e5",
                             "1e",
                             "nan",
                             "inf",
                             "0x10",
                             "1,5",
                             "12 34",
                             "+5",
                             "1e400",
                             "9223372036854775808",
                             "-9223372036854775808",
                             "-9223372036854775807.5",
                             "1e19",
                             "20.09.2018",
                             "09/20/2018",
                             "2018-9-20",
                             "2018-09",
                             "2018-13-01",
                             "2018-02-30",
                             "2019-02-29",
                             "2018-09-20 24:00:00",
                             "2018-09-20 14",
                             "2018-09-20 14:60",
                             "2018-09-20 14:03:11.",
                             "2018-09-20 14:03:11 CET",
                             "2018-09-20 14:03:11+2",
                             "2018-09-20x",
                             "Thu Sep 20 14:03:11 2018"}) {
        QTest::newRow(text) << true;
    }
}

void RowTimeTest::refusesOtherText() {
    QVERIFY(!parseRowTime(QTest::currentDataTag()));
}

void RowTimeTest::agreesWithQtOnRandomDates() {
    RandomStream random(1, "dates");
    for (int round = 0; round < test::rounds(2000); ++round) {
        // Years of four digits.
        const auto seconds =
            static_cast<std::int64_t>(random.below(315'537'897'600)) - 62'135'596'800;
        const QDateTime date = QDateTime::fromSecsSinceEpoch(seconds, QTimeZone::utc());
        const std::string text = date.toString("yyyy-MM-ddTHH:mm:ss").toStdString();
        const auto time = parseRowTime(text);
        QVERIFY2(time, text.c_str());
        QCOMPARE(time->digits, seconds);
        QCOMPARE(time->decimals, 0);
    }
}

/// Two numbers keep their order, however many decimals each of them has.
void RowTimeTest::keepsTheOrderOfNumbers() {
    RandomStream random(2, "numbers");
    const auto draw = [&](std::string& text) {
        const auto decimals = static_cast<int>(random.below(7));
        const auto thousandths = static_cast<std::int64_t>(random.below(4'000)) - 2'000;
        std::int64_t power = 1;
        for (int i = 0; i < decimals; ++i) {
            power *= 10;
        }
        text = QString::number(static_cast<double>(thousandths) / static_cast<double>(power), 'f',
                               decimals)
                   .toStdString();
        return thousandths * (1'000'000 / power);
    };
    for (int round = 0; round < test::rounds(2000); ++round) {
        std::string a;
        std::string b;
        const auto order = draw(a) <=> draw(b);
        const auto first = parseRowTime(a)->withDecimals(6);
        const auto second = parseRowTime(b)->withDecimals(6);
        QVERIFY2(first && second && (*first <=> *second) == order, (a + " " + b).c_str());
    }
}

void RowTimeTest::reportsDecimalsThatWereCutOff_data() {
    QTest::addColumn<bool>("isCut");
    QTest::newRow("1537401600.123456789") << false;
    QTest::newRow("1537401600.1234567890000000000000") << false;
    QTest::newRow("1537401600.12345678912345") << true;
    QTest::newRow("0.1234567890123456789") << true;
    QTest::newRow("1e-30") << true;
    QTest::newRow("2018-09-20 14:03:11.5") << false;
    QTest::newRow("2018-09-20 14:03:11.1234567890000000000000") << false;
    QTest::newRow("2018-09-20 14:03:11.12345678912345") << true;
}

void RowTimeTest::reportsDecimalsThatWereCutOff() {
    QFETCH(bool, isCut);
    const auto time = parseRowTime(QTest::currentDataTag());
    QVERIFY(time);
    QCOMPARE(time->isCut, isCut);
}

void RowTimeTest::cutsTowardsThePast() {
    QCOMPARE(*(RowTime{1259, 2}.withDecimals(1)), std::int64_t{125});
    QCOMPARE(*(RowTime{1259, 2}.withDecimals(0)), std::int64_t{12});
    QCOMPARE(*(RowTime{-1251, 2}.withDecimals(1)), std::int64_t{-126});
    QCOMPARE(*(RowTime{-1251, 2}.withDecimals(0)), std::int64_t{-13});
    QCOMPARE(*(RowTime{-1200, 2}.withDecimals(0)), std::int64_t{-12});
}

/// Any 64-bit number, printed with any number of decimals, is read back exactly.
void RowTimeTest::readsPrintedNumbersBack() {
    RandomStream random(3, "printed");
    for (int round = 0; round < test::rounds(2000); ++round) {
        auto digits = static_cast<std::int64_t>(random.below(std::uint64_t{1} << 63));
        digits >>= random.below(63);
        digits = random.below(2) == 0 ? -digits : digits;
        const auto decimals = static_cast<int>(random.below(RowTime::kMaxDecimals + 1));
        QString text = QString::number(digits < 0 ? -digits : digits);
        text = text.rightJustified(decimals + 1, '0');
        text = (digits < 0 ? "-" : "") + text.insert(text.size() - decimals, '.');
        const auto time = parseRowTime(text.toStdString());
        QVERIFY2(time && !time->isCut && time->decimals <= decimals, qPrintable(text));
        QCOMPARE(*time->withDecimals(decimals), digits);
    }
}

QTEST_APPLESS_MAIN(RowTimeTest)
#include "row_time_test.moc"

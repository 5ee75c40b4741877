#include "ui/plots/heat_map.h"

#include <QtTest>

#include <limits>

using namespace flip::ui;

namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

HeatMap::Content lifts(std::vector<double> values, double low, double high) {
    return {.rows = {"title", "genre"},
            .columns = {"title", "genre"},
            .values = std::move(values),
            .scale = HeatScale::Ratio,
            .low = low,
            .high = high,
            .rowLabel = "masked table field",
            .columnLabel = "words of field",
            .unit = "lift"};
}

} // namespace

class HeatMapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anEvenSpreadIsGreyAndTheScaleIsSymmetric() {
        HeatMap map;
        map.setContent(lifts({1, 4, 0.25, 2}, 0.5, 4));
        const QColor even = map.colourOf(1);
        QCOMPARE(even, blueGreyRed(0.5));
        QCOMPARE(even.red(), even.green());
        QCOMPARE(even.green(), even.blue());
        QCOMPARE(map.colourOf(4), blueGreyRed(1));
        QCOMPARE(map.colourOf(0.25), blueGreyRed(0));
        QCOMPARE(map.colourOf(2), blueGreyRed(0.75)); // halfway on the logarithmic scale
        QCOMPARE(map.colourOf(0), blueGreyRed(0));
    }

    void sharesAreColouredWithViridis() {
        HeatMap map;
        auto content = lifts({0, 0.5, 0.25, 0.1}, 0, 0.5);
        content.scale = HeatScale::Sequential;
        map.setContent(content);
        QCOMPARE(map.colourOf(0), QColor(0x44, 0x01, 0x54));
        QCOMPARE(map.colourOf(0.5), QColor(0xfd, 0xe7, 0x25));
    }

    void cellsAreSquareAtAnySize_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("wide") << QSize(800, 300);
        QTest::newRow("tall") << QSize(320, 700);
        QTest::newRow("smallest") << QSize(280, 260);
    }
    void cellsAreSquareAtAnySize() {
        QFETCH(QSize, size);
        HeatMap map;
        map.setContent(lifts({1, 2, 0.5, 1}, 0.5, 2));
        map.resize(size);
        for (int row = 0; row < 2; ++row) {
            for (int column = 0; column < 2; ++column) {
                const QRect cell = map.cellRect(row, column);
                QCOMPARE(cell.width(), cell.height());
                QVERIFY(map.rect().contains(cell));
                QCOMPARE(*map.cellAt(cell.center()), std::pair(row, column));
            }
        }
        QVERIFY(!map.cellAt(QPoint(1, 1)));
    }

    void aMapMayHaveMoreColumnsThanRows() {
        HeatMap map;
        auto content = lifts({1, 2, 0.5}, 0.5, 2);
        content.rows = {"film"};
        content.columns = {"film", "director", "decade"};
        map.setContent(content);
        map.resize(500, 300);
        const QRect last = map.cellRect(0, 2);
        QCOMPARE(last.width(), last.height());
        QVERIFY(map.rect().contains(last));
        QCOMPARE(*map.cellAt(last.center()), std::pair(0, 2));
        QVERIFY(!map.cellAt(map.cellRect(0, 3).center()));
        QVERIFY(!map.cellAt(map.cellRect(1, 0).center()));
        QVERIFY(map.cellText(0, 1).contains("director"));
    }

    void anOutlierDoesNotTurnTheOtherCellsGrey() {
        HeatMap map;
        map.setContent(lifts({1, 4, 0.25, 1e-7}, 1e-7, 4));
        QCOMPARE(map.colourOf(1e-7), blueGreyRed(0));
        QCOMPARE(map.colourOf(4), blueGreyRed(0.75)); // log 4 / log 16 of the upper half
        QVERIFY(map.cellText(1, 1).endsWith(QString::fromUtf8("<0.01×")));
    }

    void hoveringShowsBothFieldsAndTheValue() {
        HeatMap map;
        map.setContent(lifts({1, 2.345, 0.5, kNan}, 0.5, 3));
        QCOMPARE(map.cellText(0, 1),
                 QString::fromUtf8("masked table field title, words of field genre: 2.35×"));
        QVERIFY(map.cellText(1, 1).endsWith("not measured"));
    }

    void aMissingValueHasNoColourOfTheScale() {
        HeatMap map;
        map.setContent(lifts({1, 1, 1, kNan}, 0.5, 2));
        map.resize(500, 400);
        const QImage image = map.grab().toImage();
        const QRect missing = map.cellRect(1, 1);
        const QColor even = map.colourOf(1);
        int coloured = 0;
        for (int y = missing.top() + 2; y < missing.bottom() - 2; ++y) {
            for (int x = missing.left() + 2; x < missing.right() - 2; ++x) {
                coloured += image.pixelColor(x, y) == even ? 1 : 0;
            }
        }
        QCOMPARE(coloured, 0);
        QCOMPARE(image.pixelColor(map.cellRect(0, 0).topLeft() + QPoint(3, 3)), even);
    }
};

QTEST_MAIN(HeatMapTest)
#include "heat_map_test.moc"

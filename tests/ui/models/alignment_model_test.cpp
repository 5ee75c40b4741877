#include "ui/models/alignment_model.h"

#include <QSignalSpy>
#include <QtTest>

#include <cmath>
#include <limits>

using namespace flip;
using namespace flip::ui;

namespace {

RunEvent measured(int epoch, std::vector<double> lift, double score = 0.5) {
    return {0, AlignmentMeasured{.epoch = epoch,
                                 .step = epoch * 10,
                                 .masked = {"title", "genre"},
                                 .words = {"title", "genre"},
                                 .share = {0.4, 0.6, 0.7, 0.3},
                                 .lift = std::move(lift),
                                 .toFields = {0.2, 0.3},
                                 .score = score}};
}

} // namespace

class AlignmentModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsMapsByEpochAndSignalsTheFirstChanged() {
        AlignmentModel model;
        QSignalSpy spy(&model, &AlignmentModel::changed);
        model.take("a", std::vector{measured(0, {1, 1, 1, 1}), measured(1, {2, 1, 1, 2})});
        model.take("a", std::vector{measured(2, {3, 1, 1, 3})});
        QCOMPARE(model.maps("a").size(), std::size_t(3));
        QCOMPARE(spy.count(), 2);
        QCOMPARE(spy[1][1].value<std::size_t>(), std::size_t(2));
        QVERIFY(model.maps("b").empty());
    }

    void anEpochMeasuredAgainDropsLaterOnes() {
        AlignmentModel model;
        model.take("a", std::vector{measured(0, {1, 1, 1, 1}), measured(1, {2, 1, 1, 2}),
                                    measured(2, {3, 1, 1, 3})});
        model.take("a", std::vector{measured(1, {9, 1, 1, 9})});
        QCOMPARE(model.maps("a").size(), std::size_t(2));
        QCOMPARE(model.maps("a")[1].lift[0], 9.0);
    }

    void theRangeSpansAllEpochsAndSkipsMissingValues() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        AlignmentModel model;
        model.take("a", std::vector{measured(0, {0.5, nan, 1, 1}), measured(1, {4, 1, 1, 2})});
        const auto range = model.range("a", AlignmentMeasure::Lift);
        QCOMPARE(range.low, 0.5);
        QCOMPARE(range.high, 4.0);
    }

    void missingValuesOfAMapAreNotZero() {
        const AlignmentMeasured map{.masked = {"a", "b"}, .words = {"a", "c"}, .share = {0.1}};
        const auto values = valuesOf(map, AlignmentMeasure::Share);
        QCOMPARE(values.size(), std::size_t(4));
        QCOMPARE(values[0], 0.1);
        QVERIFY(std::isnan(values[3]));
    }

    void theStrongestPairsAreOfDifferentFieldsAndAboveAnEvenSpread() {
        const auto event = measured(1, {9, 2.3, 0.7, 8});
        const auto pairs = strongestPairs(std::get<AlignmentMeasured>(event.fact), 4);
        QCOMPARE(pairs.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(pairs[0].masked), QStringLiteral("title"));
        QCOMPARE(QString::fromStdString(pairs[0].text), QStringLiteral("genre"));
        QCOMPARE(pairs[0].lift, 2.3);
    }

    void idsCanAttendToAFieldThatIsOnlyText() {
        const AlignmentMeasured map{.masked = {"film"},
                                    .words = {"film", "director"},
                                    .share = {0.3, 0.7},
                                    .lift = {0.6, 1.4}};
        const auto pairs = strongestPairs(map, 4);
        QCOMPARE(pairs.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(pairs[0].text), QStringLiteral("director"));
        QCOMPARE(pairs[0].share, 0.7);
    }

    void theSentencesNameThePairAndItsNumbers() {
        const auto event = measured(3, {9, 2.3, 0.7, 8}, 0.41);
        const auto first = measured(0, {1, 1, 1, 1}, 0.12);
        const QString words = alignmentWords(std::get<AlignmentMeasured>(event.fact),
                                             std::get<AlignmentMeasured>(first.fact));
        QVERIFY2(words.contains("<b>title</b> attends to the words of <b>genre</b>: 2.3"),
                 qPrintable(words));
        QVERIFY(words.contains(QString::fromUtf8("41\u00a0%")));
        QVERIFY(words.contains(QString::fromUtf8("12\u00a0% at epoch 0")));
        QVERIFY2(words.contains("Field words get 25"), qPrintable(words));
    }
};

QTEST_GUILESS_MAIN(AlignmentModelTest)
#include "alignment_model_test.moc"

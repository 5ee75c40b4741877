#include "core/data/import/label_counts.h"

#include <QtTest>

#include <algorithm>
#include <string>
#include <vector>

using namespace flip;

namespace {

LabelSchema rules(const std::string& positive, const std::string& drop = "") {
    LabelSchema label;
    label.positive = parseValueRule(positive, "positive").value();
    if (!drop.empty()) {
        label.drop = parseValueRule(drop, "drop").value();
    }
    return label;
}

/// The tally of the labels when they are added in batches of this size.
ImportTally tallyOf(const std::vector<std::string>& labels, std::size_t batchRows,
                    const LabelCheck& check) {
    UnnamedLabels unnamed(check);
    for (std::size_t first = 0; first < labels.size(); first += batchRows) {
        LabelCounts batch;
        for (std::size_t i = first; i < std::min(first + batchRows, labels.size()); ++i) {
            batch.add(labels[i], 1);
        }
        unnamed.add(batch);
    }
    ImportTally tally;
    unnamed.addTo(tally);
    return tally;
}

} // namespace

class LabelCountsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recognisesTheLabelsThatARuleNames_data();
    void recognisesTheLabelsThatARuleNames();
    void doesNotDependOnTheBatches();
    void keepsEveryNearMiss();
};

void LabelCountsTest::recognisesTheLabelsThatARuleNames_data() {
    QTest::addColumn<QString>("positive");
    QTest::addColumn<QString>("drop");
    QTest::addColumn<QString>("label");
    QTest::addColumn<bool>("isUnnamed");
    QTest::addColumn<bool>("isNear");
    QTest::newRow("named") << "== 'yes'"
                           << ""
                           << "yes" << false << true;
    QTest::newRow("case") << "== 'yes'"
                          << ""
                          << "Yes" << true << true;
    QTest::newRow("blanks") << "in ['yes', ' ok']"
                            << ""
                            << "ok " << true << true;
    QTest::newRow("another") << "== 'yes'"
                             << ""
                             << "no" << true << false;
    QTest::newRow("named as negative") << "not in ['no', 'NA']"
                                       << ""
                                       << "NA" << false << true;
    QTest::newRow("named in drop") << "== 'yes'"
                                   << "!= 'no'"
                                   << "no" << false << true;
    QTest::newRow("near drop") << "== 'yes'"
                               << "== 'Skip'"
                               << "skip" << true << true;
    QTest::newRow("numbers") << ">= 4"
                             << "== 'Skip'"
                             << "skip" << false << true;
}

void LabelCountsTest::recognisesTheLabelsThatARuleNames() {
    QFETCH(QString, positive);
    QFETCH(QString, drop);
    QFETCH(QString, label);
    const LabelSchema schema = rules(positive.toStdString(), drop.toStdString());
    const LabelCheck check(schema);
    QTEST(check.isUnnamed(label.toStdString()), "isUnnamed");
    QTEST(check.nearlyNames(label.toStdString()), "isNear");
}

void LabelCountsTest::doesNotDependOnTheBatches() {
    // The first 64 labels are kept. Each of the 100 occurs three times, mostly in different
    // batches.
    std::vector<std::string> labels;
    for (int i = 0; i < 300; ++i) {
        labels.push_back("label" + std::to_string(i * 3 % 100));
    }
    const LabelSchema schema = rules("== 'yes'");
    const LabelCheck check(schema);
    const ImportTally whole = tallyOf(labels, labels.size(), check);
    QCOMPARE(whole.unnamedLabels.size(), UnnamedLabels::kKept);
    QVERIFY(whole.unnamedLabels.front() == (NamedCount{"label0", 3}));
    QCOMPARE(whole.otherUnnamedRows, std::int64_t{36 * 3});
    for (const std::size_t batchRows : {1, 7, 64, 150}) {
        QVERIFY(tallyOf(labels, batchRows, check) == whole);
    }
}

void LabelCountsTest::keepsEveryNearMiss() {
    std::vector<std::string> labels;
    for (int i = 0; i < 200; ++i) {
        labels.push_back(std::to_string(i));
    }
    for (const char* near : {"Yes", "YES", "yes ", "Yes"}) {
        labels.emplace_back(near);
    }
    const LabelSchema schema = rules("== 'yes'");
    const LabelCheck check(schema);
    for (const std::size_t batchRows : {1, 50, 1000}) {
        const ImportTally tally = tallyOf(labels, batchRows, check);
        QVERIFY(tally.nearlyNamedLabels ==
                (std::vector<NamedCount>{{"Yes", 2}, {"YES", 1}, {"yes ", 1}}));
        QCOMPARE(tally.otherUnnamedRows, std::int64_t{200 - 64});
    }
}

QTEST_APPLESS_MAIN(LabelCountsTest)
#include "label_counts_test.moc"

#include "ui/pages/import_panel.h"

#include <QComboBox>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

using namespace flip;
using namespace flip::ui;

class ImportPanelSplitTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        auto opened = Workspace::open(folder_.path().toStdString());
        QVERIFY(opened.ok());
        panel_ = std::make_unique<ImportPanel>(*opened);
    }

    void requestsTheChosenSplit_data() {
        QTest::addColumn<int>("rule");
        QTest::addColumn<bool>("preferParts");
        QTest::addColumn<bool>("seedIsShown");
        QTest::newRow("By file name if possible, else at random")
            << int(SplitPlan::Rule::Random) << true << true;
        QTest::newRow("At random") << int(SplitPlan::Rule::Random) << false << true;
        QTest::newRow("By time, newest rows for test")
            << int(SplitPlan::Rule::Time) << false << false;
        QTest::newRow("As given by a split file") << int(SplitPlan::Rule::File) << false << false;
        QTest::newRow("By file name: train, valid, test")
            << int(SplitPlan::Rule::Parts) << false << false;
    }

    void requestsTheChosenSplit() {
        QFETCH(int, rule);
        QFETCH(bool, preferParts);
        QFETCH(bool, seedIsShown);
        const int entry = splits()->findText(QTest::currentDataTag());
        QVERIFY(entry >= 0);
        splits()->setCurrentIndex(entry);
        const SplitPlan plan = panel_->request().split;
        QCOMPARE(int(plan.rule), rule);
        QCOMPARE(plan.preferParts, preferParts);
        QCOMPARE(seed()->isVisibleTo(panel_.get()), seedIsShown);
    }

    void splitsByFileNameByDefault() {
        const ImportPanel fresh(*Workspace::open(folder_.path().toStdString()));
        QVERIFY(fresh.request().split.preferParts);
    }

    void aChangedSeedCountsAsChosen() {
        splits()->setCurrentIndex(0);
        QVERIFY(!panel_->request().split.seedWasChosen);
        seed()->setValue(5);
        QVERIFY(panel_->request().split.seedWasChosen);
        QCOMPARE(panel_->request().split.seed, std::uint64_t{5});
    }

private:
    QComboBox* splits() const {
        for (auto* box : panel_->findChildren<QComboBox*>()) {
            if (box->accessibleName() == "Split") {
                return box;
            }
        }
        return nullptr;
    }
    QSpinBox* seed() const {
        for (auto* box : panel_->findChildren<QSpinBox*>()) {
            if (box->accessibleName() == "Seed of the split") {
                return box;
            }
        }
        return nullptr;
    }

    QTemporaryDir folder_;
    std::unique_ptr<ImportPanel> panel_;
};

QTEST_MAIN(ImportPanelSplitTest)
#include "import_panel_split_test.moc"

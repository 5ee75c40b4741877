#include "ui/models/bad_line_model.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace flip;
using flip::ui::BadLineModel;

class BadLineModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsFileLineAndReason() {
        BadLineModel model;
        const QAbstractItemModelTester tester(&model);
        QCOMPARE(model.rowCount(), 0);
        model.setLines(
            {{"u.data", 17, "the label \"x\" is not a number"}, {"u.user", 3, "is bad"}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(text(model, 0, BadLineModel::FileColumn), QStringLiteral("u.data"));
        QCOMPARE(text(model, 0, BadLineModel::LineColumn), QStringLiteral("17"));
        QCOMPARE(text(model, 1, BadLineModel::ReasonColumn), QStringLiteral("is bad"));
        for (int column = 0; column < model.columnCount(); ++column) {
            QVERIFY(
                !model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
        }
        model.setLines({});
        QCOMPARE(model.rowCount(), 0);
    }

private:
    static QString text(const BadLineModel& model, int row, int column) {
        return model.index(row, column).data().toString();
    }
};

QTEST_GUILESS_MAIN(BadLineModelTest)
#include "bad_line_model_test.moc"

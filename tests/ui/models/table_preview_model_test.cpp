#include "ui/models/table_preview_model.h"

#include "tests/core/data/data_files.h"
#include "tests/ui/support/small_dataset.h"
#include "ui/models/field_statistics.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace flip;
using flip::ui::TablePreviewModel;

class TablePreviewModelTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        small_ = open("small", 210);
        large_ = open("large", kLarge);
        QVERIFY(small_ && large_);
    }

    void showsTheValuesOfTheSource() {
        TablePreviewModel model;
        const QAbstractItemModelTester tester(&model);
        model.setDataset(small_);
        QCOMPARE(model.rowCount(), 210);
        QCOMPARE(model.columnCount(), 4); // split, label, two fields; no time
        QCOMPARE(cell(model, 13, model.columnOfField(0)), QStringLiteral("u3"));
        QCOMPARE(cell(model, 13, model.columnOfField(1)), QStringLiteral("Film 6"));
        QCOMPARE(cell(model, 12, TablePreviewModel::LabelColumn), QStringLiteral("1"));
        QCOMPARE(model.headerData(2, Qt::Horizontal, Qt::DisplayRole).toString(),
                 QStringLiteral("user"));
        QCOMPARE(model.fieldOfColumn(3), 1);
        QCOMPARE(model.fieldOfColumn(1), -1);
    }

    void showsTimes_data() {
        QTest::addColumn<QStringList>("times"); // in the source
        QTest::addColumn<QStringList>("shown");
        QTest::newRow("seconds since 1970") << QStringList{"1537452191", "1537401600"}
                                            << QStringList{"2018-09-20 14:03", "2018-09-20 00:00"};
        QTest::newRow("with fractions of a second")
            << QStringList{"1537452191.75", "2018-09-20T00:00:59.5"}
            << QStringList{"2018-09-20 14:03", "2018-09-20 00:00"};
        QTest::newRow("other whole numbers") << QStringList{"7", "-7"} << QStringList{"7", "-7"};
        QTest::newRow("other numbers")
            << QStringList{"12.5", "-12.25"} << QStringList{"12.50", "-12.25"};
        QTest::newRow("less than one")
            << QStringList{"0.05", "-0.5", "0"} << QStringList{"0.05", "-0.50", "0.00"};
        QTest::newRow("milliseconds")
            << QStringList{"1537452191000"} << QStringList{"1537452191000"};
        QTest::newRow("truncated to 64 bits")
            << QStringList{"0.30000000000000004", "-100"}
            << QStringList{"0.3000000000000000", "-100.0000000000000000"};
    }

    void showsTimes() {
        QFETCH(QStringList, times);
        QFETCH(QStringList, shown);
        const std::filesystem::path source = workspace_.folder() / "source-times";
        std::string rows = "when,y\n";
        for (const QString& time : times) {
            rows += time.toStdString() + ",1\n";
        }
        test::write(source / "t.csv", rows);
        test::write(source / "schema.toml", "[[table]]\nname='t'\nfile='t.csv'\n"
                                            "[time]\ncolumn='t.when'\n"
                                            "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                            "[[field]]\nname='y'\ncolumn='t.y'\n");
        ImportRequest request = test::shopRequest(source);
        request.name = "times";
        request.replace = true;
        FLIP_VERIFY_OK(importDataset(request, workspace_.datasets()));
        auto dataset = Dataset::open(workspace_.dataset("times"));
        FLIP_VERIFY_OK(dataset);
        TablePreviewModel model;
        model.setDataset(std::make_shared<const Dataset>(std::move(dataset).value()));
        QCOMPARE(model.headerData(2, Qt::Horizontal, Qt::DisplayRole).toString(),
                 QStringLiteral("time"));
        QStringList found;
        for (int row = 0; row < model.rowCount(); ++row) {
            found << cell(model, row, 2);
        }
        QCOMPARE(found, shown);
    }

    void everySplitIsNamed() {
        TablePreviewModel model;
        model.setDataset(small_);
        QMap<QString, int> counts;
        for (int row = 0; row < model.rowCount(); ++row) {
            ++counts[cell(model, row, TablePreviewModel::SplitColumn)];
        }
        QCOMPARE(counts.value("train"), static_cast<int>(small_->splitRows(Split::Train)));
        QCOMPARE(counts.value("test"), static_cast<int>(small_->splitRows(Split::Test)));
        QCOMPARE(counts.size(), 3);
    }

    void theWindowMovesOverALargeDataset_data() {
        QTest::addColumn<qint64>("wanted");
        QTest::addColumn<qint64>("first");
        QTest::newRow("beginning") << qint64{0} << qint64{0};
        QTest::newRow("middle") << qint64{777} << qint64{777};
        QTest::newRow("beyond the end")
            << qint64{kLarge * 2} << qint64{kLarge - TablePreviewModel::kWindowRows};
        QTest::newRow("before the beginning") << qint64{-5} << qint64{0};
    }

    void theWindowMovesOverALargeDataset() {
        QFETCH(qint64, wanted);
        QFETCH(qint64, first);
        TablePreviewModel model;
        const QAbstractItemModelTester tester(&model);
        model.setDataset(large_);
        QCOMPARE(model.rowCount(), static_cast<int>(TablePreviewModel::kWindowRows));
        model.setFirstRow(wanted);
        QCOMPARE(qint64{model.firstRow()}, first);
        QCOMPARE(cell(model, 0, model.columnOfField(0)), QStringLiteral("u%1").arg(first % 10));
    }

    void withoutADatasetItIsEmpty() {
        TablePreviewModel model;
        model.setDataset(small_);
        model.setDataset(nullptr);
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.columnCount(), 0);
    }

    void listsTheMostFrequentValuesFirst() {
        const auto statistics = ui::countFields(*small_);
        QCOMPARE(statistics.size(), std::size_t{2});
        QCOMPARE(statistics[1].values, 7);
        std::int64_t rows = 0;
        std::int64_t positives = 0;
        for (std::size_t i = 0; i < statistics[1].top.size(); ++i) {
            rows += statistics[1].top[i].rows;
            positives += statistics[1].top[i].positives;
            QVERIFY(i == 0 || statistics[1].top[i].rows <= statistics[1].top[i - 1].rows);
        }
        QCOMPARE(rows, 210);
        QCOMPARE(positives, 70); // every third row
    }

    void stoppedCountingReturnsNothing() {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(ui::countFields(*large_, stop.get_token()).empty());
    }

private:
    static constexpr int kLarge = 120'000;

    std::shared_ptr<const Dataset> open(const std::string& name, int rows) {
        const auto imported = test::importSmallDataset(workspace_, name, rows);
        if (!imported) {
            qWarning("%s", imported.problem().text().c_str());
            return nullptr;
        }
        auto dataset = Dataset::open(workspace_.dataset(name));
        return dataset ? std::make_shared<const Dataset>(std::move(dataset).value()) : nullptr;
    }

    static QString cell(const TablePreviewModel& model, int row, int column) {
        return model.data(model.index(row, column), Qt::DisplayRole).toString();
    }

    QTemporaryDir folder_;
    const Workspace workspace_ = *Workspace::open(folder_.path().toStdString());
    std::shared_ptr<const Dataset> small_;
    std::shared_ptr<const Dataset> large_;
};

QTEST_GUILESS_MAIN(TablePreviewModelTest)
#include "table_preview_model_test.moc"

#include "ui/pages/data_page.h"

#include "core/data/import/import.h"
#include "tests/core/data/data_files.h"

#include <QLabel>
#include <QTemporaryDir>
#include <QTest>

using namespace flip;
using namespace flip::ui;

class DataPageSourceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsTheFilesAndTheSplit() {
        const std::filesystem::path raw = folder_.path().toStdString() + "/raw";
        test::write(raw / "train.csv", "y,a\n1,x\n0,y\n");
        test::write(raw / "test.csv", "y,a\n1,x\n0,y\n");
        test::write(raw / "schema.toml", "[[table]]\nname='t'\nfile='t*.csv'\n"
                                         "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                         "[[field]]\nname='a'\ncolumn='t.a'\n");
        const auto workspace = Workspace::open(folder_.path().toStdString() + "/workspace");
        FLIP_VERIFY_OK(workspace);
        ImportRequest request = test::shopRequest(raw);
        request.split.preferParts = true;
        FLIP_VERIFY_OK(importDataset(request, workspace->datasets()));

        const DataPage page(*workspace);
        QTRY_VERIFY(shows(page, "split by file name: train 2 rows, valid 0, test 2"));
        QVERIFY(shows(page,
                      "table \"t\" was read from 2 files: train.csv, test.csv\nWarning: there "
                      "are no rows for validation; add a file for it or choose another split"));
    }

private:
    static bool shows(const DataPage& page, const QString& text) {
        const auto labels = page.findChildren<QLabel*>();
        return std::ranges::any_of(labels,
                                   [&](const QLabel* label) { return label->text() == text; });
    }

    QTemporaryDir folder_;
};

QTEST_MAIN(DataPageSourceTest)
#include "data_page_source_test.moc"

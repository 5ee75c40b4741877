#include "core/base/files.h"
#include "tests/ui/support/small_dataset.h"
#include "ui/pages/data_page.h"
#include "ui/widgets/scrolled_text.h"

#include <QFontMetrics>
#include <QLabel>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

using namespace flip;
using namespace flip::ui;

namespace {

/// The visible label with this text, or null.
QLabel* labelWith(const QWidget& parent, const QString& text) {
    for (auto* label : parent.findChildren<QLabel*>()) {
        if (label->isVisible() && label->text() == text) {
            return label;
        }
    }
    return nullptr;
}

} // namespace

class DataPageTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        auto workspace = Workspace::open(folder_->path().toStdString());
        QVERIFY2(workspace.ok(), workspace.ok() ? "" : workspace.problem().text().c_str());
        workspace_.emplace(std::move(*workspace));
    }

    void reportsThatNoRowWasLeftOut() {
        QVERIFY(test::importSmallDataset(*workspace_, "films", 40).ok());
        DataPage page(*workspace_);
        page.resize(900, 700);
        page.show();
        QTRY_VERIFY(labelWith(page, "no rows") != nullptr);
        QVERIFY(labelWith(page, "Left out") != nullptr);
        QVERIFY(!page.findChild<ScrolledText*>()->isVisible());
    }

    void showsRemarksAsPlainText() {
        importLabels({"<b>no</b>", "Yes", "no"}, 20);
        DataPage page(*workspace_);
        page.resize(900, 700);
        page.show();
        auto* remarks = page.findChild<ScrolledText*>();
        QTRY_VERIFY(remarks->isVisible());
        QVERIFY(remarks->text().contains("\"<b>no</b>\" (20 rows)"));
        QVERIFY(remarks->text().contains("Warning: these labels count as negative"));
        QCOMPARE(remarks->findChild<QLabel*>()->textFormat(), Qt::PlainText);
    }

    void scrollsBeyondSixLinesOfRemarks() {
        ScrolledText text(6);
        const int line = QFontMetrics(text.findChild<QLabel*>()->font()).lineSpacing();
        text.resize(300, 10);
        text.show();
        text.setText("one\ntwo");
        QVERIFY(text.heightForWidth(300) >= 2 * line);
        QVERIFY(text.heightForWidth(300) < 4 * line);
        text.setText(QStringList(40, "a line").join('\n'));
        QCOMPARE(text.heightForWidth(300), 6 * line);
        text.resize(300, text.heightForWidth(300));
        QTRY_VERIFY(text.verticalScrollBar()->isVisible());
        // Also for one line that wraps.
        text.setText(QStringList(400, "words").join(' '));
        QCOMPARE(text.heightForWidth(300), 6 * line);
    }

    void showsWhyADatasetCannotBeRead() {
        importLabels({"Yes", "no"}, 20);
        const auto manifest = workspace_->dataset("labels") / "manifest.json";
        QVERIFY(writeFileAtomically(manifest, "{}").ok());
        DataPage page(*workspace_);
        page.resize(900, 700);
        page.show();
        const auto showsWhy = [&] {
            const auto labels = page.findChildren<QLabel*>();
            return std::ranges::any_of(labels, [](const QLabel* label) {
                return label->accessibleName().startsWith("This dataset cannot be read: ") &&
                       label->accessibleName().contains("the manifest is damaged");
            });
        };
        QTRY_VERIFY(showsWhy());
        QVERIFY(labelWith(page, "Left out") == nullptr);
        QVERIFY(labelWith(page, "no rows") == nullptr);
        QVERIFY(!page.findChild<ScrolledText*>()->isVisible());
    }

private:
    /// Imports a dataset "labels" with `each` rows of the positive label "yes" and of each of
    /// `labels`.
    void importLabels(const QStringList& labels, int each) {
        const std::filesystem::path folder = folder_->path().toStdString() + "/raw";
        std::string csv = "y,a\n";
        for (int i = 0; i < each; ++i) {
            csv += "yes,x\n";
            for (const QString& label : labels) {
                csv += label.toStdString() + ",x\n";
            }
        }
        QVERIFY(makeFolder(folder).ok());
        QVERIFY(writeFileAtomically(folder / "t.csv", csv).ok());
        QVERIFY(writeFileAtomically(folder / "schema.toml",
                                    "[[table]]\nname='t'\nfile='t.csv'\n"
                                    "[label]\ncolumn='t.y'\npositive='== \"yes\"'\n"
                                    "[[field]]\nname='a'\ncolumn='t.a'\n")
                    .ok());
        const auto report = importDataset(
            ImportRequest{.source = folder, .schema = folder / "schema.toml", .name = "labels"},
            workspace_->datasets());
        QVERIFY2(report.ok(), report.ok() ? "" : report.problem().text().c_str());
    }

    std::unique_ptr<QTemporaryDir> folder_;
    std::optional<Workspace> workspace_;
};

QTEST_MAIN(DataPageTest)
#include "data_page_test.moc"

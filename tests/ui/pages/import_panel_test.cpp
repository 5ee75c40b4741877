#include "core/base/files.h"
#include "tests/ui/support/small_dataset.h"
#include "ui/pages/import_panel.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

using namespace flip;
using namespace flip::ui;

/// What the panel reports about an import, and when.
class ImportPanelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reportsACancelledImportWhenItHasEnded() {
        const auto made = test::importSmallDataset(workspace_, "films", 400'000);
        QVERIFY2(made.ok(), made.ok() ? "" : made.problem().text().c_str());
        const std::filesystem::path source = workspace_.folder() / "source-films";
        ImportPanel panel(workspace_);
        panel.show();
        panel.setSource(QString::fromStdString(source.string()));
        auto* layout = panel.findChild<QComboBox*>();
        layout->setCurrentIndex(layout->count() - 1); // my own schema file
        edit(panel, "Schema file")
            ->setText(QString::fromStdString((source / "schema.toml").string()));
        for (auto* name : panel.findChildren<QLineEdit*>()) {
            if (name->placeholderText().startsWith("Letters")) {
                name->setText("again");
            }
        }
        QTest::mouseClick(button(panel, "Import"), Qt::LeftButton);
        QVERIFY(panel.importing());
        QTRY_VERIFY(entries().size() > 1); // the import has begun to write
        auto* cancel = button(panel, "Cancel the import");
        QVERIFY(cancel != nullptr);
        QTest::mouseClick(cancel, Qt::LeftButton);
        QVERIFY(shows(panel, "Cancelling the import"));
        QVERIFY(panel.importing());
        QVERIFY(!cancel->isEnabled());
        QTRY_VERIFY(!panel.importing());
        QVERIFY(shows(panel, "The import was cancelled; nothing was kept."));
        QCOMPARE(entries(), QStringList{"films"});
        QCOMPARE(cancel->text(), QString("Back"));
        QVERIFY(cancel->isEnabled());
    }

private:
    /// All entries of the datasets folder, hidden ones too.
    QStringList entries() const {
        QStringList names;
        for (const auto& entry : std::filesystem::directory_iterator(workspace_.datasets())) {
            names << QString::fromStdString(entry.path().filename().string());
        }
        return names;
    }

    static QLineEdit* edit(const QWidget& panel, const QString& name) {
        for (auto* edit : panel.findChildren<QLineEdit*>()) {
            if (edit->accessibleName() == name) {
                return edit;
            }
        }
        return nullptr;
    }

    static QPushButton* button(const QWidget& panel, const QString& text) {
        for (auto* button : panel.findChildren<QPushButton*>()) {
            if (button->text() == text) {
                return button;
            }
        }
        return nullptr;
    }

    static bool shows(const QWidget& panel, const QString& text) {
        for (const auto* label : panel.findChildren<QLabel*>()) {
            if (label->text() == text) {
                return true;
            }
        }
        return false;
    }

    QTemporaryDir folder_;
    const Workspace workspace_ = *Workspace::open(folder_.path().toStdString());
};

QTEST_MAIN(ImportPanelTest)
#include "import_panel_test.moc"

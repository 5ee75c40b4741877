#include "core/base/files.h"
#include "tests/ui/support/small_dataset.h"
#include "ui/pages/data_page.h"
#include "ui/pages/experiment_page.h"
#include "ui/widgets/option_editor.h"
#include "ui/window/main_window.h"
#include "ui/window/notice_area.h"
#include "ui/window/status_strip.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <algorithm>
#include <cmath>
#include <memory>

using namespace flip;
using namespace flip::ui;

namespace {

/// WCAG 2 contrast of two opaque colours.
double contrast(const QColor& a, const QColor& b) {
    const auto light = [](const QColor& colour) {
        const auto linear = [](float part) {
            return part <= 0.04045F ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
               0.0722 * linear(colour.blueF());
    };
    return (std::max(light(a), light(b)) + 0.05) / (std::min(light(a), light(b)) + 0.05);
}

QPushButton* buttonWith(QWidget& parent, const QString& text) {
    for (auto* button : parent.findChildren<QPushButton*>()) {
        if (button->text() == text) {
            return button;
        }
    }
    return nullptr;
}

} // namespace

class MainWindowTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        applyTheme(*qApp, ThemeChoice::Light);
        const auto made = test::importSmallDataset(workspace_, "films", 400);
        QVERIFY2(made.ok(), made.ok() ? "" : made.problem().text().c_str());
    }

    void cleanup() {
        if (!isShared_) {
            window_.reset();
        }
        isShared_ = false;
    }

    void everyPageHasAShortcut_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("page");
        for (int i = 0; i < kPageCount; ++i) {
            QTest::newRow(qPrintable(pageKey(Page(i)))) << int(Qt::Key_1) + i << i;
        }
    }

    void everyPageHasAShortcut() {
        QFETCH(int, key);
        QFETCH(int, page);
        openShared();
        window_->activateWindow();
        QTest::keyClick(window_.get(), Qt::Key(key), Qt::ControlModifier);
        QCOMPARE(int(window_->page()), page);
        QCOMPARE(pageOfKey(pageKey(Page(page))), std::optional(Page(page)));
    }

    void anUnknownKeyIsNoPage() { QVERIFY(!pageOfKey(QStringLiteral("settings")).has_value()); }

    void fitsASmallScreen() {
        openShared();
        for (int i = 0; i < kPageCount; ++i) {
            window_->setPage(Page(i));
            window_->resize(800, 600);
            QCoreApplication::processEvents();
            QCOMPARE(window_->size(), QSize(800, 600));
        }
    }

    void showsTheRowsOfTheDataset() {
        open();
        window_->openThings({QStringLiteral("films")});
        auto* table = window_->findChild<DataPage*>()->findChild<QTableView*>();
        QTRY_COMPARE(table->model()->rowCount(), 400);
    }

    void opensAnExperimentByPathOrUrl_data() {
        QTest::addColumn<bool>("isUrl");
        QTest::newRow("path") << false;
        QTest::newRow("URL") << true;
    }

    void opensAnExperimentByPathOrUrl() {
        QFETCH(bool, isUrl);
        const QString file = fileWith("two words.flip.toml", "kind = \"flip\"\nseed = 41\n");
        open();
        window_->openThings(
            {isUrl ? QString::fromUtf8(QUrl::fromLocalFile(file).toEncoded()) : file});
        QCOMPARE(window_->page(), Page::Experiment);
        QVERIFY(window_->findChild<ExperimentPage*>()->toml().contains("seed = 41"));
        QCOMPARE(window_->findChild<NoticeArea*>()->count(), 0);
    }

    void opensTheFirstOfSeveralExperiments() {
        const QString first = fileWith("first.toml", "seed = 42\n");
        const QString second = fileWith("second.toml", "seed = 43\n");
        open();
        window_->openThings({first, second});
        auto* notices = window_->findChild<NoticeArea*>();
        QVERIFY(window_->findChild<ExperimentPage*>()->toml().contains("seed = 42"));
        QCOMPARE(notices->count(), 1);
        QVERIFY(notices->textAt(0).startsWith("second.toml: not opened"));
    }

    void aWrongFileIsReportedInOneLine_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("missing") << QByteArray();
        QTest::newRow("not TOML") << QByteArray("Dear diary,\n\ntoday\n");
        QTest::newRow("not text") << QByteArray("\x89PNG\0\xff\xfe\x01", 8);
        QTest::newRow("another program's file") << QByteArray("[package]\nname = \"x\"\n");
        QTest::newRow("a schema") << QByteArray("[[table]]\nname = \"clicks\"\n");
        QTest::newRow("a wrong value") << QByteArray("seed = \"many\"\n");
        QTest::newRow("too large") << QByteArray("seed = 1\n") + QByteArray(1 << 20, '#');
    }

    void aWrongFileIsReportedInOneLine() {
        QFETCH(QByteArray, content);
        const QString file = content.isEmpty() ? folder_.filePath("gone.toml")
                                               : fileWith("wrong file.toml", content);
        open();
        auto* page = window_->findChild<ExperimentPage*>();
        auto* notices = window_->findChild<NoticeArea*>();
        const QString before = page->toml();
        window_->openThings({file});
        QCOMPARE(notices->count(), 1);
        QVERIFY2(notices->textAt(0).startsWith(file), qPrintable(notices->textAt(0)));
        QVERIFY2(!notices->textAt(0).contains('\n'), qPrintable(notices->textAt(0)));
        QCOMPARE(page->toml(), before);
        for (auto* label : page->findChildren<QLabel*>()) { // nor does the page name it as open
            QVERIFY(!label->text().contains("wrong file.toml"));
        }
    }

    void everyControlHasAnAccessibleName() {
        openShared();
        for (auto* widget : window_->findChildren<QWidget*>()) {
            const bool control = qobject_cast<QAbstractButton*>(widget) != nullptr ||
                                 qobject_cast<QComboBox*>(widget) != nullptr ||
                                 qobject_cast<QAbstractSpinBox*>(widget) != nullptr ||
                                 qobject_cast<QAbstractItemView*>(widget) != nullptr ||
                                 qobject_cast<QPlainTextEdit*>(widget) != nullptr;
            if (!control || widget->focusPolicy() == Qt::NoFocus || widget->isHidden() ||
                widget->inherits("QComboBoxListView") || widget->inherits("QHeaderView")) {
                continue;
            }
            auto* face = QAccessible::queryAccessibleInterface(widget);
            QVERIFY(face != nullptr);
            QVERIFY2(!face->text(QAccessible::Name).isEmpty(),
                     qPrintable(QStringLiteral("%1 in %2")
                                    .arg(QString::fromLatin1(widget->metaObject()->className()),
                                         QString::fromLatin1(
                                             widget->parentWidget()->metaObject()->className()))));
        }
    }

    void runsTheRecipeOfTheFormAndStopsOnRequest() {
        open();
        auto* page = window_->findChild<ExperimentPage*>();
        auto* strip = window_->findChild<StatusStrip*>();
        window_->setPage(Page::Experiment);
        page->setDataset(QStringLiteral("films"));
        QPushButton* start = buttonWith(*page, startWords(RunKind::Flip));
        QVERIFY(start != nullptr);
        QTRY_VERIFY(start->isEnabled());
        QTest::mouseClick(start, Qt::LeftButton);
        QTRY_COMPARE(window_->page(), Page::Runs);
        QPushButton* stop = buttonWith(*strip, QStringLiteral("Stop and keep"));
        QTRY_VERIFY(stop->isVisible());
        QVERIFY(!start->isEnabled());
        QTest::mouseClick(stop, Qt::LeftButton);
        QTRY_VERIFY(!stop->isVisible());
        QTRY_VERIFY(start->isEnabled());
    }

    void showsEveryPlannedStage() {
        open();
        auto* page = window_->findChild<ExperimentPage*>();
        QVERIFY(page->setToml("kind = \"finetune\"\n[data]\ndataset = \"films\"\n[finetune]\n"
                              "id_epochs = 3\nid_batch_size = 64\nepochs = 2\n"
                              "batch_size = 128\n",
                              "plan.toml"));
        const QString plan = "The ids alone: at most 3 epochs of 5 steps; finetuning: at most 2 "
                             "epochs of 3 steps";
        QTRY_VERIFY(std::ranges::any_of(page->findChildren<QLabel*>(), [&](const QLabel* label) {
            return label->text() == plan;
        }));
    }

    void anInvalidFileIsKeptAndCannotBeStarted() {
        open();
        auto* page = window_->findChild<ExperimentPage*>();
        window_->setPage(Page::Experiment);
        page->setDataset(QStringLiteral("films"));
        QPushButton* start = buttonWith(*page, startWords(RunKind::Flip));
        QTRY_VERIFY(start->isEnabled());
        auto* tabs = page->findChild<QTabWidget*>();
        tabs->setCurrentIndex(1);
        QPlainTextEdit* toml = nullptr;
        for (auto* editor : page->findChildren<QPlainTextEdit*>()) {
            toml = editor->accessibleName() == QLatin1String("Experiment file") ? editor : toml;
        }
        QVERIFY(toml != nullptr);
        const QString broken = QStringLiteral("kind = \"flip\"\nsede = 1\n");
        toml->setPlainText(broken);
        QTRY_VERIFY(!start->isEnabled());
        tabs->setCurrentIndex(0);
        tabs->setCurrentIndex(1);
        page->reloadNames();
        QTest::qWait(500); // longer than either of the page's timers
        QCOMPARE(toml->toPlainText(), broken);
        QVERIFY(!start->isEnabled());
        toml->setPlainText(QStringLiteral("kind = \"flip\"\nseed = 1\n[data]\n"
                                          "dataset = \"films\"\n"));
        QTRY_VERIFY(start->isEnabled());
    }

    void closingDuringARunStopsItFirst() {
        open();
        auto* page = window_->findChild<ExperimentPage*>();
        page->setDataset(QStringLiteral("films"));
        QPushButton* start = buttonWith(*page, startWords(RunKind::Flip));
        QTRY_VERIFY(start->isEnabled());
        start->click();
        QTRY_COMPARE(window_->page(), Page::Runs);
        window_->close();
        QVERIFY(window_->isVisible());
        QTRY_VERIFY(!window_->isVisible());
    }

    void remembersPageThemeAndExperiment() {
        open();
        window_->findChild<ExperimentPage*>()->setDataset(QStringLiteral("films"));
        window_->setPage(Page::Template);
        window_->setTheme(ThemeChoice::Dark);
        window_->close();
        window_ = std::make_unique<MainWindow>(workspace_);
        window_->restore();
        QCOMPARE(window_->page(), Page::Template);
        QCOMPARE(themeChoice(), ThemeChoice::Dark);
        QVERIFY(window_->findChild<ExperimentPage*>()->toml().contains("dataset = \"films\""));
        window_->setTheme(ThemeChoice::Light);
    }

    void problemsStayUntilTheyAreDismissed() {
        open();
        auto* notices = window_->findChild<NoticeArea*>();
        const int before = notices->count();
        notices->showProblem({"the disk is full; make room", "flip.db"});
        notices->showProblem({"the disk is full; make room", "flip.db"}); // shown once
        QCOMPARE(notices->count(), before + 1);
        QVERIFY(notices->isVisible());
        for (int i = 0; i < 9; ++i) {
            notices->showNews(QString::number(i));
        }
        QCOMPARE(notices->count(), 4);
        QCOMPARE(notices->textAt(3), QStringLiteral("8"));
    }

    void textCanBeReadInBothThemes_data() {
        QTest::addColumn<int>("choice");
        QTest::newRow("light") << int(ThemeChoice::Light);
        QTest::newRow("dark") << int(ThemeChoice::Dark);
    }

    void textCanBeReadInBothThemes() {
        QFETCH(int, choice);
        applyTheme(*qApp, ThemeChoice(choice));
        const Theme colours = theme();
        for (const QColor& ground : {colours.window, colours.surface}) {
            for (const QColor& text :
                 {colours.text, colours.secondText, colours.good, colours.bad, colours.warning}) {
                QVERIFY2(contrast(text, ground) >= 4.5, qPrintable(text.name()));
            }
        }
        QVERIFY(contrast(colours.onAccent, colours.accent) >= 4.5);
        applyTheme(*qApp, ThemeChoice::Light);
    }

private:
    /// Writes a file into the workspace folder and returns its path; empty on failure.
    QString fileWith(const QString& name, const QByteArray& content) const {
        const QString path = folder_.filePath(name);
        return writeFileAtomically(path.toStdString(), content.toStdString()) ? path : QString();
    }

    void open() {
        window_ = std::make_unique<MainWindow>(workspace_);
        window_->resize(1280, 720);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    }

    /// Opens the window for a test that changes only its size and page. The next such test reuses
    /// it, because these tests spend most of their time styling new windows.
    void openShared() {
        if (window_ == nullptr) {
            open();
        }
        window_->resize(1280, 720);
        window_->setPage(Page::Data);
        isShared_ = true;
    }

    QTemporaryDir folder_;
    const Workspace workspace_ = *Workspace::open(folder_.path().toStdString());
    std::unique_ptr<MainWindow> window_;
    bool isShared_ = false;
};

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"

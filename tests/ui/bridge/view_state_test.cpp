#include "ui/bridge/view_state.h"

#include "core/base/files.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace flip;
using flip::ui::ViewState;

class ViewStateTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyValueRoundTrips() {
        const ViewState state{.page = "alignment",
                              .theme = "dark",
                              .geometry = QByteArray("\x00\x01\xff window", 10),
                              .experiment = "kind = \"flip\"\n[data]\ndataset = \"é\"\n",
                              .run = "ml-7"};
        QVERIFY(ui::writeViewState(workspace_, state).ok());
        const auto read = ui::readViewState(workspace_);
        QVERIFY(read.ok());
        QVERIFY(*read == state);
    }

    void aMissingFileGivesTheDefaults() {
        QTemporaryDir folder;
        const auto workspace = Workspace::open(folder.path().toStdString());
        const auto read = ui::readViewState(*workspace);
        QVERIFY(read.ok());
        QVERIFY(*read == ViewState{});
    }

    void writesNothingToAReadOnlyWorkspace() {
        QTemporaryDir folder;
        const auto readOnly =
            Workspace::open(folder.filePath("none").toStdString(), WorkspaceUse::Read);
        QVERIFY(readOnly.ok() && readOnly->isReadOnly());
        QVERIFY(ui::writeViewState(*readOnly, ViewState{}).ok());
        QVERIFY(!QFileInfo::exists(folder.filePath("none")));
    }

    void namesAFileThatCannotBeRead_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("truncated") << QByteArray("{\"version\": 1, \"pa");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("a list") << QByteArray("[1]");
        QTest::newRow("newer version") << QByteArray("{\"version\": 2}");
    }

    void namesAFileThatCannotBeRead() {
        QFETCH(QByteArray, content);
        const auto file = workspace_.folder() / "window.json";
        QVERIFY(writeFileAtomically(file, content.toStdString()).ok());
        const auto read = ui::readViewState(workspace_);
        QVERIFY(!read.ok());
        QCOMPARE(read.problem().where, file.string());
    }

private:
    QTemporaryDir folder_;
    const Workspace workspace_ = *Workspace::open(folder_.path().toStdString());
};

QTEST_GUILESS_MAIN(ViewStateTest)
#include "view_state_test.moc"

#include "ui/bridge/named_things.h"

#include "core/base/files.h"
#include "core/spec/options.h"
#include "core/store/run_recorder.h"
#include "tests/ui/support/small_dataset.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace flip;
using flip::ui::NamedThings;
using flip::ui::thingsNamed;

class NamedThingsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;
    const Workspace workspace_ = *Workspace::open(folder_.path().toStdString());

    QString pathTo(const QString& name) const { return folder_.filePath(name); }

    /// The one problem in words.
    static QString only(const NamedThings& named) {
        return named.problems.size() == 1 ? QString::fromStdString(named.problems.front().text())
                                          : QString::number(named.problems.size()) + " problems";
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(test::importSmallDataset(workspace_, "films", 20).ok());
        QVERIFY(test::importSmallDataset(workspace_, "books", 20).ok());
        RunDraft draft;
        draft.set("data.dataset", std::string("films"));
        QVERIFY(RunRecorder::create(workspace_, "first", *resolve(draft), "hash", "").ok());
        QVERIFY(QDir(folder_.path()).mkpath("raw files.toml"));
        for (const char* name : {"a.toml", "with space.flip.toml", "100%25.toml", "UPPER.TOML",
                                 "clicks.csv", "b.toml", "ä#?.toml"}) {
            QVERIFY(writeFileAtomically(pathTo(name).toStdString(), "seed = 1\n").ok());
        }
    }

    void anExperimentIsFound_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("path");
        for (const char* name :
             {"a.toml", "with space.flip.toml", "100%25.toml", "UPPER.TOML", "ä#?.toml"}) {
            const QString path = pathTo(name);
            QTest::newRow(name) << path << path;
            QTest::addRow("address of %s", name)
                << QString::fromUtf8(QUrl::fromLocalFile(path).toEncoded()) << path;
        }
        QTest::newRow("address with a host")
            << "file://localhost" + pathTo("a.toml") << pathTo("a.toml");
    }
    void anExperimentIsFound() {
        QFETCH(QString, word);
        QFETCH(QString, path);
        const NamedThings named = thingsNamed({word}, workspace_);
        QCOMPARE(named.experiment, path);
        QVERIFY(named.problems.empty());
        QVERIFY(named.dataset.isEmpty() && named.run.isEmpty() && named.source.isEmpty());
    }

    void oneOfEachKindIsFound() {
        const NamedThings named =
            thingsNamed({"films", "first", pathTo("clicks.csv"), pathTo("a.toml")}, workspace_);
        QVERIFY2(named.problems.empty(), qPrintable(only(named)));
        QCOMPARE(named.dataset, QString("films"));
        QCOMPARE(named.run, QString("first"));
        QCOMPARE(named.source, pathTo("clicks.csv"));
        QCOMPARE(named.experiment, pathTo("a.toml"));
    }

    void aFolderIsASourceWhateverItIsCalled() {
        QCOMPARE(thingsNamed({pathTo("raw files.toml")}, workspace_).source,
                 pathTo("raw files.toml"));
    }

    void whatIsNotThereIsTold_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("told");
        const QString moved =
            ": there is no such file or folder; it may have been moved or renamed";
        QTest::newRow("path") << "/nowhere/x y.toml"
                              << "/nowhere/x y.toml" + moved;
        QTest::newRow("address") << "file:///nowhere/x%20y.toml"
                                 << "/nowhere/x y.toml" + moved;
        QTest::newRow("another machine's") << "https://example.org/x.toml"
                                           << "https://example.org/x.toml" + moved;
        QTest::newRow("word") << "second.toml"
                              << "second.toml: there is no file, dataset or run of this name; the "
                                 "pages Data and Runs list those there are";
    }
    void whatIsNotThereIsTold() {
        QFETCH(QString, word);
        QFETCH(QString, told);
        QCOMPARE(only(thingsNamed({word}, workspace_)), told);
    }

    void laterOnesOfAKindAreToldInOneLine() {
        const NamedThings named = thingsNamed(
            {pathTo("a.toml"), pathTo("b.toml"), pathTo("a.toml"), pathTo("with space.flip.toml")},
            workspace_);
        QCOMPARE(named.experiment, pathTo("a.toml"));
        QCOMPARE(only(named), QString("b.toml, with space.flip.toml: not opened, as the window "
                                      "holds one experiment at a time; use Open… on the "
                                      "Experiment page"));
    }

    void laterDatasetsAreToldToo() {
        const NamedThings named = thingsNamed({"films", "books"}, workspace_);
        QCOMPARE(named.dataset, QString("films"));
        QVERIFY(only(named).startsWith("books: not shown"));
    }

    void aStoreThatCannotBeReadIsNamed() {
        QTemporaryDir folder;
        const auto broken = *Workspace::open(folder.path().toStdString());
        QVERIFY(writeFileAtomically(broken.database(), std::string(8192, 'x')).ok());
        const NamedThings named = thingsNamed({"first"}, broken);
        QVERIFY(named.run.isEmpty());
        QVERIFY2(only(named).contains("flip.db"), qPrintable(only(named)));
    }
};

QTEST_GUILESS_MAIN(NamedThingsTest)
#include "named_things_test.moc"

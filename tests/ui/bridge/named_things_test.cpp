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
using flip::ui::findNamedThings;
using flip::ui::NamedThings;

class NamedThingsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;
    const Workspace workspace_ = *Workspace::open(folder_.path().toStdString());

    QString pathTo(const QString& name) const { return folder_.filePath(name); }

    /// The text of the only problem.
    static QString onlyProblem(const NamedThings& named) {
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

    void findsAnExperiment_data() {
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QString>("path");
        for (const char* name :
             {"a.toml", "with space.flip.toml", "100%25.toml", "UPPER.TOML", "ä#?.toml"}) {
            const QString path = pathTo(name);
            QTest::newRow(name) << path << path;
            QTest::addRow("URL of %s", name)
                << QString::fromUtf8(QUrl::fromLocalFile(path).toEncoded()) << path;
        }
        QTest::newRow("URL with a host")
            << "file://localhost" + pathTo("a.toml") << pathTo("a.toml");
    }
    void findsAnExperiment() {
        QFETCH(QString, argument);
        QFETCH(QString, path);
        const NamedThings named = findNamedThings({argument}, workspace_);
        QCOMPARE(named.experiment, path);
        QVERIFY(named.problems.empty());
        QVERIFY(named.dataset.isEmpty() && named.run.isEmpty() && named.source.isEmpty());
    }

    void findsOneOfEachKind() {
        const NamedThings named =
            findNamedThings({"films", "first", pathTo("clicks.csv"), pathTo("a.toml")}, workspace_);
        QVERIFY2(named.problems.empty(), qPrintable(onlyProblem(named)));
        QCOMPARE(named.dataset, QString("films"));
        QCOMPARE(named.run, QString("first"));
        QCOMPARE(named.source, pathTo("clicks.csv"));
        QCOMPARE(named.experiment, pathTo("a.toml"));
    }

    void aFolderIsASourceWhateverItsName() {
        QCOMPARE(findNamedThings({pathTo("raw files.toml")}, workspace_).source,
                 pathTo("raw files.toml"));
    }

    void reportsWhatIsMissing_data() {
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QString>("message");
        const QString moved =
            ": there is no such file or folder; it may have been moved or renamed";
        QTest::newRow("path") << "/nowhere/x y.toml"
                              << "/nowhere/x y.toml" + moved;
        QTest::newRow("URL") << "file:///nowhere/x%20y.toml"
                             << "/nowhere/x y.toml" + moved;
        QTest::newRow("another host's URL") << "https://example.org/x.toml"
                                            << "https://example.org/x.toml" + moved;
        QTest::newRow("name") << "second.toml"
                              << "second.toml: there is no file, dataset or run of this name; the "
                                 "Data and Runs pages list the datasets and runs";
    }
    void reportsWhatIsMissing() {
        QFETCH(QString, argument);
        QFETCH(QString, message);
        QCOMPARE(onlyProblem(findNamedThings({argument}, workspace_)), message);
    }

    void reportsFurtherOnesOfAKindInOneLine() {
        const NamedThings named = findNamedThings(
            {pathTo("a.toml"), pathTo("b.toml"), pathTo("a.toml"), pathTo("with space.flip.toml")},
            workspace_);
        QCOMPARE(named.experiment, pathTo("a.toml"));
        QCOMPARE(onlyProblem(named),
                 QString("b.toml, with space.flip.toml: not opened, as the window "
                         "holds one experiment at a time; use Open… on the "
                         "Experiment page"));
    }

    void reportsFurtherDatasets() {
        const NamedThings named = findNamedThings({"films", "books"}, workspace_);
        QCOMPARE(named.dataset, QString("films"));
        QVERIFY(onlyProblem(named).startsWith("books: not shown"));
    }

    void namesAStoreThatCannotBeRead() {
        QTemporaryDir folder;
        const auto broken = *Workspace::open(folder.path().toStdString());
        QVERIFY(writeFileAtomically(broken.database(), std::string(8192, 'x')).ok());
        const NamedThings named = findNamedThings({"first"}, broken);
        QVERIFY(named.run.isEmpty());
        QVERIFY2(onlyProblem(named).contains("flip.db"), qPrintable(onlyProblem(named)));
    }
};

QTEST_GUILESS_MAIN(NamedThingsTest)
#include "named_things_test.moc"

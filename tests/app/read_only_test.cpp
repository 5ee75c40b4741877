#include "core/store/run_recorder.h"
#include "tests/app/flip_program.h"
#include "tests/core/store/predicted_run.h"

#include <QtTest>

#include <filesystem>
#include <map>
#include <string>
#include <unistd.h>

using namespace flip;
using namespace flip::test;

namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

/// Runs the program as a user who may only read.
Output asReader(const QString& workspace, const QStringList& words) {
    QProcess process;
    prepareFlip(process, workspace, words);
    process.setChildProcessModifier([] {
        if (::geteuid() == 0 && ::setuid(kNobody) != 0) {
            ::_exit(99);
        }
    });
    return finishFlip(process);
}

} // namespace

/// A workspace of another user: commands that read work, commands that write report why they
/// cannot.
class ReadOnlyTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir temporary_;
    QString frozen_;
    QString out_;

    std::map<std::string, std::uintmax_t> everyFile() const {
        std::map<std::string, std::uintmax_t> files;
        for (const auto& entry : fs::recursive_directory_iterator(frozen_.toStdString())) {
            files[entry.path().string()] = entry.is_directory() ? 0 : entry.file_size();
        }
        return files;
    }

private Q_SLOTS:
    void initTestCase() {
        const PredictedRun project;
        frozen_ = temporary_.filePath("frozen");
        out_ = temporary_.filePath("out");
        fs::create_directories(out_.toStdString());
        fs::permissions(out_.toStdString(), fs::perms::all);
        fs::permissions(temporary_.path().toStdString(), fs::perms::all);
        {
            // While the store is open: the last changes are only in its write-ahead log.
            RunRecorder second =
                *RunRecorder::create(project.workspace(), "second", project.summary().spec,
                                     project.summary().datasetHash, PredictedRun::kName);
            second.take(startedEvent());
            second.take(endEvent());
            fs::copy_file(project.predictionsFile(),
                          project.workspace().checkpoints("second") / kPredictionsFile);
            fs::copy(project.folder().toStdString(), frozen_.toStdString(),
                     fs::copy_options::recursive);
        }
        QVERIFY(fs::file_size(frozen_.toStdString() + "/flip.db-wal") > 0);
        fs::permissions(frozen_.toStdString(), fs::perms(0555));
        for (const auto& [file, size] : everyFile()) {
            fs::permissions(file, fs::is_directory(file) ? fs::perms(0555) : fs::perms(0444));
        }
        if (asReader(frozen_, {"--version"}).code != 0) {
            QSKIP("other users may not run the program where it is");
        }
    }

    void cleanupTestCase() {
        for (const auto& [file, size] : everyFile()) {
            fs::permissions(file, fs::perms::owner_all);
        }
        fs::permissions(frozen_.toStdString(), fs::perms::owner_all);
    }

    void commandsThatReadWork_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("message");
        const auto row = [](const QStringList& words, const char* message) {
            QTest::newRow(qPrintable(words.join(' '))) << words << QString(message);
        };
        row({"runs", "list"}, "second");
        row({"runs", "list", "--trash", "--json"}, "[]");
        row({"runs", "show", "second"}, "second");
        row({"runs", "show", "clicked", "--json"}, "finished");
        row({"runs", "metrics", "clicked", "--by", "user_id"}, "AUC");
        row({"runs", "compare", "clicked", "second"}, "second");
        row({"runs", "table"}, "test");
        row({"runs", "export", "clicked", "--predictions", "OUT/p.csv"}, "");
        row({"runs", "export", "clicked", "--zip", "OUT/r.zip"}, "");
        row({"runs", "export", "--table"}, "test");
        row({"datasets"}, "clicks: 2000 rows");
        row({"datasets", "show", "clicks", "--json"}, "\"rows\"");
        row({"datasets", "show", "clicks", "--bad-lines"}, "");
    }

    void commandsThatReadWork() {
        QFETCH(QStringList, words);
        QFETCH(QString, message);
        const auto before = everyFile();
        const Output output = asReader(frozen_, words.replaceInStrings("OUT", out_));
        QVERIFY2(output.code == 0, qPrintable(output.err));
        QVERIFY2(output.out.contains(message), qPrintable(output.out));
        QVERIFY(everyFile() == before);
    }

    void commandsThatWriteReportWhyTheyFail_data() {
        QTest::addColumn<QStringList>("words");
        for (const QStringList& words :
             {QStringList{"runs", "delete", "second"}, QStringList{"runs", "restore", "second"},
              QStringList{"runs", "purge"}, QStringList{"runs", "import", "OUT/r.zip"},
              QStringList{"datasets", "delete", "clicks"}, QStringList{"datasets", "purge"},
              QStringList{"import", "OUT", "--preset", "movielens-100k", "--name", "more"}}) {
            QTest::newRow(qPrintable(words.join(' '))) << words;
        }
    }

    void commandsThatWriteReportWhyTheyFail() {
        QFETCH(QStringList, words);
        const auto before = everyFile();
        const Output output = asReader(frozen_, words.replaceInStrings("OUT", out_));
        QCOMPARE(output.code, 2);
        QVERIFY2(output.err.contains("the workspace cannot be written"), qPrintable(output.err));
        QCOMPARE(output.err.trimmed().count('\n'), 0);
        QVERIFY(everyFile() == before);
    }
};

QTEST_GUILESS_MAIN(ReadOnlyTest)
#include "read_only_test.moc"

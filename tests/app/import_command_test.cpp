#include "tests/app/flip_program.h"
#include "tests/core/data/data_files.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

using namespace flip;
using flip::test::Output;

/// What `flip import` and `flip datasets` report about source files and splits.
class ImportCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        for (const char* const part : {"train", "test"}) {
            test::write(raw() / (std::string(part) + ".csv"), "y,a\n1,x\n0,y\n");
        }
        test::write(raw() / "schema.toml", "[[table]]\nname='t'\nfile='t*.csv'\n"
                                           "[label]\ncolumn='t.y'\npositive='> 0'\n"
                                           "[[field]]\nname='a'\ncolumn='t.a'\n");
    }

    void reportsTheFilesAndTheSplit() {
        const Output output = import("parts", {"--split-seed", "5"});
        QVERIFY2(output.code == 0, qPrintable(output.err));
        const QStringList about = {
            "table \"t\" was read from 2 files: train.csv, test.csv",
            "warning: there are no rows for validation; add a file for it or choose another split",
            "split by file name: train 2 rows, valid 0, test 2"};
        for (const QString& line : about) {
            QVERIFY2(output.err.contains(line + "\n"), qPrintable(output.err));
        }
        QVERIFY2(output.err.contains("the seed of the split is not used"), qPrintable(output.err));

        const Output shown = flip({"datasets", "show", "parts"});
        QCOMPARE(shown.code, 0);
        for (const QString& line : about) {
            QVERIFY2(shown.out.contains("  " + line), qPrintable(shown.out));
        }
        const QJsonObject json = object({"datasets", "show", "parts", "--json"});
        QCOMPARE(json["split_rule"].toString(), QString("parts"));
        QVERIFY(!json.contains("split_seed"));
        QCOMPARE(json["files"].toObject(),
                 (QJsonObject{{"t", QJsonArray{"train.csv", "test.csv"}}}));
    }

    void reportsTheSeedOfARandomSplit() {
        const Output output = import("random", {"--split", "random", "--split-seed", "5"});
        QVERIFY2(output.code == 0, qPrintable(output.err));
        QVERIFY2(!output.err.contains("seed"), qPrintable(output.err));
        const Output shown = flip({"datasets", "show", "random"});
        QVERIFY2(shown.out.contains("  split at random, seed 5: train "), qPrintable(shown.out));
        QCOMPARE(object({"datasets", "show", "random", "--json"})["split_seed"].toInt(), 5);
    }

    void explainsTheSplitsInItsHelp() {
        const QString help = flip({"import", "--help"}).out.simplified();
        QVERIFY2(help.contains("random; time: the newest rows are for test; file: as --split-file "
                               "assigns them; parts: by train, valid or test in each file's name "
                               "(default: parts if the files are named so, else random)"),
                 qPrintable(help));
    }

private:
    std::filesystem::path raw() const { return folder_.path().toStdString() + "/raw"; }

    Output flip(const QStringList& words) const {
        return test::runFlip(folder_.path() + "/workspace", words);
    }
    Output import(const QString& name, const QStringList& more) const {
        return flip(QStringList{"import", folder_.path() + "/raw", "--schema",
                                folder_.path() + "/raw/schema.toml", "--name", name} +
                    more);
    }
    QJsonObject object(const QStringList& words) const {
        return QJsonDocument::fromJson(flip(words).out.toUtf8()).object();
    }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(ImportCommandTest)
#include "import_command_test.moc"

#include "core/data/records/parquet_file.h"
#include "tests/app/flip_program.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using flip::test::Output;

/// The real program on a Parquet file: it does not link Arrow and must find the library that does.
class ParquetProgramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void importsTheFile();
    void reportsAMissingParquetLibrary();

private:
    Output import(const QString& program) const {
        QProcess process;
        flip::test::prepareFlip(process, folder_.filePath("workspace"),
                                {"import", kFiles, "--preset", "csv", "--schema",
                                 QString(kFiles) + "/ratings.toml", "--name", "ratings"});
        process.setProgram(program);
        return flip::test::finishFlip(process);
    }

    static constexpr const char* kFiles = FLIP_SOURCE_DIR "/tests/packages/parquet";
    QTemporaryDir folder_;
};

void ParquetProgramTest::importsTheFile() {
    const Output output = import(FLIP_TEST_PROGRAM);
    if (!flip::parquetIsBuiltIn()) {
        QCOMPARE(output.code, 2);
        QVERIFY2(output.err.contains("ratings.toml:4: ") && output.err.contains("installer/run.sh"),
                 qPrintable(output.err));
        return;
    }
    QVERIFY2(output.code == 0, qPrintable(output.err));
    const Output shown = flip::test::runFlip(folder_.filePath("workspace"),
                                             {"datasets", "show", "ratings", "--json"});
    const QJsonObject dataset = QJsonDocument::fromJson(shown.out.toUtf8()).object();
    QCOMPARE(dataset["rows"].toInt(), 40);
    QCOMPARE(dataset["positives"].toInt(), 14);
    QStringList ids;
    for (const QJsonValue field : dataset["fields"].toArray()) {
        ids << QString("%1: %2").arg(field["name"].toString()).arg(field["ids"].toInt());
    }
    QCOMPARE(ids, (QStringList{"user: 5", "film: 8", "genres: 4"}));
}

void ParquetProgramTest::reportsAMissingParquetLibrary() {
    if (!flip::parquetIsBuiltIn()) {
        QSKIP("this build has no Parquet");
    }
    QVERIFY(QDir(folder_.path()).mkpath("bin"));
    const QString alone = folder_.filePath("bin/flip");
    QVERIFY(QFile::copy(FLIP_TEST_PROGRAM, alone));
    const Output output = import(alone);
    QCOMPARE(output.code, 1);
    QVERIFY2(output.err.contains("ratings.parquet: cannot be read: this program's Parquet "
                                 "library cannot be loaded"),
             qPrintable(output.err));
    QVERIFY2(output.err.contains("libflip-parquet.so"), qPrintable(output.err));
    QCOMPARE(output.err.trimmed().count('\n'), 0);
}

QTEST_GUILESS_MAIN(ParquetProgramTest)
#include "parquet_program_test.moc"

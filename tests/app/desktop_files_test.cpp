#include "ui/window/desktop_id.h"

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QMimeDatabase>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

// The files that a desktop reads for the window: their contents and their installation. Tests that
// need a desktop's own tools are skipped if they are not installed.

using namespace flip::ui;

namespace {

const QString kId = QString::fromLatin1(kDesktopId);
const QString kExperimentType = "application/x-flip-experiment+toml";

QString source(const QString& suffix) {
    return QString(FLIP_SOURCE_DIR "/resources/desktop/") + kId + suffix;
}

QByteArray read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The values of the menu entry, by key.
QMap<QString, QString> menuEntry() {
    QMap<QString, QString> entry;
    for (const QString& line : QString::fromUtf8(read(source(".desktop"))).split('\n')) {
        if (!line.startsWith('#') && line.contains('=')) {
            entry[line.section('=', 0, 0)] = line.section('=', 1);
        }
    }
    return entry;
}

/// The values of an attribute of all elements of a name, such as "release version", in the order of
/// the file; the texts of the elements if no attribute is named.
QStringList valuesOf(const QString& suffix, const QString& element, const QString& attribute = {}) {
    QStringList values;
    QXmlStreamReader xml(read(source(suffix)));
    while (!xml.atEnd()) {
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == element) {
            values << (attribute.isEmpty() ? xml.readElementText()
                                           : xml.attributes().value(attribute).toString());
        }
    }
    return xml.hasError() ? QStringList() : values;
}

/// A program's exit status and its complete output.
struct Ended {
    int status = -1;
    QString output;
};

Ended run(const QString& program, const QStringList& arguments,
          const QMap<QString, QString>& variables = {}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (auto variable = variables.begin(); variable != variables.end(); ++variable) {
        environment.insert(variable.key(), variable.value());
    }
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    const bool ended = process.waitForFinished() && process.exitStatus() == QProcess::NormalExit;
    return {ended ? process.exitCode() : -1, QString::fromUtf8(process.readAll()).trimmed()};
}

bool isMissing(const QString& program) {
    return QStandardPaths::findExecutable(program).isEmpty();
}

} // namespace

class DesktopFilesTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir prefix_;

    QString installed(const QString& path) const { return prefix_.filePath("share/" + path); }

private Q_SLOTS:
    void initTestCase() {
        // Must be set before Qt reads the MIME types for the first time.
        qputenv("XDG_DATA_HOME", installed({}).toUtf8());
        const Ended install = run(FLIP_CMAKE, {"-DCMAKE_INSTALL_PREFIX=" + prefix_.path(), "-P",
                                               FLIP_RESOURCES_INSTALLER});
        QVERIFY2(install.status == 0, qPrintable(install.output));
    }

    void everyFileHasTheSameId() {
        QCOMPARE(menuEntry()["Icon"], kId);
        QCOMPARE(valuesOf(".metainfo.xml", "id"), QStringList{kId});
        QCOMPARE(valuesOf(".metainfo.xml", "launchable"), QStringList{kId + ".desktop"});
        QCOMPARE(valuesOf(".metainfo.xml", "icon"), QStringList{kId});
    }

    void theMenuEntryStartsTheWindow() {
        const QMap<QString, QString> entry = menuEntry();
        QCOMPARE(entry["Exec"], QString(FLIP_WINDOW_PROGRAM) + " %F");
        QCOMPARE(valuesOf(".metainfo.xml", "binary"), QStringList{FLIP_WINDOW_PROGRAM});
        nameProgram();
        QCOMPARE(QGuiApplication::desktopFileName(), kId);
        QCOMPARE(qEnvironmentVariable("RESOURCE_NAME"), kId);
        QCOMPARE(entry["StartupWMClass"], kId);
        QCOMPARE(QString::fromLatin1(kProgramName), QString(FLIP_WINDOW_PROGRAM));
    }

    void theMenuEntryOpensTheDefinedType() {
        QCOMPARE(menuEntry()["MimeType"], kExperimentType + ';');
        QCOMPARE(valuesOf(".mime.xml", "mime-type", "type"), QStringList{kExperimentType});
        QCOMPARE(valuesOf(".metainfo.xml", "mediatype"), QStringList{kExperimentType});
    }

    void bothSummariesAreTheSame() {
        QCOMPARE(valuesOf(".metainfo.xml", "summary"), QStringList{menuEntry()["Comment"]});
        QCOMPARE(valuesOf(".metainfo.xml", "name").value(0), menuEntry()["Name"]);
    }

    void theNewestReleaseIsThisVersion() {
        QCOMPARE(valuesOf(".metainfo.xml", "release", "version").value(0), QString(FLIP_VERSION));
    }

    void installsWhereDesktopsLook_data() {
        QTest::addColumn<QString>("path");
        const QString icons = "icons/hicolor/";
        for (const QString& path :
             {"applications/" + kId + ".desktop", "metainfo/" + kId + ".metainfo.xml",
              "mime/packages/" + kId + ".xml", icons + "scalable/apps/" + kId + ".svg",
              icons + "scalable/mimetypes/" + QString(kExperimentType).replace('/', '-') +
                  ".svg"}) {
            QTest::newRow(qPrintable(path)) << path;
        }
    }
    void installsWhereDesktopsLook() {
        QFETCH(QString, path);
        QVERIFY2(!read(installed(path)).isEmpty(), "was not installed");
    }

    void drawsTheIconAtEachSize_data() {
        QTest::addColumn<int>("size");
        for (const int size : {16, 32, 48, 128, 256}) {
            QTest::addRow("%d", size) << size;
        }
    }
    void drawsTheIconAtEachSize() {
        QFETCH(int, size);
        const QByteArray png =
            read(installed(QString("icons/hicolor/%1x%1/apps/%2.png").arg(size).arg(kId)));
        QVERIFY(png.startsWith("\x89PNG"));
        // Width and height are in the first chunk, big-endian.
        const auto number = [&png](int at) {
            return qFromBigEndian<quint32>(png.constData() + at);
        };
        QCOMPARE(number(16), quint32(size));
        QCOMPARE(number(20), quint32(size));
    }

    void recognisesAnExperimentByItsName_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("type");
        QTest::newRow("an experiment") << "films.flip.toml" << kExperimentType;
        QTest::newRow("in capitals") << "FILMS.FLIP.TOML" << kExperimentType;
        QTest::newRow("with spaces") << "my films.flip.toml" << kExperimentType;
        QTest::newRow("another TOML file") << "Cargo.toml"
                                           << "application/toml";
        QTest::newRow("only the ending as a name") << "flip.toml"
                                                   << "application/toml";
    }
    void recognisesAnExperimentByItsName() {
        QFETCH(QString, name);
        QFETCH(QString, type);
        const QMimeDatabase types;
        if (!types.mimeTypeForName("application/toml").isValid()) {
            QSKIP("this machine does not know TOML files");
        }
        QCOMPARE(types.mimeTypeForFile(name, QMimeDatabase::MatchExtension).name(), type);
    }

    void anExperimentIsATomlFile() {
        const QMimeType type = QMimeDatabase().mimeTypeForName(kExperimentType);
        QVERIFY(type.isValid());
        QVERIFY(type.inherits("application/toml"));
    }

    void fileManagersRecogniseTheType() {
        if (isMissing("update-mime-database") || isMissing("xdg-mime")) {
            QSKIP("update-mime-database and xdg-mime are not both installed");
        }
        const Ended update = run("update-mime-database", {installed("mime")});
        QVERIFY2(update.status == 0, qPrintable(update.output));
        QVERIFY2(!update.output.contains(kId),
                 qPrintable(update.output)); // warnings about this type
        const auto typeOf = [this](const QString& name) {
            QFile file(prefix_.filePath(name));
            file.open(QIODevice::WriteOnly);
            file.write("seed = 1\n");
            file.close();
            return run("xdg-mime", {"query", "filetype", file.fileName()}).output;
        };
        if (typeOf("x.toml") != "application/toml") {
            QSKIP("xdg-mime finds no desktop here and does not know TOML files by itself");
        }
        QCOMPARE(typeOf("x.flip.toml"), kExperimentType);
        QCOMPARE(typeOf("x y.flip.toml"), kExperimentType);
    }

    void validatorsFindNothing_data() {
        QTest::addColumn<QStringList>("command");
        QTest::newRow("menu entry") << QStringList{"desktop-file-validate", source(".desktop")};
        QTest::newRow("software centre") << QStringList{"appstreamcli", "validate", "--no-net",
                                                        "--no-color", source(".metainfo.xml")};
        QTest::newRow("XML") << QStringList{"xmllint", "--noout", source(".metainfo.xml"),
                                            source(".mime.xml")};
    }
    void validatorsFindNothing() {
        QFETCH(QStringList, command);
        if (isMissing(command.first())) {
            QSKIP(qPrintable(command.first() + " is not installed"));
        }
        const Ended validation = run(command.first(), command.mid(1));
        QStringList complaints = validation.output.split('\n', Qt::SkipEmptyParts);
        if (command.first() == "appstreamcli") {
            // Keep errors and warnings only. AppStream 1.0 warns about a program without a web
            // page, and this one has none.
            complaints = complaints.filter(QRegularExpression("^[EW]: (?!.*url-homepage-missing)"));
        }
        QVERIFY2(complaints.isEmpty(), qPrintable(validation.output));
        QVERIFY(validation.status >= 0);
    }
};

QTEST_GUILESS_MAIN(DesktopFilesTest)
#include "desktop_files_test.moc"

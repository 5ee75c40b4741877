#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QMap>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

namespace {

/// What inspect_libtorch.cmake says of a place: "folder", "version", "cuda", "cuda_missing",
/// "problem".
QMap<QString, QString> inspected(const QString& place) {
    QProcess cmake;
    cmake.start(FLIP_TEST_CMAKE,
                {"-DGIVEN=" + place, "-P", FLIP_SOURCE_DIR "/core/cmake/inspect_libtorch.cmake"});
    QMap<QString, QString> said;
    if (!cmake.waitForFinished() || cmake.exitCode() != 0) {
        return said;
    }
    for (const QString& line : QString::fromUtf8(cmake.readAllStandardOutput()).split('\n')) {
        said[line.section('=', 0, 0)] = line.section('=', 1);
    }
    return said;
}

void write(const QString& file, const QByteArray& bytes) {
    QFile::remove(file); // not through a link
    QFile out(file);
    if (!QDir().mkpath(QFileInfo(file).path()) || !out.open(QIODevice::WriteOnly) ||
        out.write(bytes) != bytes.size()) {
        qFatal("cannot write %s", qPrintable(file));
    }
}

QByteArray contentOf(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

} // namespace

/// Whether a PyTorch is found where people name it, and what is said of one that cannot be used.
/// Each is a copy, made of links, of the one that this build uses, with something changed.
class LibtorchFolderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void findsTheRequestedFile_data();
    void findsTheRequestedFile();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void takesEveryVersionItIsBuiltFor_data();
    void takesEveryVersionItIsBuiltFor();
    void tellsTheBuildAndWhatItsDeviceLacks_data();
    void tellsTheBuildAndWhatItsDeviceLacks();
    void refusesAPlaceWithoutOne();

private:
    QString at(const QString& place) const { return place_->path() + "/" + place; }
    QString inTorch(const QString& place) const { return torch_ + "/" + place; }
    /// A file of the copy that can be changed.
    void replace(const QString& place, const QByteArray& bytes) { write(inTorch(place), bytes); }
    void setVersion(const QByteArray& version);

    std::unique_ptr<QTemporaryDir> place_;
    QString torch_; // in place_
};

void LibtorchFolderTest::init() {
    place_ = std::make_unique<QTemporaryDir>();
    torch_ =
        QFileInfo(place_->path()).canonicalFilePath() + "/env/lib/python3.12/site-packages/torch";
    const QDir own(FLIP_TEST_TORCH);
    QVERIFY(QDir().mkpath(inTorch("lib")));
    // What they link lies beside them, or in packages of its own beside PyTorch.
    for (const QString& library : QDir(own.filePath("lib")).entryList(QDir::Files)) {
        if (library != "libtorch_cuda.so") {
            QVERIFY(QFile::link(own.filePath("lib/" + library), inTorch("lib/" + library)));
        }
    }
    if (own.exists("../nvidia")) {
        QVERIFY(QFile::link(own.filePath("../nvidia"), inTorch("../nvidia")));
    }
    for (const char* file : {"ATen/core/Tensor.h", "torch/headeronly/version.h",
                             "torch/csrc/api/include/torch/torch.h"}) {
        replace(QString("include/") + file, contentOf(own.filePath(QString("include/") + file)));
    }
}

void LibtorchFolderTest::findsTheRequestedFile_data() {
    QTest::addColumn<QString>("named");
    QTest::newRow("its folder") << "env/lib/python3.12/site-packages/torch";
    QTest::newRow("with a slash") << "env/lib/python3.12/site-packages/torch/";
    QTest::newRow("its libraries") << "env/lib/python3.12/site-packages/torch/lib";
    QTest::newRow("its CMake package")
        << "env/lib/python3.12/site-packages/torch/share/cmake/Torch";
    QTest::newRow("packages") << "env/lib/python3.12/site-packages";
    QTest::newRow("environment") << "env";
    QTest::newRow("zip") << "zip";
    QTest::newRow("Python") << "env/bin/python";
}

void LibtorchFolderTest::findsTheRequestedFile() {
    QFETCH(QString, named);
    QVERIFY(QDir().mkpath(at("zip")) && QDir().mkpath(inTorch("share/cmake/Torch")));
    QVERIFY(QFile::link(torch_, at("zip/libtorch")));
    write(at("env/bin/python"), "#!/bin/sh\necho '" + torch_.toUtf8() + "'\n");
    QVERIFY(QFile::setPermissions(at("env/bin/python"), QFile::ReadOwner | QFile::ExeOwner));
    const auto said = inspected(at(named));
    QCOMPARE(said["problem"], QString());
    QCOMPARE(said["folder"], torch_);
}

void LibtorchFolderTest::saysWhatIsWrong_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content"); // empty: the file is taken away
    QTest::addColumn<QString>("problem");
    const QDir own(FLIP_TEST_TORCH);
    QByteArray foreign = contentOf(own.filePath("lib/libc10.so"));
    foreign[18] = char(foreign[18] + 1); // the machine in its ELF header
    QTest::newRow("no library") << "lib/libc10.so" << QByteArray()
                                << "lib/libc10.so is missing; install PyTorch again";
    QTest::newRow("no header") << "include/ATen/core/Tensor.h" << QByteArray()
                               << "include/ATen/core/Tensor.h is missing; install PyTorch again";
    QTest::newRow("other machine")
        << "lib/libc10.so" << foreign
        << "this PyTorch is for another kind of processor; install the one for this computer";
    QTest::newRow("old ABI")
        << "lib/libc10.so" << contentOf(FLIP_TEST_LINKED_LIBRARY)
        << "this PyTorch is built with the C++ ABI of before 2015; install one from pip";
    QTest::newRow("damaged") << "lib/libtorch_cpu.so" << QByteArray("half a download")
                             << "lib/libtorch_cpu.so is damaged; install PyTorch again";
    QTest::newRow("without a package that it links")
        << "lib/libtorch_cpu.so" << contentOf(FLIP_TEST_LINKING_LIBRARY)
        << "its libtorch_cpu.so links " + QFileInfo(FLIP_TEST_LINKED_LIBRARY).fileName() +
               ", which is not here; install PyTorch with the packages that it depends on";
}

void LibtorchFolderTest::saysWhatIsWrong() {
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, problem);
    if (content.isEmpty()) {
        QVERIFY(QFile::remove(inTorch(file)));
    } else {
        replace(file, content);
    }
    QCOMPARE(inspected(torch_)["problem"], torch_ + ": " + problem);
}

void LibtorchFolderTest::setVersion(const QByteArray& version) {
    const QList<QByteArray> parts = version.split('.');
    replace("include/torch/headeronly/version.h",
            "#define TORCH_VERSION_MAJOR " + parts[0] + "\n#define TORCH_VERSION_MINOR " +
                parts[1] + "\n#define TORCH_VERSION_PATCH " + parts[2] + "\n");
}

void LibtorchFolderTest::takesEveryVersionItIsBuiltFor_data() {
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<bool>("taken");
    for (const auto& [version, taken] :
         {std::pair{"2.9.1", false}, std::pair{"2.10.0", false}, std::pair{"2.11.0", true},
          std::pair{"2.12.1", true}, std::pair{"2.13.0", true}, std::pair{"2.14.1", true},
          std::pair{"2.15.0", false}, std::pair{"3.0.0", false}}) {
        QTest::newRow(version) << QByteArray(version) << taken;
    }
}

void LibtorchFolderTest::takesEveryVersionItIsBuiltFor() {
    QFETCH(QByteArray, version);
    QFETCH(bool, taken);
    setVersion(version);
    const auto said = inspected(torch_);
    QCOMPARE(said["version"], QString(version));
    QCOMPARE(said["problem"], taken ? QString()
                                    : torch_ + ": this is PyTorch " + version +
                                          "; one from 2.11 to below 2.15 is needed");
}

void LibtorchFolderTest::tellsTheBuildAndWhatItsDeviceLacks_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("cuda");
    QTest::newRow("wheel") << "version.py"
                           << QByteArray("__version__ = '2.13.0'\ncuda: str = '13.0'\n") << "13.0";
    QTest::newRow("zip") << "build-version" << QByteArray("2.13.0+cu128\n") << "12.8";
    QTest::newRow("says nothing") << "build-version" << QByteArray("2.13.0\n") << "unknown";
}

void LibtorchFolderTest::tellsTheBuildAndWhatItsDeviceLacks() {
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    QFETCH(QString, cuda);
    replace(file, content);
    QCOMPARE(inspected(torch_)["cuda"], QString()); // without its library it is no such build
    replace("lib/libtorch_cuda.so", contentOf(FLIP_TEST_LINKING_LIBRARY));
    const auto said = inspected(torch_);
    QCOMPARE(said["cuda"], cuda);
    QCOMPARE(said["cuda_missing"], QFileInfo(FLIP_TEST_LINKED_LIBRARY).fileName());
    QCOMPARE(said["problem"], QString()); // the processor can be used
}

void LibtorchFolderTest::refusesAPlaceWithoutOne() {
    for (const QString& place : {place_->path(), at("nowhere"), QString("/bin/true")}) {
        const auto said = inspected(place);
        QCOMPARE(said["folder"], QString());
        QCOMPARE(said["problem"],
                 place + ": there is no PyTorch; name a Python that has it, or its folder");
    }
}

QTEST_GUILESS_MAIN(LibtorchFolderTest)
#include "libtorch_folder_test.moc"

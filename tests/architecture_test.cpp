#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QtTest>

#include <map>
#include <vector>

// Project rules that a compiler does not check, read from the source tree itself. A failure lists
// every place that breaks the rule as file:line.

namespace {

/// The rooms of core/, bottom to top: a room sees itself and those before it, nothing else.
const QStringList kRooms = {"base",    "formats", "spec",   "data",  "text",  "eval",
                            "store",   "report",  "device", "model", "train", "trained",
                            "explain", "run",     "sample", "launch"};
const QStringList kRoomsOfTensors = {"device", "model", "train", "trained", "explain", "run"};

/// The rooms of ui/, bottom to top, and the rooms of core/ that they may see.
const QStringList kWindowRooms = {"bridge", "models", "widgets", "plots", "pages", "window"};
const QStringList kRoomsOpenToWindow = {"base",  "spec",   "data",   "text",    "eval",
                                        "store", "report", "device", "trained", "explain",
                                        "run",   "sample", "launch"};

/// Headers of open rooms that are only for the engine: they use tensors.
const QStringList kInnerHeaders = {"core/run/run_execution.h", "core/trained/run_inputs.h",
                                   "core/trained/served_model.h", "core/trained/stored_weights.h",
                                   "core/trained/trained_model.h"};

QStringList roomsWithoutTorch() {
    QStringList rooms = kRooms;
    for (const QString& room : kRoomsOfTensors) {
        rooms.removeAll(room);
    }
    return rooms;
}

constexpr int kLongestFile = 600;
constexpr int kLongestProgramFile = 99;
constexpr int kLongestMainWindow = 299;

/// One file of the tree, split into lines.
struct SourceFile {
    QString path; // relative to the root: "core/base/result.h"
    QStringList lines;

    bool isHeader() const { return path.endsWith(".h"); }
    QString folder(int depth) const { return path.section('/', depth, depth); }
};

struct Include {
    QString place; // "core/base/files.cpp:3"
    QString target;
    bool quoted = false;
};

QDir root() {
    return QDir(FLIP_SOURCE_DIR);
}

std::vector<SourceFile> filesUnder(const QString& folder, const QStringList& namePatterns) {
    std::vector<SourceFile> files;
    QDirIterator walk(root().filePath(folder), namePatterns, QDir::Files | QDir::Hidden,
                      QDirIterator::Subdirectories);
    while (walk.hasNext()) {
        QFile file(walk.next());
        if (!file.open(QIODevice::ReadOnly)) {
            qFatal("%s cannot be read", qPrintable(file.fileName()));
        }
        QStringList lines = QString::fromUtf8(file.readAll()).split('\n');
        if (lines.last().isEmpty()) {
            lines.removeLast();
        }
        files.push_back({root().relativeFilePath(file.fileName()), lines});
    }
    return files;
}

std::vector<SourceFile> sourcesUnder(const QString& folder) {
    return filesUnder(folder, {"*.h", "*.cpp"});
}

std::vector<Include> includesOf(const SourceFile& file) {
    static const QRegularExpression pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    std::vector<Include> includes;
    for (qsizetype line = 0; line < file.lines.size(); ++line) {
        const auto match = pattern.match(file.lines[line]);
        if (match.hasMatch()) {
            includes.push_back({QString("%1:%2").arg(file.path).arg(line + 1), match.captured(2),
                                match.captured(1) == "\""});
        }
    }
    return includes;
}

std::vector<Include> includesUnder(const QString& folder) {
    std::vector<Include> all;
    for (const SourceFile& file : sourcesUnder(folder)) {
        const auto includes = includesOf(file);
        all.insert(all.end(), includes.begin(), includes.end());
    }
    return all;
}

bool isTorch(const QString& header) {
    static const QRegularExpression pattern("^(torch|ATen|c10|caffe2)/");
    return pattern.match(header).hasMatch();
}

bool isQt(const QString& header) {
    static const QRegularExpression pattern("^(Qt?[A-Z]\\w*(/|$)|qcustomplot|qt)");
    return pattern.match(header).hasMatch();
}

bool isThirdParty(const QString& header) {
    static const QRegularExpression pattern(
        "^(nlohmann|toml\\+\\+|unicode|SQLiteCpp|spdlog|fmt|CLI)/|^(sqlite3|xxhash|archive)");
    return pattern.match(header).hasMatch();
}

/// Prints every place, since a failure's own message would be truncated; returns a message with
/// their number.
QByteArray listed(const QStringList& places) {
    for (const QString& place : places) {
        qWarning().noquote() << place;
    }
    return "places that break this rule, listed above: " + QByteArray::number(places.size());
}

/// The folders below a top-level folder that contain sources, sorted.
QStringList roomsUnder(const QString& topFolder) {
    QStringList rooms;
    for (const SourceFile& file : sourcesUnder(topFolder)) {
        if (!rooms.contains(file.folder(1))) {
            rooms << file.folder(1);
        }
    }
    rooms.sort();
    return rooms;
}

QStringList sorted(QStringList names) {
    names.sort();
    return names;
}

/// The chain of includes from one of our headers to a header of LibTorch: "a.h: b.h:
/// torch/types.h"; empty if there is none.
QString includesUpToTorch(const QString& header) {
    static std::map<QString, QString> known;
    if (const auto found = known.find(header); found != known.end()) {
        return found->second;
    }
    known[header] = QString(); // ends a cycle of includes
    QFile file(root().filePath(header));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    QString chain;
    for (const Include& include :
         includesOf({header, QString::fromUtf8(file.readAll()).split('\n')})) {
        if (isTorch(include.target)) {
            chain = include.target;
        } else if (const QString rest = includesUpToTorch(include.target); !rest.isEmpty()) {
            chain = include.target + ": " + rest;
        }
    }
    known[header] = chain;
    return chain;
}

/// All files written by hand, for the rules about their text.
std::vector<SourceFile> allTexts() {
    std::vector<SourceFile> texts;
    for (const QString folder :
         {".ci", "app", "core", "experiments", "installer", "resources", "tests", "ui"}) {
        auto found = filesUnder(folder, {"*.h", "*.cpp", "*.txt", "*.cmake", "*.sh", "*.md",
                                         "*.toml", "*.qss", "*.qrc", "*.sql", "*.json", "run"});
        texts.insert(texts.end(), found.begin(), found.end());
    }
    for (const QString name : {"CMakeLists.txt", "CMakePresets.json", "README.md"}) {
        QFile file(root().filePath(name));
        if (file.open(QIODevice::ReadOnly)) {
            texts.push_back({name, QString::fromUtf8(file.readAll()).split('\n')});
        }
    }
    return texts;
}

QStringList placesOf(const QRegularExpression& pattern) {
    QStringList places;
    for (const SourceFile& text : allTexts()) {
        for (qsizetype line = 0; line < text.lines.size(); ++line) {
            if (pattern.match(text.lines[line]).hasMatch()) {
                places << QString("%1:%2: %3")
                              .arg(text.path)
                              .arg(line + 1)
                              .arg(text.lines[line].trimmed().left(80));
            }
        }
    }
    return places;
}

void addRows(const QStringList& names) {
    QTest::addColumn<QString>("name");
    for (const QString& name : names) {
        QTest::newRow(qPrintable(name)) << name;
    }
}

} // namespace

class ArchitectureTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        // On an empty tree all rules would hold.
        QVERIFY2(root().exists("core/base/result.h"), FLIP_SOURCE_DIR);
        QVERIFY(root().exists("README.md"));
    }

    void everyRoomIsInTheOrder() { QCOMPARE(roomsUnder("core"), sorted(kRooms)); }

    void roomSeesOnlyTheRoomsBelowIt_data() { addRows(kRooms); }
    void roomSeesOnlyTheRoomsBelowIt() {
        QFETCH(QString, name);
        const auto own = kRooms.indexOf(name);
        const auto includes = includesUnder("core/" + name);
        QVERIFY(!includes.empty());
        QStringList violations;
        for (const Include& include : includes) {
            const QString topFolder = include.target.section('/', 0, 0);
            const auto room = kRooms.indexOf(include.target.section('/', 1, 1));
            const bool upward = topFolder == "core" && (room < 0 || room > own);
            if (include.quoted &&
                (upward || topFolder == "ui" || topFolder == "app" || topFolder == "tests")) {
                violations << include.place + ": " + include.target;
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void innerRoomSeesNothingAboveIt_data() {
        QTest::addColumn<QString>("files"); // of core/
        QTest::addColumn<QString>("above");
        QTest::newRow("records") << "^data/records/"
                                 << "^core/data/(import/|[^/]+$)";
        QTest::newRow("datasets") << "^data/[^/]+$"
                                  << "^core/data/import/";
        QTest::newRow("tokenizer") << "^text/tokenizer/"
                                   << "^core/text/[^/]+$";
        QTest::newRow("kernels") << "^model/kernels/"
                                 << "^core/model/(heads/|id/|plm/|[^/]+$)";
    }
    void innerRoomSeesNothingAboveIt() {
        QFETCH(QString, files);
        QFETCH(QString, above);
        const QRegularExpression inside(files);
        const QRegularExpression upward(above);
        QStringList violations;
        int seen = 0;
        for (const SourceFile& file : sourcesUnder("core")) {
            if (!inside.match(file.path.mid(QString("core/").size())).hasMatch()) {
                continue;
            }
            seen += 1;
            for (const Include& include : includesOf(file)) {
                if (upward.match(include.target).hasMatch()) {
                    violations << include.place + ": " + include.target;
                }
            }
        }
        QVERIFY(seen > 0);
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void roomWithoutTensorsSeesNoTorch_data() { addRows(roomsWithoutTorch()); }
    void roomWithoutTensorsSeesNoTorch() {
        QFETCH(QString, name);
        QStringList violations;
        for (const Include& include : includesUnder("core/" + name)) {
            if (isTorch(include.target)) {
                violations << include.place + ": " + include.target;
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void headerIncludesNoThirdPartyLibrary_data() { addRows(roomsWithoutTorch()); }
    void headerIncludesNoThirdPartyLibrary() {
        QFETCH(QString, name);
        QStringList violations;
        for (const SourceFile& file : sourcesUnder("core/" + name)) {
            if (file.isHeader()) {
                for (const Include& include : includesOf(file)) {
                    if (isThirdParty(include.target)) {
                        violations << include.place + ": " + include.target;
                    }
                }
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void coreSeesNoQt_data() { addRows(kRooms); }
    void coreSeesNoQt() {
        QFETCH(QString, name);
        QStringList violations;
        for (const Include& include : includesUnder("core/" + name)) {
            if (isQt(include.target)) {
                violations << include.place + ": " + include.target;
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void windowSeesOnlyOpenRooms_data() { addRows(kWindowRooms); }
    void windowSeesOnlyOpenRooms() {
        QFETCH(QString, name);
        const auto includes = includesUnder("ui/" + name);
        QVERIFY(!includes.empty());
        QStringList violations;
        for (const Include& include : includes) {
            const QString topFolder = include.target.section('/', 0, 0);
            const bool closed = topFolder == "core" &&
                                (!kRoomsOpenToWindow.contains(include.target.section('/', 1, 1)) ||
                                 kInnerHeaders.contains(include.target));
            const bool plotElsewhere = include.target.startsWith("qcustomplot") && name != "plots";
            if (closed || topFolder == "app" || topFolder == "tests" || isTorch(include.target) ||
                plotElsewhere) {
                violations << include.place + ": " + include.target;
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void windowRoomSeesOnlyTheRoomsBelowIt_data() { addRows(kWindowRooms); }
    void windowRoomSeesOnlyTheRoomsBelowIt() {
        QFETCH(QString, name);
        const auto own = kWindowRooms.indexOf(name);
        QStringList violations;
        for (const Include& include : includesUnder("ui/" + name)) {
            const auto room = kWindowRooms.indexOf(include.target.section('/', 1, 1));
            if (include.target.startsWith("ui/") && (room < 0 || room > own)) {
                violations << include.place + ": " + include.target;
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void everyRoomOfTheWindowIsInTheOrder() { QCOMPARE(roomsUnder("ui"), sorted(kWindowRooms)); }

    void headerOpenToTheWindowUsesNoTensor_data() { addRows(kRoomsOpenToWindow); }
    void headerOpenToTheWindowUsesNoTensor() {
        QFETCH(QString, name);
        QStringList violations;
        for (const SourceFile& file : sourcesUnder("core/" + name)) {
            const QString chain = file.isHeader() ? includesUpToTorch(file.path) : QString();
            if (!chain.isEmpty() && !kInnerHeaders.contains(file.path)) {
                violations << file.path + ":1: " + chain;
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void innerHeaderUsesTensors_data() { addRows(kInnerHeaders); }
    void innerHeaderUsesTensors() {
        QFETCH(QString, name);
        QVERIFY2(!includesUpToTorch(name).isEmpty(),
                 "uses no tensor; remove it from kInnerHeaders");
    }

    void includesStartAtTheRoot_data() { addRows({"app", "core", "tests", "ui"}); }
    void includesStartAtTheRoot() {
        QFETCH(QString, name);
        static const QRegularExpression rooted("^(app|core|tests|ui)/");
        const auto includes = includesUnder(name);
        QVERIFY(!includes.empty());
        QStringList violations;
        for (const Include& include : includes) {
            if (include.quoted && !rooted.match(include.target).hasMatch() &&
                !include.target.endsWith(".moc")) {
                violations << include.place + ": " + include.target;
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void fileIsNotTooLong_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<int>("most");
        QTest::newRow("core") << "core"
                              << "" << kLongestFile;
        QTest::newRow("ui") << "ui"
                            << "" << kLongestFile;
        QTest::newRow("programs") << "app"
                                  << "^app/[^/]+$" << kLongestProgramFile;
        QTest::newRow("main window") << "ui"
                                     << "/main_window\\.(h|cpp)$" << kLongestMainWindow;
    }
    void fileIsNotTooLong() {
        QFETCH(QString, folder);
        QFETCH(QString, pattern);
        QFETCH(int, most);
        int seen = 0;
        QStringList violations;
        for (const SourceFile& file : sourcesUnder(folder)) {
            if (QRegularExpression(pattern).match(file.path).hasMatch()) {
                ++seen;
                if (file.lines.size() > most) {
                    violations << QString("%1: %2 lines, at most %3 are allowed")
                                      .arg(file.path)
                                      .arg(file.lines.size())
                                      .arg(most);
                }
            }
        }
        QVERIFY(seen > 0);
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void headerHasPragmaOnceAndAContract_data() { addRows({"app", "core", "ui"}); }
    void headerHasPragmaOnceAndAContract() {
        QFETCH(QString, name);
        int seen = 0;
        QStringList violations;
        for (const SourceFile& file : sourcesUnder(name)) {
            if (!file.isHeader()) {
                continue;
            }
            ++seen;
            if (file.lines.value(0) != "#pragma once") {
                violations << file.path + ":1: does not start with #pragma once";
            }
            if (file.lines.filter(QRegularExpression("^\\s*/// \\w")).isEmpty()) {
                violations << file.path + ":1: no contract (///) above what it declares";
            }
        }
        QVERIFY(seen > 0);
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void everySourceIsBuilt_data() {
        addRows({"app", "core", "resources", "tests", "tests/fuzz", "ui"});
    }
    void everySourceIsBuilt() {
        QFETCH(QString, name);
        QFile list(root().filePath(name + "/CMakeLists.txt"));
        QVERIFY(list.open(QIODevice::ReadOnly));
        const QStringList named =
            QString::fromUtf8(list.readAll()).split(QRegularExpression("[\\s()\"]+"));
        QStringList violations;
        const auto sources = filesUnder(name, {"*.cpp"});
        QVERIFY(!sources.empty());
        for (const SourceFile& file : sources) {
            const bool listedElsewhere = name == "tests" && file.path.startsWith("tests/fuzz/");
            if (!listedElsewhere && !named.contains(file.path.mid(name.size() + 1))) {
                violations << QString("%1: not in %2/CMakeLists.txt").arg(file.path, name);
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void everyResourceIsBuilt_data() {
        QTest::addColumn<QString>("list"); // the file that lists the folder's content
        QTest::newRow("demo") << "core/CMakeLists.txt";
        QTest::newRow("desktop") << "resources/CMakeLists.txt";
        QTest::newRow("icons") << "resources/flip.qrc";
        QTest::newRow("migrations") << "core/CMakeLists.txt";
        QTest::newRow("schemas") << "core/CMakeLists.txt";
        QTest::newRow("style") << "resources/flip.qrc";
    }
    void everyResourceIsBuilt() {
        QFETCH(QString, list);
        QFile file(root().filePath(list));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QStringList named = QString::fromUtf8(file.readAll())
                                      .replace("${FLIP_DESKTOP_ID}", "org.flipworkbench.Workbench")
                                      .split(QRegularExpression("[\\s()<>\"]+"));
        const auto found = filesUnder(QString("resources/") + QTest::currentDataTag(), {"*"});
        QVERIFY(!found.empty());
        QStringList violations;
        for (const SourceFile& resource : found) {
            if (!resource.path.endsWith(".md") &&
                !named.contains(resource.path.mid(QString("resources/").size()))) {
                violations << QString("%1: not in %2").arg(resource.path, list);
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void everyResourceFolderIsListed() {
        // Pictures are part of the documentation only and are not built in.
        QCOMPARE(QDir(root().filePath("resources")).entryList(QDir::Dirs | QDir::NoDotAndDotDot),
                 QStringList(
                     {"demo", "desktop", "icons", "migrations", "pictures", "schemas", "style"}));
    }

    void noBuildFileSearchesForSources() {
        QStringList violations;
        for (const QString folder : {"app", "core", "installer", "resources", "tests", "ui"}) {
            for (const SourceFile& file : filesUnder(folder, {"CMakeLists.txt"})) {
                for (qsizetype line = 0; line < file.lines.size(); ++line) {
                    if (file.lines[line].contains("file(GLOB")) {
                        violations << QString("%1:%2").arg(file.path).arg(line + 1);
                    }
                }
            }
        }
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void flipCoreSeesNoRoomOfTensors() {
        QFile list(root().filePath("core/CMakeLists.txt"));
        QVERIFY(list.open(QIODevice::ReadOnly));
        const auto facts = QRegularExpression("set\\(FLIP_CORE_SOURCES\\s([^)]*)\\)")
                               .match(QString::fromUtf8(list.readAll()));
        const QStringList named = facts.captured(1).split(QRegularExpression("\\s+"));
        QStringList violations;
        int seen = 0;
        for (const SourceFile& file : sourcesUnder("core")) {
            if (!named.contains(file.path.mid(QString("core/").size()))) {
                continue;
            }
            seen += 1;
            for (const Include& include : includesOf(file)) {
                if (include.target.startsWith("core/") &&
                    kRoomsOfTensors.contains(include.target.section('/', 1, 1))) {
                    violations << include.place + ": " + include.target;
                }
            }
        }
        QVERIFY(seen > 0);
        QVERIFY2(violations.isEmpty(), listed(violations));
    }

    void noMarkerForLaterIsLeft() {
        // Split into pieces, so that this file does not break the rule itself.
        const QStringList places = placesOf(QRegularExpression(QString("\\b(") + "TO"
                                                                                 "DO|FIX"
                                                                                 "ME|XX"
                                                                                 "X|HA"
                                                                                 "CK)\\b"));
        QVERIFY2(places.isEmpty(), listed(places));
    }

    void noMachineSpecificPathIsWritten() {
        const QStringList places = placesOf(QRegularExpression("(^|[^\\w.~}])/(home|root|work|Us"
                                                               "ers|mnt|media)/\\w|[A-Z]:\\\\\\\\Us"
                                                               "ers"));
        QVERIFY2(places.isEmpty(), listed(places));
    }
};

QTEST_GUILESS_MAIN(ArchitectureTest)
#include "architecture_test.moc"

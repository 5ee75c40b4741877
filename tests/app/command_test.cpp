#include "core/formats/safetensors.h"
#include "core/text/tokenizer/tokenizer.h"
#include "tests/app/flip_program.h"
#include "tests/core/run/tiny_project.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QtTest>

using namespace flip::test;

namespace {

QString text(const std::filesystem::path& path) {
    return QString::fromStdString(path.string());
}

void write(const QString& file, const QByteArray& content) {
    QFile out(file);
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(content);
}

QByteArray tinyExperiment() {
    return QByteArray("kind = \"flip\"\nthreads = 1\ndevice = \"cpu\"\n[data]\ndataset = \"tiny\"\n"
                      "[text]\nmax_tokens = 40\n[plm]\npath = \"") +
           FLIP_TEST_FIXTURES +
           "/tiny_bert\"\nlayers = 1\n[id]\nembedding_dim = 4\nhidden = [8]\nrank = 2\n"
           "[pretrain]\nepochs = 1\nbatch_size = 64\n"
           "[finetune]\nepochs = 1\nid_epochs = 0\nbatch_size = 64\n";
}

} // namespace

/// The flip program from the command line: output, messages and exit codes.
class CommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void runsAnExperimentToItsResult();
    void listsAndShowsAndExports();
    void readsTheExperimentFromAPipe_data();
    void readsTheExperimentFromAPipe();
    void eventsAreJsonLines();
    void reportsErrorsInOneLine_data();
    void reportsErrorsInOneLine();
    void importsAndDescribesADataset();
    void aFullDiskIsAFailureNotWrongInput();
    void tokenizesLines();
    void tokenizesStandardInput();
    void tokenizesManyLinesInOrder();
    void measuresWholeAndJoinedSentences();
    void encodesLines();
    void namesATokenWithoutAVectorInTheModel();
    void everyCommandHasHelp_data();
    void everyCommandHasHelp();
    void parsesArgumentsWithoutTheEngine();

private:
    QString folder() const { return text(project_->path()); }
    QString workspace() const { return folder() + "/workspace"; }

    std::unique_ptr<TinyProject> project_;
};

void CommandTest::initTestCase() {
    project_ = std::make_unique<TinyProject>(200);
    write(folder() + "/tiny.toml", tinyExperiment());
}

void CommandTest::runsAnExperimentToItsResult() {
    const Output output = runFlip(workspace(), {"run", folder() + "/tiny.toml", "--json", "--set",
                                                "seed=3", "--name", "first"});
    QVERIFY2(output.code == 0, qPrintable(output.err));
    const QJsonObject result = QJsonDocument::fromJson(output.out.toUtf8()).object();
    QCOMPARE(result["run"].toString(), QString("first"));
    QCOMPARE(result["status"].toString(), QString("finished"));
    QVERIFY(result["problem"].isNull());
    QVERIFY(result["seconds"].toDouble() > 0);
    QVERIFY(result["peak_rss_bytes"].toDouble() > 0);
    const QJsonObject metrics = result["metrics"].toObject();
    for (const char* split : {"valid", "test"}) {
        const QJsonObject one = metrics[split].toObject();
        QVERIFY(one["auc"].toDouble() > 0 && one["auc"].toDouble() <= 1);
        QVERIFY(one["logloss"].toDouble() > 0);
        QVERIFY(one["id"].toObject().contains("auc"));
        QVERIFY(one["text"].toObject().contains("logloss"));
    }
}

void CommandTest::listsAndShowsAndExports() {
    const Output list = runFlip(workspace(), {"runs", "list", "--json"});
    const QJsonArray runs = QJsonDocument::fromJson(list.out.toUtf8()).array();
    QCOMPARE(runs.size(), 1);
    QCOMPARE(runs[0].toObject()["run"].toString(), QString("first"));
    QCOMPARE(runs[0].toObject()["dataset"].toString(), QString("tiny"));
    QCOMPARE(runs[0].toObject()["seed"].toInt(), 3);
    const Output show = runFlip(workspace(), {"runs", "show", "first", "--json"});
    QCOMPARE(QJsonDocument::fromJson(show.out.toUtf8()).object()["status"].toString(),
             QString("finished"));
    const QString csv = folder() + "/p.csv";
    QCOMPARE(runFlip(workspace(), {"runs", "export", "first", "--predictions", csv}).code, 0);
    QFile file(csv);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readLine().trimmed(),
             QByteArray("row_index,split,label,logit,p,logit_id,logit_text"));
    int rows = 0;
    while (!file.atEnd()) {
        const QList<QByteArray> cells = file.readLine().trimmed().split(',');
        QCOMPARE(cells.size(), 7);
        const double p = 1 / (1 + std::exp(-cells[3].toDouble()));
        QVERIFY(std::abs(p - cells[4].toDouble()) < 1e-15);
        ++rows;
    }
    QCOMPARE(rows, 40); // a tenth valid, a tenth test
}

void CommandTest::readsTheExperimentFromAPipe_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("run");
    QTest::newRow("standard input") << "$FLIP run /dev/stdin --name in < $TOML"
                                    << "in";
    QTest::newRow("a pipe") << "cat $TOML | $FLIP run --name pipe /dev/stdin"
                            << "pipe";
    QTest::newRow("process substitution") << "$FLIP run <(cat $TOML) --name substituted"
                                          << "substituted";
    QTest::newRow("a named pipe")
        << "mkfifo $TOML.pipe && { cat $TOML > $TOML.pipe & $FLIP run $TOML.pipe --name fifo; }"
        << "fifo";
    QTest::newRow("sweep")
        << "$FLIP sweep <(cat $TOML) --grid finetune.learning_rate=0.01 --name sweep"
        << "sweep-001";
}

void CommandTest::readsTheExperimentFromAPipe() {
    QFETCH(QString, line);
    QFETCH(QString, run);
    const QString recipe = folder() + "/piped.toml";
    write(recipe, "kind = \"finetune\"\nseed = 77\nthreads = 1\ndevice = \"cpu\"\n[data]\n"
                  "dataset = \"tiny\"\n[id]\nbackbone = \"lr\"\n[finetune]\n"
                  "branches = \"id\"\nepochs = 1\n");
    QProcess process;
    prepareFlip(process, workspace(), {"-c", line});
    QProcessEnvironment environment = process.processEnvironment();
    environment.insert("FLIP", FLIP_TEST_PROGRAM);
    environment.insert("TOML", recipe);
    process.setProcessEnvironment(environment);
    process.setProgram("/bin/bash");
    const Output output = finishFlip(process);
    QVERIFY2(output.code == 0, qPrintable(output.err));
    const Output shown = runFlip(workspace(), {"runs", "show", run, "--json"});
    QCOMPARE(shown.code, 0);
    const Output list = runFlip(workspace(), {"runs", "list", "--json"});
    for (const QJsonValue& stored : QJsonDocument::fromJson(list.out.toUtf8()).array()) {
        if (stored.toObject()["run"].toString() == run) {
            QCOMPARE(stored.toObject()["seed"].toInt(), 77);
            QCOMPARE(stored.toObject()["kind"].toString(), QString("finetune"));
        }
    }
}

void CommandTest::eventsAreJsonLines() {
    const Output output =
        runFlip(workspace(), {"run", folder() + "/tiny.toml", "--events", "--json"});
    QVERIFY2(output.code == 0, qPrintable(output.err));
    const QStringList lines = output.out.trimmed().split('\n');
    QMap<QString, int> events;
    for (const QString& line : lines) {
        const QJsonObject event = QJsonDocument::fromJson(line.toUtf8()).object();
        QVERIFY2(!event.isEmpty(), qPrintable(line));
        events[event["event"].toString()] += 1;
    }
    QCOMPARE(events["step"], 6); // 160 training rows by 64, two stages of one epoch
    QCOMPARE(events["epoch"], 2);
    QVERIFY(events["alignment"] >= 1);
    const QJsonObject result = QJsonDocument::fromJson(lines.last().toUtf8()).object();
    QCOMPARE(result["status"].toString(), QString("finished"));
}

void CommandTest::reportsErrorsInOneLine_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QByteArray>("experiment");
    QTest::addColumn<QString>("message");
    const QByteArray good = tinyExperiment();
    QTest::newRow("no such experiment")
        << QStringList{"run", "nothing.toml"} << QByteArray() << "nothing.toml";
    QTest::newRow("unknown key") << QStringList{"run", "@"}
                                 << QByteArray("kind = \"flip\"\n[pretrain]\nbatchsize = 3\n")
                                 << "@:3: unknown key";
    QTest::newRow("nearest key") << QStringList{"run", "@"}
                                 << QByteArray("[pretrain]\nbatchsize = 3\n") << "batch_size";
    QTest::newRow("wrong type") << QStringList{"run", "@"} << QByteArray("seed = \"one\"\n")
                                << "@:1";
    QTest::newRow("invalid TOML") << QStringList{"run", "@"} << QByteArray("kind = \n") << "@:1";
    QTest::newRow("unknown dataset")
        << QStringList{"run", "@", "--set", "data.dataset=nobody"} << good << "nobody";
    QTest::newRow("model without weights")
        << QStringList{"run", "@", "--set",
                       QString("plm.path=") + FLIP_TEST_FIXTURES + "/bert_without_weights"}
        << good << "bert_without_weights: holds no model.safetensors";
    QTest::newRow("unknown run") << QStringList{"runs", "show", "nobody"} << QByteArray()
                                 << "nobody";
    QTest::newRow("unknown dataset to show")
        << QStringList{"datasets", "show", "nobody"} << QByteArray() << "nobody";
    QTest::newRow("unknown command") << QStringList{"fly"} << QByteArray() << "flip --help";
    QTest::newRow("unknown preset")
        << QStringList{"import", ".", "--preset", "nothing", "--name", "x"} << QByteArray()
        << "nothing";
    QTest::newRow("missing source")
        << QStringList{"import", "/no/such/folder", "--preset", "movielens-100k", "--name", "x"}
        << QByteArray() << "/no/such/folder";
    QTest::newRow("bad name") << QStringList{"import",         ".",      "--preset",
                                             "movielens-100k", "--name", "../x"}
                              << QByteArray() << "../x";
    QTest::newRow("workspace that cannot be created")
        << QStringList{"datasets", "--workspace", "/proc/no"} << QByteArray() << "/proc/no";
    QTest::newRow("schema and preset")
        << QStringList{"import",   ".",      "--preset", "movielens-100k",
                       "--schema", "x.toml", "--name",   "x"}
        << QByteArray() << "not both";
    QTest::newRow("two kinds of split")
        << QStringList{"import", ".",       "--preset", "movielens-100k", "--name",
                       "x",      "--split", "time",     "--split-file",   "x.tsv"}
        << QByteArray() << "--split-file";
    QTest::newRow("bad name of a run")
        << QStringList{"run", "@", "--name", "a/b"} << good << "is not a valid name";
    QTest::newRow("folder as text")
        << QStringList{"tokenize", "--plm", QString(FLIP_TEST_FIXTURES) + "/tiny_bert", "--input",
                       FLIP_TEST_FIXTURES}
        << QByteArray() << "cannot be read";
    const QString bpe = QString(FLIP_TEST_FIXTURES) + "/tokenizer_bpe";
    QTest::newRow("nothing to measure")
        << QStringList{"bench", "tokenize", "--plm", bpe} << QByteArray() << "either --input or";
    QTest::newRow("two things to measure")
        << QStringList{"bench", "tokenize", "--plm", bpe, "--input", "x", "--dataset", "tiny"}
        << QByteArray() << "either --input or";
    QTest::newRow("template with --input")
        << QStringList{"bench", "tokenize", "--plm", bpe, "--input", "x", "--template", "{user}"}
        << QByteArray() << "--template needs --dataset";
    QTest::newRow("unknown dataset to measure")
        << QStringList{"bench", "tokenize", "--plm", bpe, "--dataset", "nobody"} << QByteArray()
        << "nobody";
    QTest::newRow("no tokenizer") << QStringList{"tokenize", "--plm", FLIP_TEST_FIXTURES}
                                  << QByteArray() << "fixtures";
}

void CommandTest::reportsErrorsInOneLine() {
    QFETCH(QStringList, words);
    QFETCH(QByteArray, experiment);
    QFETCH(QString, message);
    const QString file = folder() + "/given.toml";
    write(file, experiment);
    words.replaceInStrings(QRegularExpression("^@$"), file);
    message.replace("@", file);
    const Output output = runFlip(workspace(), words);
    QCOMPARE(output.code, 2);
    QVERIFY2(output.err.contains(message), qPrintable(output.err));
    QCOMPARE(output.err.trimmed().count('\n'), 0);
    QVERIFY(output.out.isEmpty());
}

void CommandTest::importsAndDescribesADataset() {
    const QStringList words{"import",       folder() + "/source",
                            "--preset",     "csv",
                            "--schema",     folder() + "/source/tiny.toml",
                            "--name",       "again",
                            "--split-seed", "5"};
    const Output output = runFlip(workspace(), words);
    QVERIFY2(output.code == 0, qPrintable(output.err));
    const Output show = runFlip(workspace(), {"datasets", "show", "again", "--json"});
    const QJsonObject dataset = QJsonDocument::fromJson(show.out.toUtf8()).object();
    QCOMPARE(dataset["rows"].toInt(), 200);
    QCOMPARE(dataset["fields"].toArray().size(), 4);
    QCOMPARE(dataset["splits"].toObject()["train"].toInt(), 160);
    const Output all = runFlip(workspace(), {"datasets", "--json"});
    QCOMPARE(QJsonDocument::fromJson(all.out.toUtf8()).array().size(), 2);
}

void CommandTest::aFullDiskIsAFailureNotWrongInput() {
    const Output encoded =
        runFlip(workspace(), {"encode", "--plm", QString(FLIP_TEST_FIXTURES) + "/tiny_bert",
                              "--input", folder() + "/tiny.toml", "--out", "/dev/full"});
    QCOMPARE(encoded.code, 1);
    QVERIFY2(encoded.err.contains("/dev/full"), qPrintable(encoded.err));
    QProcess process;
    prepareFlip(process, workspace(), {"datasets", "--json"});
    process.setStandardOutputFile("/dev/full");
    process.start();
    QVERIFY(process.waitForFinished(100000));
    QCOMPARE(process.exitCode(), 1);
    QVERIFY(process.readAllStandardError().contains("standard output"));
}

void CommandTest::tokenizesLines() {
    write(folder() + "/lines.txt", "Movie\n\nthe end");
    const Output output =
        runFlip(workspace(), {"tokenize", "--plm", QString(FLIP_TEST_FIXTURES) + "/tiny_bert",
                              "--input", folder() + "/lines.txt"});
    const QStringList lines = output.out.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    const QJsonObject first = QJsonDocument::fromJson(lines[0].toUtf8()).object();
    QCOMPARE(first["ids"].toArray().size(), 3); // [CLS] movie [SEP]
    QCOMPARE(first["offsets"].toArray()[1].toArray()[1].toInt(), 5);
    QCOMPARE(QJsonDocument::fromJson(lines[1].toUtf8()).object()["ids"].toArray().size(), 2);
}

void CommandTest::tokenizesStandardInput() {
    QProcess process;
    prepareFlip(process, workspace(),
                {"tokenize", "--plm", QString(FLIP_TEST_FIXTURES) + "/tokenizer_bpe"});
    process.start();
    process.write("is is\n");
    QVERIFY(process.waitForReadyRead(100000)); // each line is answered before the next one arrives
    QCOMPARE(process.readLine().count("["), 6);
    process.write("\nx");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(100000));
    QCOMPARE(process.readAllStandardOutput().count('\n'), 2);
    QCOMPARE(process.exitCode(), 0);
}

void CommandTest::tokenizesManyLinesInOrder() {
    QByteArray text;
    for (int i = 0; i < 200000; ++i) {
        text += "is " + QByteArray::number(i) + '\n';
    }
    write(folder() + "/many.txt", text);
    const QString model = QString(FLIP_TEST_FIXTURES) + "/tokenizer_bpe";
    const Output output =
        runFlip(workspace(), {"tokenize", "--plm", model, "--input", folder() + "/many.txt"});
    const QStringList lines = output.out.split('\n');
    QCOMPARE(lines.size(), 200001);
    const auto tokenizer = flip::openTokenizer(model.toStdString());
    QVERIFY(tokenizer.ok());
    for (int i = 0; i < 200000; i += 997) {
        QStringList ids;
        for (const flip::Token& token : (*tokenizer)->sentence("is " + std::to_string(i))) {
            ids << QString::number(token.id);
        }
        QVERIFY2(lines[i].startsWith("{\"ids\": [" + ids.join(", ") + "]"), qPrintable(lines[i]));
    }
    const Output measured = runFlip(workspace(), {"bench", "tokenize", "--plm", model, "--input",
                                                  folder() + "/many.txt", "--json"});
    const QJsonObject result = QJsonDocument::fromJson(measured.out.toUtf8()).object();
    QCOMPARE(result["lines"].toInt(), 200000);
    QVERIFY(result["tokens"].toInt() > 800000);
    QVERIFY(result["lines_per_s"].toDouble() > 0);
}

void CommandTest::measuresWholeAndJoinedSentences() {
    const Output output = runFlip(
        workspace(), {"bench", "tokenize", "--plm", QString(FLIP_TEST_FIXTURES) + "/tokenizer_bpe",
                      "--dataset", "tiny", "--template", "user is {user}.", "--json"});
    QVERIFY2(output.code == 0, qPrintable(output.err));
    const QJsonObject result = QJsonDocument::fromJson(output.out.toUtf8()).object();
    QCOMPARE(result["sentences"].toInt(), 200);
    QVERIFY(result["tokens"].toInt() > 200 * 5);
    QCOMPARE(result["tokens"].toInt(), result["whole_tokens"].toInt());
    QVERIFY(result["whole_per_s"].toDouble() > 0);
    QVERIFY(result["joined_per_s"].toDouble() > 0);
    QVERIFY(result["ratio"].toDouble() > 0);
}

void CommandTest::encodesLines() {
    const Output output = runFlip(
        workspace(), {"encode", "--plm", QString(FLIP_TEST_FIXTURES) + "/tiny_bert", "--input",
                      folder() + "/lines.txt", "--out", folder() + "/cls.safetensors"});
    QVERIFY2(output.code == 0, qPrintable(output.err));
    const auto file = flip::SafetensorsFile::open((folder() + "/cls.safetensors").toStdString());
    QVERIFY(file.ok());
    QCOMPARE(file->find("cls")->shape, (std::vector<std::int64_t>{3, 52}));
}

void CommandTest::namesATokenWithoutAVectorInTheModel() {
    const std::filesystem::path model = project_->path() / "grown";
    std::filesystem::create_directories(model);
    for (const auto& file : std::filesystem::directory_iterator(FLIP_TEST_FIXTURES "/tiny_bert")) {
        QVERIFY(QFile::copy(text(file.path()), text(model / file.path().filename())));
    }
    QFile vocabulary(text(model / "vocab.txt"));
    vocabulary.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    QVERIFY(vocabulary.open(QIODevice::ReadOnly));
    const QByteArray grown = vocabulary.readAll() + "zebra\nquagga\n";
    vocabulary.close();
    write(vocabulary.fileName(), grown);
    const QString lines = folder() + "/animals.txt";
    const auto encode = [&](const QString& folderOfModel, const QString& out) {
        return runFlip(workspace(), {"encode", "--plm", folderOfModel, "--input", lines, "--out",
                                     folder() + "/" + out});
    };
    write(lines, "the movie\nthe end\n");
    QCOMPARE(encode(text(model), "grown.safetensors").code, 0);
    QCOMPARE(encode(QString(FLIP_TEST_FIXTURES) + "/tiny_bert", "same.safetensors").code, 0);
    QFile first(folder() + "/grown.safetensors");
    QFile second(folder() + "/same.safetensors");
    QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
    QCOMPARE(first.readAll(), second.readAll());
    write(lines, "the movie\nthe zebra\n");
    const Output output = encode(text(model), "none.safetensors");
    QCOMPARE(output.code, 2);
    QVERIFY2(output.err.startsWith(lines + ":2: uses the token \"zebra\", number "),
             qPrintable(output.err));
    QCOMPARE(output.err.count('\n'), 1);
    QVERIFY(!QFile::exists(folder() + "/none.safetensors"));
}

void CommandTest::everyCommandHasHelp_data() {
    QTest::addColumn<QStringList>("words");
    for (const char* words : {"",
                              "import",
                              "datasets",
                              "datasets show",
                              "run",
                              "runs",
                              "runs list",
                              "runs show",
                              "runs export",
                              "runs table",
                              "runs compare",
                              "sweep",
                              "tokenize",
                              "encode",
                              "models",
                              "models list",
                              "models check",
                              "models export",
                              "bench",
                              "bench tokenize",
                              "demo"}) {
        QTest::newRow(words[0] == '\0' ? "flip" : words)
            << QString(words).split(' ', Qt::SkipEmptyParts);
    }
}

void CommandTest::everyCommandHasHelp() {
    QFETCH(QStringList, words);
    const Output output = runFlip(workspace(), words + QStringList{"--help"});
    QCOMPARE(output.code, 0);
    QVERIFY(output.out.contains("--help"));
}

/// Help and usage errors do not need LibTorch: flip handles them without flip-engine.
void CommandTest::parsesArgumentsWithoutTheEngine() {
    const QString alone = folder() + "/flip";
    QVERIFY(QFile::copy(FLIP_TEST_PROGRAM, alone));
    const auto run = [&](const QStringList& words) {
        QProcess process;
        prepareFlip(process, workspace(), words);
        process.setProgram(alone);
        return finishFlip(process);
    };
    QCOMPARE(run({"run", "--help"}).code, 0);
    QVERIFY(run({"run", "--options"}).out.contains("\n#id_epochs = 20\n"));
    QCOMPARE(run({"run", folder() + "/tiny.toml", "--set", "seed=one"}).code, 2);
    QCOMPARE(run({"sweep", folder() + "/tiny.toml", "--seeds", "1,1"}).code, 2);
    const Output output = run({"run", folder() + "/tiny.toml"});
    QCOMPARE(output.code, 1);
    QVERIFY2(output.err.startsWith(alone + "-engine: cannot be started: "), qPrintable(output.err));
}

QTEST_GUILESS_MAIN(CommandTest)
#include "command_test.moc"

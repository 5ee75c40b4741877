#include "core/base/files.h"
#include "core/formats/safetensors.h"
#include "tests/app/flip_program.h"
#include "tests/core/run/tiny_project.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QtTest>

using namespace flip;
using namespace flip::test;

namespace fs = std::filesystem;

namespace {

QString text(const fs::path& path) {
    return QString::fromStdString(path.string());
}

QJsonObject objectOf(const Output& output) {
    return QJsonDocument::fromJson(output.out.toUtf8()).object();
}

} // namespace

/// `flip models`: which folders can be read, what is wrong with the others, and the export of a
/// run's text encoder.
class ModelsCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void listsEveryFolderAndWhyItCannotBeUsed();
    void checksWhatAFolderContains_data();
    void checksWhatAFolderContains();
    void namesWhatAFolderIsMissing_data();
    void namesWhatAFolderIsMissing();
    void exportsTheEncoderOfARun_data();
    void exportsTheEncoderOfARun();
    void refusesToExport_data();
    void refusesToExport();

private:
    QString workspace() const { return text(project_->path() / "workspace"); }
    fs::path models() const { return project_->path() / "workspace/models"; }

    /// A copy of the tiny model under a name in the workspace.
    fs::path copyOfModel(const char* name) const {
        const fs::path folder = models() / name;
        fs::remove_all(folder);
        fs::create_directories(models());
        fs::copy(FLIP_TEST_FIXTURES "/tiny_bert", folder);
        for (const auto& file : fs::directory_iterator(folder)) {
            fs::permissions(file.path(), fs::perms::owner_all);
        }
        return folder;
    }

    std::unique_ptr<TinyProject> project_;
};

void ModelsCommandTest::initTestCase() {
    project_ = std::make_unique<TinyProject>(200);
    const auto workspace = project_->workspace();
    Listener nobody;
    const auto run = [&](const char* name, const std::vector<std::string>& changes) {
        std::vector<std::string> all{"pretrain.epochs=1", "finetune.epochs=1"};
        all.insert(all.end(), changes.begin(), changes.end());
        const RunEnded ended =
            executeRun(project_->spec(all), workspace, name, nobody, std::stop_token());
        QVERIFY2(ended.status == RunStatus::Finished,
                 ended.problem ? ended.problem->text().c_str() : "");
    };
    run("both", {"kind=flip"});
    run("ids", {"kind=finetune", "finetune.branches=id"});
    run("pretrained-for-ids", {"kind=flip", "finetune.branches=id", "plm.layers=0"});
}

void ModelsCommandTest::listsEveryFolderAndWhyItCannotBeUsed() {
    fs::remove_all(models());
    copyOfModel("good");
    fs::remove(copyOfModel("no-weights") / "model.safetensors");
    fs::remove(copyOfModel("no-config") / "config.json");
    const Output output = runFlip(workspace(), {"models", "list", "--json"});
    QCOMPARE(output.code, 0);
    QMap<QString, QJsonObject> found;
    for (const QJsonValue& value : QJsonDocument::fromJson(output.out.toUtf8()).array()) {
        found[value.toObject()["name"].toString()] = value.toObject();
    }
    const QJsonObject good = found["good"];
    QVERIFY(good["readable"].toBool());
    QVERIFY(good["problem"].isNull());
    QCOMPARE(good["family"].toString(), QString("bert"));
    QCOMPARE(good["layers"].toInt(), 2);
    QCOMPARE(good["hidden"].toInt(), 52);
    QCOMPARE(good["vocabulary"].toInt(), 131);
    QCOMPARE(good["weights"].toString(), QString("model.safetensors"));
    QVERIFY(!found["no-weights"]["readable"].toBool());
    QVERIFY(found["no-weights"]["problem"].toString().contains("the weights are missing"));
    QVERIFY(!found["no-config"]["readable"].toBool());
    QVERIFY(found["no-config"]["problem"].toString().contains("config.json"));

    const Output words = runFlip(workspace(), {"models", "list"});
    QVERIFY(words.out.contains("bert, 2 layers, 52 wide"));
    QVERIFY(words.out.contains("cannot be used: "));
}

void ModelsCommandTest::checksWhatAFolderContains_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("weights");
    QTest::addColumn<QString>("container");
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QString>("numbers");
    const auto row = [](const char* name, const char* weights, const char* container,
                        const char* prefix, const char* numbers) {
        QTest::newRow(name) << QString(FLIP_TEST_FIXTURES) + "/" + name + "/model" << weights
                            << container << prefix << numbers;
    };
    row("text_bert_legacy", "pytorch_model.bin", "torch.save (legacy)", "bert.", "F32");
    row("text_bert_views", "pytorch_model.bin", "torch.save", "module.bert.", "F32");
    row("text_distilbert_shards", "model.safetensors.index.json", "safetensors", "", "BF16");
    row("text_electra_projected", "pytorch_model.bin", "torch.save (legacy)", "electra.", "F32");
}

void ModelsCommandTest::checksWhatAFolderContains() {
    QFETCH(QString, folder);
    QFETCH(QString, weights);
    QFETCH(QString, container);
    QFETCH(QString, prefix);
    QFETCH(QString, numbers);
    const QJsonObject report =
        objectOf(runFlip(workspace(), {"models", "check", folder, "--json"}));
    QCOMPARE(report["weights"].toString(), weights);
    QCOMPARE(report["container"].toString(), container);
    QCOMPARE(report["prefix"].toString(), prefix);
    QCOMPARE(report["numbers"].toString(), numbers);
    QVERIFY(report["missing"].toArray().isEmpty());
    QVERIFY(report["wrong_shapes"].toArray().isEmpty());
    QVERIFY(report["parameters"].toInt() > 1000);
}

void ModelsCommandTest::namesWhatAFolderIsMissing_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("message");
    QTest::newRow("sound model") << ""
                                 << "";
    QTest::newRow("truncated weights") << "cut"
                                       << "model.safetensors: ";
    QTest::newRow("missing weights") << "gone"
                                     << "the weights are missing";
    QTest::newRow("wrong vocabulary size") << "vocabulary"
                                           << "has the shape [131, 52]";
    QTest::newRow("more layers") << "layers"
                                 << "'encoder.layer.2.attention.self.query.weight'";
    QTest::newRow("no tokenizer") << "tokenizer"
                                  << "no tokenizer.json";
    QTest::newRow("an additional special token") << "pieces"
                                                 << "do not belong together";
}

void ModelsCommandTest::namesWhatAFolderIsMissing() {
    QFETCH(QString, kind);
    QFETCH(QString, message);
    const fs::path folder = copyOfModel("checked");
    const auto change = [&](const char* name, const char* old, const char* now) {
        QString content = QString::fromStdString(*readFile(folder / name));
        content.replace(old, now);
        QVERIFY(writeFileAtomically(folder / name, content.toStdString()).ok());
    };
    if (kind == "cut") {
        fs::resize_file(folder / "model.safetensors", 100000);
    } else if (kind == "gone") {
        fs::remove(folder / "model.safetensors");
    } else if (kind == "vocabulary") {
        change("config.json", "\"vocab_size\": 131", "\"vocab_size\": 140");
    } else if (kind == "layers") {
        change("config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    } else if (kind == "tokenizer") {
        fs::remove(folder / "vocab.txt");
    } else if (kind == "pieces") {
        change("vocab.txt", "[MASK]", "mask");
        const std::string vocabulary = *readFile(folder / "vocab.txt");
        QVERIFY(writeFileAtomically(folder / "vocab.txt", vocabulary + "one\n[MASK]\n").ok());
    }
    const Output output = runFlip(workspace(), {"models", "check", text(folder)});
    QCOMPARE(output.code, kind.isEmpty() ? 0 : 2);
    QVERIFY2(output.err.contains(message), qPrintable(output.err));
    const Output json = runFlip(workspace(), {"models", "check", "checked", "--json"});
    QCOMPARE(json.code, output.code);
    const QJsonObject report = objectOf(json);
    QCOMPARE(report["readable"].toBool(), kind.isEmpty());
    QCOMPARE(report["problems"].toArray().isEmpty(), kind.isEmpty());
    QCOMPARE(report["missing"].toArray().size(), kind == "layers" ? 16 : 0);
    QCOMPARE(report["wrong_shapes"].toArray().size(), kind == "vocabulary" ? 1 : 0);
    QCOMPARE(report["tokenizer"].toString(), kind == "tokenizer" ? "" : "WordPiece");
}

void ModelsCommandTest::exportsTheEncoderOfARun_data() {
    QTest::addColumn<QString>("run");
    QTest::addColumn<QString>("weights");
    QTest::addColumn<int>("layers");
    QTest::addColumn<QString>("place");
    QTest::newRow("first layer only") << "both"
                                      << "weights.safetensors" << 1 << "/new/exported";
    QTest::newRow("from pretraining") << "pretrained-for-ids"
                                      << "pretrained.safetensors" << 2 << "/exported-2/";
}

void ModelsCommandTest::exportsTheEncoderOfARun() {
    QFETCH(QString, run);
    QFETCH(QString, weights);
    QFETCH(int, layers);
    QFETCH(QString, place);
    const QString out = text(project_->path()) + place;
    if (place.endsWith('/')) {
        QVERIFY(QDir().mkpath(out)); // an existing empty folder is accepted
    }
    // The remains of a killed export to the same place.
    const fs::path target = QDir::cleanPath(out).toStdString();
    const fs::path leftover =
        target.parent_path() / ("." + target.filename().string() + ".export-a1B2c3");
    fs::create_directories(leftover / "model");
    QVERIFY(writeFileAtomically(leftover / "lock", "").ok());
    const Output output = runFlip(workspace(), {"models", "export", run, "--out", out});
    QVERIFY2(output.code == 0, qPrintable(output.err));
    QVERIFY(!fs::exists(leftover));
    const fs::path folder = out.toStdString();
    const auto written = SafetensorsFile::open(folder / "model.safetensors");
    QVERIFY(written.ok() && written->verify().ok());
    QCOMPARE(written->metadata().at("format"), std::string("pt"));
    QCOMPARE(int(written->tensors().size()), 5 + 16 * layers);
    const auto trained = SafetensorsFile::open(project_->path() / "workspace/checkpoints" /
                                               run.toStdString() / weights.toStdString());
    QVERIFY(trained.ok());
    for (const auto& [name, view] : written->tensors()) {
        QVERIFY2(trained->find("text." + name) != nullptr, name.c_str());
        QVERIFY(trained->find("text." + name)->bytes == view.bytes);
    }
    const QJsonObject config =
        QJsonDocument::fromJson(QByteArray::fromStdString(*readFile(folder / "config.json")))
            .object();
    QCOMPARE(config["num_hidden_layers"].toInt(), layers);
    QCOMPARE(config["architectures"].toArray().at(0).toString(), QString("BertModel"));

    // No temporary folder is left beside it, and the folder is a usable model.
    for (const auto& entry : fs::directory_iterator(project_->path())) {
        QVERIFY2(!entry.path().filename().string().starts_with(".exported"), entry.path().c_str());
    }
    QCOMPARE(runFlip(workspace(), {"models", "check", out}).code, 0);
}

void ModelsCommandTest::refusesToExport_data() {
    QTest::addColumn<QString>("run");
    QTest::addColumn<QString>("out");
    QTest::addColumn<QString>("message");
    QTest::newRow("no such run") << "nobody"
                                 << "/x"
                                 << "nobody";
    QTest::newRow("a run of ids alone") << "ids"
                                        << "/x"
                                        << "trained no text encoder";
    QTest::newRow("a folder that holds something") << "both"
                                                   << "/source"
                                                   << "exists already";
    QTest::newRow("a file") << "both"
                            << "/source/tiny.toml"
                            << "exists already";
}

void ModelsCommandTest::refusesToExport() {
    QFETCH(QString, run);
    QFETCH(QString, out);
    QFETCH(QString, message);
    const Output output =
        runFlip(workspace(), {"models", "export", run, "--out", text(project_->path()) + out});
    QCOMPARE(output.code, 2);
    QVERIFY2(output.err.contains(message), qPrintable(output.err));
    QVERIFY(!fs::exists(project_->path() / "x"));
}

QTEST_GUILESS_MAIN(ModelsCommandTest)
#include "models_command_test.moc"

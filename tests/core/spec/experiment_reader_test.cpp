#include "core/spec/options.h"

#include "core/base/random_stream.h"
#include "tests/core/spec/random_spec.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QtTest>

using namespace flip;

class ExperimentReaderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void remembersTheLineOfEachValue() {
        const auto draft = readExperiment("seed = 7\n"
                                          "\n"
                                          "[pretrain] # a comment\n"
                                          "learning_rate = 1e-4\n"
                                          "losses = [\"icl\",\n"
                                          "          \"mfm\"]\n"
                                          "temperature = 1\n",
                                          "exp/a.toml");
        QVERIFY(draft.ok());
        QCOMPARE(draft->entries.size(), std::size_t{4});
        QCOMPARE(draft->entries.at("seed").where, std::string("exp/a.toml:1"));
        QCOMPARE(draft->entries.at("pretrain.learning_rate").where, std::string("exp/a.toml:4"));
        QCOMPARE(draft->entries.at("pretrain.temperature").where, std::string("exp/a.toml:7"));
        QVERIFY(draft->entries.at("pretrain.temperature").value == OptionValue(1.0));
        QVERIFY(draft->entries.at("pretrain.losses").value ==
                OptionValue(std::vector<std::string>{"icl", "mfm"}));
    }

    void readsEverySpellingOfAKey_data() {
        QTest::addColumn<QString>("toml");
        QTest::newRow("table") << "[pretrain]\nepochs = 3";
        QTest::newRow("dotted") << "pretrain.epochs = 3";
        QTest::newRow("inline table") << "pretrain = { epochs = 3 }";
        QTest::newRow("quoted") << "[\"pretrain\"]\n'epochs' = 3";
        QTest::newRow("hexadecimal") << "pretrain.epochs = 0x3";
        QTest::newRow("Windows line ends") << "[pretrain]\r\nepochs = 3\r\n";
        QTest::newRow("byte order mark") << "\ufeffpretrain.epochs = 3";
    }
    void readsEverySpellingOfAKey() {
        QFETCH(QString, toml);
        const auto draft = readExperiment(toml.toStdString(), "a.toml");
        QVERIFY2(draft, draft ? "" : draft.problem().text().c_str());
        QCOMPARE(draft->entries.size(), std::size_t{1});
        QVERIFY(draft->entries.at("pretrain.epochs").value == OptionValue(std::int64_t{3}));
    }

    void everyShippedExperimentIsValid_data() {
        QTest::addColumn<QString>("file");
        const QDir folder(FLIP_SOURCE_DIR "/experiments");
        QDirIterator files(folder.path(), {"*.toml"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString file = files.next();
            const QString name = folder.relativeFilePath(file);
            if (!name.startsWith("import/")) { // contains schemas
                QTest::newRow(qPrintable(name)) << file;
            }
        }
    }
    void everyShippedExperimentIsValid() {
        QFETCH(QString, file);
        QFile read(file);
        QVERIFY(read.open(QIODevice::ReadOnly));
        const auto draft = readExperiment(read.readAll().toStdString(), file.toStdString());
        QVERIFY2(draft, draft ? "" : draft.problem().text().c_str());
        const auto spec = resolve(*draft);
        QVERIFY2(spec, spec ? "" : spec.problem().text().c_str());
    }

    void anEmptyFileSetsNothing() {
        const auto draft = readExperiment("# nothing yet\n", "a.toml");
        QVERIFY(draft.ok());
        QVERIFY(draft->entries.empty());
    }

    void reportsTheErrorAndItsLine_data() {
        QTest::addColumn<QString>("toml");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const char* toml, const char* text) {
            QTest::newRow(name) << toml << text;
        };
        row("unknown key", "seed = 1\n[pretrain]\nepochs = 2\nbatchsize = 3\n",
            "a.toml:4: unknown key 'pretrain.batchsize'; did you mean 'pretrain.batch_size'?");
        row("unknown key at the top", "\nsed = 1",
            "a.toml:2: unknown key 'sed'; did you mean 'seed'?");
        row("key without its table", "batch_size = 3",
            "a.toml:1: unknown key 'batch_size'; did you mean 'pretrain.batch_size'?");
        row("unknown table", "seed = 1\n[pretrian]\nepochs = 1",
            "a.toml:2: unknown table 'pretrian'; did you mean 'pretrain'?");
        row("table below a key", "[pretrain.epochs]\nvalue = 1",
            "a.toml:1: pretrain.epochs is a table; write a whole number from 1 to 100000");
        row("value for a table", "pretrain = 3",
            "a.toml:1: pretrain is a table; write [pretrain] and its keys below it");
        row("table twice", "[[pretrain]]\nepochs = 1",
            "a.toml:1: pretrain is a table; write [pretrain] and its keys below it");
        row("text for a number", "[pretrain]\nepochs = \"ten\"",
            "a.toml:2: pretrain.epochs is \"ten\"; write a whole number from 1 to 100000");
        row("boolean for a number", "seed = true",
            "a.toml:1: seed is true; write a whole number from 0 to 9007199254740991");
        row("date for text", "[data]\ndataset = 2024-01-02",
            "a.toml:2: data.dataset is a date or time; write text");
        row("mixed list", "[id]\nhidden = [300, \"a\"]",
            "a.toml:2: id.hidden is a list of mixed or nested values; write a list of one or more "
            "whole numbers, each from 1 to 65536");
        row("one word for a list", "[pretrain]\nlosses = \"icl\"",
            "a.toml:2: pretrain.losses is \"icl\"; write a list of one or more of icl, mfm, mlm");
        row("first of two errors", "[text]\nmax_tokens = \"x\"\n[data]\ndatset = \"d\"",
            "a.toml:2: text.max_tokens is \"x\"; write a whole number from 3 to 8192");
    }
    void reportsTheErrorAndItsLine() {
        QFETCH(QString, toml);
        QFETCH(QString, text);
        const auto draft = readExperiment(toml.toStdString(), "a.toml");
        QVERIFY(!draft);
        QCOMPARE(QString::fromStdString(draft.problem().text()), text);
    }

    void reportsTheLineOfATomlError_data() {
        QTest::addColumn<QByteArray>("toml");
        QTest::addColumn<QString>("where");
        QTest::newRow("open list") << QByteArray("seed = 1\nx = [1,") << "a.toml:2";
        QTest::newRow("key twice") << QByteArray("seed = 1\n\nseed = 2") << "a.toml:3";
        QTest::newRow("no value") << QByteArray("\nseed =\n") << "a.toml:2";
        QTest::newRow("not UTF-8") << QByteArray("kind = \"\xff\"") << "a.toml:1";
        QTest::newRow("zero byte") << QByteArray("a\0b", 3) << "a.toml:1";
        QTest::newRow("deeply nested")
            << QByteArray("x = ") + QByteArray(100000, '[') << "a.toml:1";
    }
    void reportsTheLineOfATomlError() {
        QFETCH(QByteArray, toml);
        QFETCH(QString, where);
        const auto draft = readExperiment(toml.toStdString(), "a.toml");
        QVERIFY(!draft);
        QCOMPARE(QString::fromStdString(draft.problem().where), where);
        QVERIFY(draft.problem().what.starts_with("is not TOML: "));
    }

    void damagedFilesAreProblemsNotCrashes() {
        RandomStream random(4, "test");
        int refused = 0;
        for (int i = 0; i < 2000; ++i) {
            std::string toml = toToml(randomSpec(random));
            for (auto damage = 1 + random.below(3); damage > 0; --damage) {
                toml[random.below(toml.size())] = static_cast<char>(random.below(256));
            }
            const auto draft = readExperiment(toml, "a.toml");
            if (!draft) {
                ++refused;
                QVERIFY(draft.problem().where.starts_with("a.toml:"));
            }
        }
        QVERIFY(refused > 500);
    }

    void assignsFromTheCommandLine_data() {
        QTest::addColumn<QString>("assignment");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* assignment, const char* key, const char* value) {
            QTest::newRow(assignment) << assignment << key << value;
        };
        row("pretrain.epochs=3", "pretrain.epochs", "3");
        row(" seed = 4 ", "seed", "4");
        row("pretrain.learning_rate=1e-3", "pretrain.learning_rate", "0.001");
        row("pretrain.temperature=1", "pretrain.temperature", "1.0");
        row("kind=pretrain", "kind", "\"pretrain\"");
        row("kind=\"pretrain\"", "kind", "\"pretrain\"");
        row("kind='pretrain'", "kind", "\"pretrain\"");
        row("data.dataset=2024", "data.dataset", "\"2024\"");
        row("finetune.from=", "finetune.from", "\"\"");
        row("text.template=a = {x}. \"b\"", "text.template", "\"a = {x}. \\\"b\\\"\"");
        row("text.template=\"a\\nb\"", "text.template", "\"a\\nb\"");
        row("pretrain.losses=icl", "pretrain.losses", "[\"icl\"]");
        row("pretrain.losses=icl, mfm", "pretrain.losses", "[\"icl\", \"mfm\"]");
        row("pretrain.losses=[icl,mlm]", "pretrain.losses", "[\"icl\", \"mlm\"]");
        row("pretrain.losses=[\"icl\", 'mlm']", "pretrain.losses", "[\"icl\", \"mlm\"]");
        row("id.hidden=[64, 32]", "id.hidden", "[64, 32]");
        row("id.hidden=64,32", "id.hidden", "[64, 32]");
        row("id.hidden=64", "id.hidden", "[64]");
    }
    void assignsFromTheCommandLine() {
        QFETCH(QString, assignment);
        QFETCH(QString, key);
        QFETCH(QString, value);
        RunDraft draft;
        const auto applied = applyAssignment(draft, assignment.toStdString());
        QVERIFY2(applied, applied ? "" : applied.problem().text().c_str());
        QCOMPARE(draft.entries.size(), std::size_t{1});
        const RunDraft::Entry& entry = draft.entries.at(key.toStdString());
        QCOMPARE(QString::fromStdString(formatValue(entry.value)), value);
        QCOMPARE(entry.where, std::string("--set"));
    }

    void refusesAnAssignment_data() {
        QTest::addColumn<QString>("assignment");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* assignment, const char* text) {
            QTest::newRow(assignment) << assignment << text;
        };
        row("seed", "--set: 'seed' has no value; write key=value");
        row("pretrain.batchsize=3",
            "--set: unknown key 'pretrain.batchsize'; did you mean 'pretrain.batch_size'?");
        row("pretrain.epochs=three",
            "--set: pretrain.epochs is \"three\"; write a whole number from 1 to 100000");
        row("pretrain.epochs=",
            "--set: pretrain.epochs is \"\"; write a whole number from 1 to 100000");
        row("seed=1\nkind=\"x\"",
            "--set: seed is \"1\\nkind=\\\"x\\\"\"; write a whole number from 0 to "
            "9007199254740991");
        row("text.template=\"a",
            "--set: text.template is not quoted correctly; close the quote, or omit the quotes");
        row("id.hidden=64,x",
            "--set: id.hidden is \"64,x\"; write a list of one or more whole numbers, each from 1 "
            "to 65536");
    }
    void refusesAnAssignment() {
        QFETCH(QString, assignment);
        QFETCH(QString, text);
        RunDraft draft;
        const auto applied = applyAssignment(draft, assignment.toStdString());
        QVERIFY(!applied);
        QCOMPARE(QString::fromStdString(applied.problem().text()), text);
        QVERIFY(draft.entries.empty());
    }

    void anAssignmentOverridesTheFile() {
        auto draft = readExperiment("seed = 7\n[data]\ndataset = \"d\"", "a.toml");
        QVERIFY(draft.ok());
        QVERIFY(applyAssignment(*draft, "seed=8").ok());
        const auto spec = resolve(*draft);
        QVERIFY(spec.ok());
        QCOMPARE(spec->seed, std::int64_t{8});
    }
};

QTEST_GUILESS_MAIN(ExperimentReaderTest)
#include "experiment_reader_test.moc"

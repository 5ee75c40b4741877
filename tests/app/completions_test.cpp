#include "tests/app/manual_files.h"

#include <QtCore/QDir>
#include <QtCore/QStandardPaths>

using namespace flip::test;

namespace {

/// The words of a line as bash passes them to a completion: split at blanks, = and :.
QStringList wordsOf(const QString& line) {
    static const QRegularExpression word("[=:]+|[^\\s=:]+");
    QStringList words;
    for (auto found = word.globalMatch(line); found.hasNext();) {
        words << found.next().captured();
    }
    return line.endsWith(' ') ? words << "" : words;
}

} // namespace

/// Compares the completions of flip-manual with the commands and the table of options, so that a
/// new command or option without completion fails a test.
class CompletionsTest : public QObject, ManualFiles {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void bashCompletesACommandAndItsOptions_data() { addCommands(); }
    void bashCompletesACommandAndItsOptions();
    void bashCompletesKeysAndTheirValues();
    void bashCompletesALine_data();
    void bashCompletesALine();
    void bashCompletesWordsThatAreNotSplitAtEquals();
    void zshKnowsACommandAndItsOptions_data() { addCommands(); }
    void zshKnowsACommandAndItsOptions();
    void zshKnowsKeysAndTheirValues_data() { addKeys(); }
    void zshKnowsKeysAndTheirValues();
    void zshReadsItsCompletion();
    void fishKnowsACommandAndItsOptions_data() { addCommands(); }
    void fishKnowsACommandAndItsOptions();
    void fishKnowsKeysAndTheirValues_data() { addKeys(); }
    void fishKnowsKeysAndTheirValues();
    void fishCompletesALine_data();
    void fishCompletesALine();

private:
    QStringList bashOffers(const QString& line, const QStringList& words) const;
    QStringList bashOffers(const QString& line) const { return bashOffers(line, wordsOf(line)); }

    QTemporaryDir folder_; // with files to complete
};

void CompletionsTest::initTestCase() {
    make();
    for (const char* name : {"films.toml", "films.txt", "with blank.toml"}) {
        QFile here(folder_.filePath(name));
        QVERIFY(here.open(QIODevice::WriteOnly));
    }
    QVERIFY(QDir(folder_.path()).mkpath("filmsfolder"));
}

/// The completions that are offered with the cursor at the end of a line.
QStringList CompletionsTest::bashOffers(const QString& line, const QStringList& words) const {
    static const QString script = "source \"$1\" && COMP_LINE=$2 COMP_POINT=${#2} && shift 2 && "
                                  "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) && "
                                  "_flip flip \"${COMP_WORDS[COMP_CWORD]}\" x && "
                                  "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"";
    const QString bash = QStandardPaths::findExecutable("bash");
    const Ended output = finish(
        bash,
        QStringList{"--norc", "--noprofile", "-c", script, "bash", file("completions/bash"), line} +
            words,
        folder_.path());
    if (output.code != 0 || !output.err.isEmpty()) {
        return {"failed: " + output.err};
    }
    return output.out.split('\n', Qt::SkipEmptyParts);
}

void CompletionsTest::bashCompletesACommandAndItsOptions() {
    QFETCH(QString, words);
    const CLI::App& command = commandOf(words);
    QStringList below;
    for (const CLI::App* app : command.get_subcommands({})) {
        below << text(app->get_name());
    }
    if (!below.isEmpty()) {
        QCOMPARE(bashOffers(words + " "), below);
    }
    QStringList expected = optionNames(command);
    if (words != "flip") {
        expected << "--workspace"
                 << "--torch";
    }
    QStringList offered = bashOffers(words + " -");
    std::ranges::sort(expected);
    std::ranges::sort(offered);
    QCOMPARE(offered, expected);
}

void CompletionsTest::bashCompletesKeysAndTheirValues() {
    QStringList keys;
    for (const flip::Option& option : flip::options()) {
        keys << text(option.key) + "=";
        QStringList choices;
        for (const std::string& choice : option.choices) {
            choices << text(choice);
        }
        QCOMPARE(bashOffers("flip run --set " + keys.last()), choices);
    }
    QCOMPARE(bashOffers("flip run --set "), keys);
    QCOMPARE(bashOffers("flip sweep --grid "), keys);
}

void CompletionsTest::bashCompletesALine_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QStringList>("offered");
    const auto row = [](const char* line, const QStringList& offered) {
        QTest::newRow(line) << line << offered;
    };
    row("flip ru", {"run", "runs"});
    row("flip runs c", {"compare"});
    row("flip fly", {});
    row("flip runs --sp", {});
    row("flip runs compare --sp", {"--split"});
    row("flip run --e", {"--events"});
    row("flip --workspace films ru", {"run", "runs"});
    row("flip --workspace=films ru", {"run", "runs"});
    row("flip --workspace film", {"filmsfolder"});
    row("flip run --set id.backb", {"id.backbone="});
    row("flip run --set id.backbone=dc", {"dcn", "dcnv2", "dcn-mix"});
    row("flip run --set=id.backbone=dc", {"dcn", "dcnv2", "dcn-mix"});
    row("flip run x.toml --json --set id.backbone=dc", {"dcn", "dcnv2", "dcn-mix"});
    row("flip run --set pretrain.losses=icl,m", {"icl,mfm", "icl,mlm"});
    row("flip run --set id.backbone=fm,dc", {});
    row("flip run --set seed=", {});
    row("flip sweep --grid id.backbone=fm,dc", {"fm,dcn", "fm,dcnv2", "fm,dcn-mix"});
    row("flip runs table --by id.backbone,id.drop", {"id.backbone,id.dropout"});
    row("flip runs table --format ", {"md", "csv", "json"});
    row("flip runs table --format=c", {"csv"});
    row("flip import x --split t", {"time"});
    row("flip import x --preset movielens-1", {"movielens-100k", "movielens-1m"});
    row("flip run film", {"films.toml", "filmsfolder"});
    row("flip run --set seed=2 film", {"films.toml", "filmsfolder"});
    row("flip sweep films.toml w", {"with blank.toml"});
    row("flip run films.toml f", {});
    row("flip import film", {"films.toml", "films.txt", "filmsfolder"});
    row("flip tokenize --input film", {"films.toml", "films.txt", "filmsfolder"});
    row("flip tokenize --input=film", {"films.toml", "films.txt", "filmsfolder"});
    row("flip runs show ", {});
    row("flip-workbench --s", {"--screenshot", "--size"});
    row("flip-workbench --page a", {"alignment"});
    row("flip-workbench --theme=l", {"light"});
    row("flip-workbench --page runs film", {"films.toml", "films.txt", "filmsfolder"});
    row("/opt/bin/flip-workbench --page a", {"alignment"});
}

void CompletionsTest::bashCompletesALine() {
    QFETCH(QString, line);
    QFETCH(QStringList, offered);
    QStringList found = bashOffers(line);
    if (line.contains("film") || line.endsWith('w')) {
        found.sort(); // files are listed in directory order
    }
    QCOMPARE(found, offered);
}

/// The user may have removed = from COMP_WORDBREAKS.
void CompletionsTest::bashCompletesWordsThatAreNotSplitAtEquals() {
    const QString line = "flip run --set id.backbone=dc";
    QCOMPARE(bashOffers(line, line.split(' ')),
             (QStringList{"id.backbone=dcn", "id.backbone=dcnv2", "id.backbone=dcn-mix"}));
}

void CompletionsTest::zshKnowsACommandAndItsOptions() {
    QFETCH(QString, words);
    const QString script = contentOf(file("completions/zsh"));
    const auto begin = script.indexOf("\n_" + QString(words).replace(' ', '_') + "_words() {\n");
    QVERIFY(begin >= 0);
    const QString function = script.mid(begin, script.indexOf("\n}\n", begin) - begin);
    const CLI::App& command = commandOf(words);
    for (const QString& name : optionNames(command)) {
        QVERIFY2(function.contains(QRegularExpression("[)*]" + name + "=?\\[")), qPrintable(name));
    }
    for (const CLI::App* app : command.get_subcommands({})) {
        const QString name = text(app->get_name());
        QVERIFY2(function.contains("'" + name + ":"), qPrintable(name));
        QVERIFY2(function.contains(name + ") _"), qPrintable(name));
    }
}

void CompletionsTest::zshKnowsKeysAndTheirValues() {
    QFETCH(QString, key);
    const QString script = contentOf(file("completions/zsh"));
    QVERIFY(script.contains("    '" + key + ":"));
    QStringList choices;
    for (const std::string& choice : flip::findOption(key.toStdString())->choices) {
        choices << text(choice);
    }
    QVERIFY(choices.isEmpty() ||
            script.contains("  " + key + ") choices=(" + choices.join(' ') + ")"));
}

void CompletionsTest::zshReadsItsCompletion() {
    const QString zsh = QStandardPaths::findExecutable("zsh");
    if (zsh.isEmpty()) {
        QSKIP("zsh is not installed");
    }
    const Ended read = finish(zsh, {"-f", "-n", file("completions/zsh")});
    QCOMPARE(read.err, QString());
    QCOMPARE(read.code, 0);
    // If sourced after compinit, it registers itself.
    const Ended declared =
        finish(zsh, {"-f", "-c",
                     "autoload -U compinit && compinit -D -u && source \"$1\" && "
                     "print $_comps[flip] $_comps[flip-workbench]",
                     "zsh", file("completions/zsh")});
    QCOMPARE(declared.err, QString());
    QCOMPARE(declared.out, QString("_flip _flip\n"));
}

void CompletionsTest::fishKnowsACommandAndItsOptions() {
    QFETCH(QString, words);
    const QString script = contentOf(file("completions/fish"));
    const QString beginning = "\ncomplete -c flip -n '__flip_at " + words + "'";
    const CLI::App& command = commandOf(words);
    for (const QString& name : optionNames(command)) {
        const QString written = name.startsWith("--") ? " -l " + name.mid(2) : " -s " + name.mid(1);
        QVERIFY2(script.contains(QRegularExpression(QRegularExpression::escape(beginning) +
                                                    "( -s \\w)?" + written + " ")),
                 qPrintable(name));
    }
    for (const CLI::App* app : command.get_subcommands({})) {
        const QString name = text(app->get_name());
        QVERIFY2(script.contains(beginning + " -a " + name + " "), qPrintable(name));
    }
}

void CompletionsTest::fishKnowsKeysAndTheirValues() {
    QFETCH(QString, key);
    const QString script = contentOf(file("completions/fish"));
    QVERIFY(script.contains("    echo " + key + "\"$argv\"\\t"));
    QStringList choices;
    for (const std::string& choice : flip::findOption(key.toStdString())->choices) {
        choices << text(choice);
    }
    QVERIFY(choices.isEmpty() || script.contains("        case " + key +
                                                 "\n            printf "
                                                 "'%s\\n' " +
                                                 choices.join(' ') + "\n"));
}

void CompletionsTest::fishCompletesALine_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QStringList>("offered");
    const auto row = [](const char* line, const QStringList& offered) {
        QTest::newRow(line) << line << offered;
    };
    row("flip ru", {"run", "runs"});
    row("flip runs c", {"compare"});
    row("flip --workspace films ru", {"run", "runs"});
    row("flip runs compare --sp", {"--split"});
    row("flip run --set id.backb", {"id.backbone="});
    row("flip run --set id.backbone=dcn",
        {"id.backbone=dcn", "id.backbone=dcn-mix", "id.backbone=dcnv2"});
    row("flip run --set=id.backbone=dcnv", {"--set=id.backbone=dcnv2"});
    row("flip run --set pretrain.losses=icl,ml", {"pretrain.losses=icl,mlm"});
    row("flip sweep --grid id.backbone=fm,dcnv", {"id.backbone=fm,dcnv2"});
    row("flip runs table --by id.backbone,id.drop", {"id.backbone,id.dropout"});
    row("flip runs table --format c", {"csv"});
    row("flip run films.to", {"films.toml"});
    row("flip tokenize --input films.", {"films.toml", "films.txt"});
    row("flip runs show f", {});
    row("flip-workbench --page a", {"alignment"});
    row("flip-workbench --sc", {"--screenshot"});
    row("flip-workbench films.to", {"films.toml"});
}

void CompletionsTest::fishCompletesALine() {
    const QString fish = QStandardPaths::findExecutable("fish");
    if (fish.isEmpty()) {
        QSKIP("fish is not installed");
    }
    QFETCH(QString, line);
    QFETCH(QStringList, offered);
    const Ended read = finish(fish, {"-N", "-n", file("completions/fish")});
    QVERIFY2(read.code == 0, qPrintable(read.err));
    const Ended output = finish(
        fish, {"-N", "-c", "source $argv[1]; complete -C $argv[2]", file("completions/fish"), line},
        folder_.path());
    QVERIFY2(output.code == 0, qPrintable(output.err));
    QStringList found;
    for (const QString& one : output.out.split('\n', Qt::SkipEmptyParts)) {
        found << one.section('\t', 0, 0);
    }
    found.sort();
    QCOMPARE(found, offered);
}

QTEST_GUILESS_MAIN(CompletionsTest)
#include "completions_test.moc"

#include "app/command/command.h"
#include "app/command/program.h"
#include "app/window_words.h"
#include "core/base/version.h"
#include "core/spec/options.h"

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QRegularExpression>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <CLI/CLI.hpp>

#include <memory>

namespace {

QString text(const std::string& text) {
    return QString::fromStdString(text);
}

QString contentOf(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? QString::fromUtf8(in.readAll()) : QString();
}

/// A page's source without its fonts and escapes: the words that a reader sees.
QString readable(QString page) {
    page.remove(QRegularExpression("\\\\f[BIR]"));
    return page.replace("\\-", "-")
        .replace("\\ ", " ")
        .replace("\\(dq", "\"")
        .replace("\\(aq", "'");
}

struct Ended {
    int code = -1;
    QString out;
    QString err;
};

Ended finish(const QString& program, const QStringList& words, const QString& folder = {},
             const QByteArray& input = {}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("LC_ALL", "C.UTF-8");
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(folder);
    process.start(program, words);
    process.write(input);
    process.closeWriteChannel();
    process.waitForFinished(60000);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

/// The words of a line as bash hands them to a completion: parted at blanks, = and : too.
QStringList wordsOf(const QString& line) {
    static const QRegularExpression word("[=:]+|[^\\s=:]+");
    QStringList words;
    for (auto found = word.globalMatch(line); found.hasNext();) {
        words << found.next().captured();
    }
    return line.endsWith(' ') ? words << "" : words;
}

/// What a person can write with dashes for a command itself.
QStringList optionNames(const CLI::App& command) {
    QStringList names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            names << "--" + text(name);
        }
        for (const std::string& name : option->get_snames()) {
            names << "-" + text(name);
        }
    }
    return names;
}

} // namespace

/// The pages and completions that flip-manual makes, beside the commands and the table of options
/// themselves: what is added there is told here, or a test fails.
class ManualTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void pageTellsACommandAndItsWords_data() { addCommands(); }
    void pageTellsACommandAndItsWords();
    void everyValueHasANameOfItsOwn_data() { addCommands(); }
    void everyValueHasANameOfItsOwn();
    void programNamesEveryCommand();
    void windowPageTellsEveryOption();
    void experimentPageTellsEveryOption_data() { addKeys(); }
    void experimentPageTellsEveryOption();
    void environmentNamesEveryVariableThatIsRead();
    void pagesReferToPagesThatAreThere();
    void pageIsWellFormed_data();
    void pageIsWellFormed();

    void bashCompletesACommandAndItsOptions_data() { addCommands(); }
    void bashCompletesACommandAndItsOptions();
    void bashCompletesKeysAndTheirWords();
    void bashCompletesWhatIsWritten_data();
    void bashCompletesWhatIsWritten();
    void bashCompletesWordsThatAreNotPartedAtEquals();
    void zshKnowsACommandAndItsOptions_data() { addCommands(); }
    void zshKnowsACommandAndItsOptions();
    void zshKnowsKeysAndTheirWords_data() { addKeys(); }
    void zshKnowsKeysAndTheirWords();
    void zshReadsItsCompletion();
    void fishKnowsACommandAndItsOptions_data() { addCommands(); }
    void fishKnowsACommandAndItsOptions();
    void fishKnowsKeysAndTheirWords_data() { addKeys(); }
    void fishKnowsKeysAndTheirWords();
    void fishCompletesWhatIsWritten_data();
    void fishCompletesWhatIsWritten();

    void refusesOtherWordsThanAFolder();
    void saysWhatCannotBeWritten();

private:
    void addCommands() const;
    static void addKeys();

    /// The command of a row.
    const CLI::App& commandOf(const QString& words) const;
    QString file(const QString& place) const { return out_.filePath(place); }
    QStringList bashOffers(const QString& line, const QStringList& words) const;
    QStringList bashOffers(const QString& line) const { return bashOffers(line, wordsOf(line)); }

    QTemporaryDir out_;
    QTemporaryDir folder_; // with files to complete
    CLI::App app_;
    flip::command::Context context_;
};

void ManualTest::initTestCase() {
    flip::command::buildProgram(app_, context_);
    const Ended made = finish(FLIP_TEST_MANUAL_PROGRAM, {out_.path()});
    QVERIFY2(made.code == 0, qPrintable(made.err));
    QVERIFY(made.out.isEmpty() && made.err.isEmpty());
    for (const char* name : {"films.toml", "films.txt", "with blank.toml"}) {
        QFile here(folder_.filePath(name));
        QVERIFY(here.open(QIODevice::WriteOnly));
    }
    QVERIFY(QDir(folder_.path()).mkpath("filmsfolder"));
}

void ManualTest::addCommands() const {
    QTest::addColumn<QString>("words");
    const std::function<void(const CLI::App&, QString)> add = [&](const CLI::App& app,
                                                                  const QString& words) {
        QTest::newRow(qPrintable(words)) << words;
        for (const CLI::App* below : app.get_subcommands({})) {
            add(*below, words + " " + text(below->get_name()));
        }
    };
    add(app_, "flip");
}

void ManualTest::addKeys() {
    QTest::addColumn<QString>("key");
    for (const flip::Option& option : flip::options()) {
        QTest::newRow(option.key.c_str()) << text(option.key);
    }
}

const CLI::App& ManualTest::commandOf(const QString& words) const {
    const CLI::App* command = &app_;
    for (const QString& name : words.split(' ').mid(1)) {
        command = command->get_subcommand(name.toStdString());
    }
    return *command;
}

void ManualTest::pageTellsACommandAndItsWords() {
    QFETCH(QString, words);
    const QStringList path = words.split(' ');
    const QString source = contentOf(file("man/man1/" + path.mid(0, 2).join('-') + ".1"));
    QVERIFY2(!source.isEmpty(), "no page");
    const QString page = readable(source);
    const CLI::App& command = commandOf(words);
    QVERIFY(page.contains(text(command.get_description()).mid(1))); // its first letter is large
    // Below a command its own part of the page, as others may have an option of the same name.
    QString part = page;
    if (path.size() > 2) {
        const auto begin = page.indexOf(".SS \"" + words + "\"");
        QVERIFY(begin >= 0);
        part = page.mid(begin, page.indexOf(".S", begin + 1) - begin);
    }
    for (const CLI::Option* option : command.get_options()) {
        if (option == command.get_help_ptr()) {
            QVERIFY(page.contains("--help"));
            continue;
        }
        const QString shown = text(option->get_option_text().empty() ? option->get_type_name()
                                                                     : option->get_option_text());
        const QString name = option->get_positional() ? shown : text(option->get_name());
        const QString term = option->get_positional() || option->get_items_expected_max() == 0
                                 ? name
                                 : name + " " + shown;
        QString help = text(option->get_description());
        help.replace(QRegularExpression("'(flip [^']*)'"), "\\1"); // bold in the page
        QVERIFY2(part.contains(".TP\n" + term + "\n" + help[0].toUpper() + help.mid(1) + "."),
                 qPrintable(term));
    }
    if (path.size() > 1) {
        QVERIFY(page.contains("--workspace DIR"));
    }
}

/// A shell completes by the name, and a person reads it; what CLI11 calls it helps neither.
void ManualTest::everyValueHasANameOfItsOwn() {
    QFETCH(QString, words);
    for (const CLI::Option* option : commandOf(words).get_options()) {
        if (option->get_items_expected_max() > 0) {
            static const QRegularExpression theirs("^(INT|UINT|FLOAT|BOOLEAN|ENUM|)$|[:{\\[]");
            const QString name = text(option->get_type_name());
            const QString what = text(option->get_name()) + " takes '" + name +
                                 "'; give it a type_name (app/manual/command_tree.h)";
            QVERIFY2(!theirs.match(name).hasMatch(), qPrintable(what));
            QVERIFY2(name != "TEXT" || option->get_name() == "--template", qPrintable(what));
        }
    }
}

void ManualTest::programNamesEveryCommand() {
    const QString page = readable(contentOf(file("man/man1/flip.1")));
    QVERIFY(page.contains(QString("FLIP Workbench ") + flip::programVersion()));
    for (const CLI::App* command : app_.get_subcommands({})) {
        QVERIFY(page.contains(".TP\nflip " + text(command->get_name()) + "\n"));
    }
}

void ManualTest::windowPageTellsEveryOption() {
    const QString page = readable(contentOf(file("man/man1/flip-workbench.1")));
    for (const flip::WindowWord& word : flip::kWindowWords) {
        QVERIFY(page.contains(QString(".TP\n--%1 %2\n").arg(word.name, word.value)));
    }
    QVERIFY(page.contains(QString("[%1]...").arg(flip::kWindowArgument.name)));
}

void ManualTest::experimentPageTellsEveryOption() {
    QFETCH(QString, key);
    const flip::Option& option = *flip::findOption(key.toStdString());
    const QString page = readable(contentOf(file("man/man5/flip-experiment.5")));
    const auto begin =
        page.indexOf(".TP\n" + key + " = " + text(flip::formatValue(option.defaultValue)) + "\n");
    QVERIFY(begin >= 0);
    const QString entry = page.mid(begin, page.indexOf("\n.", begin + 4) - begin);
    QVERIFY(entry.contains(text(option.help)));
    for (const std::string& choice : option.choices) {
        QVERIFY2(entry.contains(text(choice)), choice.c_str());
    }
    QCOMPARE(entry.contains("Recipe published: "), option.publishedDefault.has_value());
    using flip::Branches;
    using flip::RunKind;
    const flip::BackboneKind backbone =
        option.backbones.empty() ? flip::BackboneKind::Lr : option.backbones.front();
    QCOMPARE(entry.contains("with the backbone "), !option.backbones.empty());
    // "joint" stands there just where a joint run is told from others.
    const QString readers = entry.mid(entry.lastIndexOf("Read where"));
    if (flip::optionIsRead(option, RunKind::Pretrain, Branches::Id, backbone) &&
        flip::optionIsRead(option, RunKind::Flip, Branches::Id, backbone) &&
        flip::optionIsRead(option, RunKind::Finetune, Branches::Id, backbone) &&
        flip::optionIsRead(option, RunKind::Finetune, Branches::Text, backbone)) {
        QVERIFY(entry.contains("Every run reads it"));
        return;
    }
    QVERIFY(entry.contains("Read where kind is "));
    QCOMPARE(readers.contains("pretrain"),
             flip::optionIsRead(option, RunKind::Pretrain, Branches::Joint, backbone));
    QCOMPARE(readers.contains("finetune.branches is"),
             !flip::optionIsRead(option, RunKind::Finetune, Branches::Id, backbone) !=
                     !flip::optionIsRead(option, RunKind::Finetune, Branches::Text, backbone) ||
                 !flip::optionIsRead(option, RunKind::Finetune, Branches::Id, backbone) !=
                     !flip::optionIsRead(option, RunKind::Finetune, Branches::Joint, backbone));
}

void ManualTest::environmentNamesEveryVariableThatIsRead() {
    static const QRegularExpression reads("(?:environment|getenv)\\(\"(\\w+)\"\\)");
    const QString page = readable(contentOf(file("man/man1/flip.1")));
    const QString part = page.mid(page.indexOf(".SH \"ENVIRONMENT\""));
    int found = 0;
    for (const char* house : {"app", "core"}) {
        QDirIterator walk(QString(FLIP_SOURCE_DIR) + "/" + house, {"*.cpp"}, QDir::Files,
                          QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            const QString source = contentOf(walk.next());
            for (auto match = reads.globalMatch(source); match.hasNext(); ++found) {
                const QString name = match.next().captured(1);
                QVERIFY2(part.contains(".TP\n" + name + "\n"), qPrintable(name));
            }
        }
    }
    QVERIFY(found >= 4);
}

void ManualTest::pagesReferToPagesThatAreThere() {
    static const QRegularExpression reference("\\\\fB([\\w\\\\-]+)\\\\fR\\((\\d)\\)");
    QDirIterator walk(file("man"), QDir::Files, QDirIterator::Subdirectories);
    int found = 0;
    while (walk.hasNext()) {
        const QString page = walk.next();
        for (auto match = reference.globalMatch(contentOf(page)); match.hasNext(); ++found) {
            const auto to = match.next();
            const QString name = readable(to.captured(1));
            QVERIFY2(
                QFile::exists(file("man/man" + to.captured(2) + "/" + name + "." + to.captured(2))),
                qPrintable(page + ": " + name));
        }
    }
    QVERIFY(found > 10);
}

void ManualTest::pageIsWellFormed_data() {
    QTest::addColumn<QString>("page");
    QDirIterator walk(file("man"), QDir::Files, QDirIterator::Subdirectories);
    while (walk.hasNext()) {
        const QString page = walk.next();
        QTest::newRow(qPrintable(QFileInfo(page).fileName())) << page;
    }
}

void ManualTest::pageIsWellFormed() {
    QFETCH(QString, page);
    const QString source = contentOf(page);
    for (const char16_t c : source.toStdU16String()) {
        QVERIFY(c < 0x80); // whatever coding a reader has
    }
    const QString man = QStandardPaths::findExecutable("man");
    const QString groff = QStandardPaths::findExecutable("groff");
    if (groff.isEmpty()) {
        QSKIP("groff is not installed");
    }
    const Ended set = finish(groff, {"-man", "-ww", "-Tutf8", "-z", page});
    QCOMPARE(set.err, QString());
    QCOMPARE(set.code, 0);
    if (!man.isEmpty()) {
        const Ended shown = finish(man, {"--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page});
        QCOMPARE(shown.err, QString());
        QCOMPARE(shown.code, 0);
    }
}

/// What the completion answers where the cursor stands at the end of a line.
QStringList ManualTest::bashOffers(const QString& line, const QStringList& words) const {
    static const QString script = "source \"$1\" && COMP_LINE=$2 COMP_POINT=${#2} && shift 2 && "
                                  "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) && "
                                  "_flip flip \"${COMP_WORDS[COMP_CWORD]}\" x && "
                                  "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"";
    const QString bash = QStandardPaths::findExecutable("bash");
    const Ended said = finish(
        bash,
        QStringList{"--norc", "--noprofile", "-c", script, "bash", file("completions/bash"), line} +
            words,
        folder_.path());
    if (said.code != 0 || !said.err.isEmpty()) {
        return {"failed: " + said.err};
    }
    return said.out.split('\n', Qt::SkipEmptyParts);
}

void ManualTest::bashCompletesACommandAndItsOptions() {
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

void ManualTest::bashCompletesKeysAndTheirWords() {
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

void ManualTest::bashCompletesWhatIsWritten_data() {
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

void ManualTest::bashCompletesWhatIsWritten() {
    QFETCH(QString, line);
    QFETCH(QStringList, offered);
    QStringList found = bashOffers(line);
    if (line.contains("film") || line.endsWith('w')) {
        found.sort(); // files come in the folder's order
    }
    QCOMPARE(found, offered);
}

/// Where somebody has taken = out of COMP_WORDBREAKS.
void ManualTest::bashCompletesWordsThatAreNotPartedAtEquals() {
    const QString line = "flip run --set id.backbone=dc";
    QCOMPARE(bashOffers(line, line.split(' ')),
             (QStringList{"id.backbone=dcn", "id.backbone=dcnv2", "id.backbone=dcn-mix"}));
}

void ManualTest::zshKnowsACommandAndItsOptions() {
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

void ManualTest::zshKnowsKeysAndTheirWords() {
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

void ManualTest::zshReadsItsCompletion() {
    const QString zsh = QStandardPaths::findExecutable("zsh");
    if (zsh.isEmpty()) {
        QSKIP("zsh is not installed");
    }
    const Ended read = finish(zsh, {"-f", "-n", file("completions/zsh")});
    QCOMPARE(read.err, QString());
    QCOMPARE(read.code, 0);
    // Sourced after compinit it declares itself.
    const Ended declared =
        finish(zsh, {"-f", "-c",
                     "autoload -U compinit && compinit -D -u && source \"$1\" && "
                     "print $_comps[flip] $_comps[flip-workbench]",
                     "zsh", file("completions/zsh")});
    QCOMPARE(declared.err, QString());
    QCOMPARE(declared.out, QString("_flip _flip\n"));
}

void ManualTest::fishKnowsACommandAndItsOptions() {
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

void ManualTest::fishKnowsKeysAndTheirWords() {
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

void ManualTest::fishCompletesWhatIsWritten_data() {
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

void ManualTest::fishCompletesWhatIsWritten() {
    const QString fish = QStandardPaths::findExecutable("fish");
    if (fish.isEmpty()) {
        QSKIP("fish is not installed");
    }
    QFETCH(QString, line);
    QFETCH(QStringList, offered);
    const Ended read = finish(fish, {"-N", "-n", file("completions/fish")});
    QVERIFY2(read.code == 0, qPrintable(read.err));
    const Ended said = finish(
        fish, {"-N", "-c", "source $argv[1]; complete -C $argv[2]", file("completions/fish"), line},
        folder_.path());
    QVERIFY2(said.code == 0, qPrintable(said.err));
    QStringList found;
    for (const QString& one : said.out.split('\n', Qt::SkipEmptyParts)) {
        found << one.section('\t', 0, 0);
    }
    found.sort();
    QCOMPARE(found, offered);
}

void ManualTest::refusesOtherWordsThanAFolder() {
    const Ended said = finish(FLIP_TEST_MANUAL_PROGRAM, {});
    QCOMPARE(said.code, 2);
    QVERIFY(said.err.contains("usage"));
}

void ManualTest::saysWhatCannotBeWritten() {
    const Ended said = finish(FLIP_TEST_MANUAL_PROGRAM, {"/proc/no"});
    QCOMPARE(said.code, 1);
    QVERIFY2(said.err.contains("/proc/no/"), qPrintable(said.err));
    QCOMPARE(said.err.trimmed().count('\n'), 0);
}

QTEST_GUILESS_MAIN(ManualTest)
#include "manual_test.moc"

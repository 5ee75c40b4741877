#pragma once

#include "app/command/command.h"
#include "app/command/program.h"
#include "core/spec/options.h"

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <CLI/CLI.hpp>

#include <functional>

namespace flip::test {

inline QString text(const std::string& text) {
    return QString::fromStdString(text);
}

inline QString contentOf(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? QString::fromUtf8(in.readAll()) : QString();
}

/// A page's source without font changes and escapes: the text that a reader sees.
inline QString readable(QString page) {
    page.remove(QRegularExpression("\\\\f[BIR]"));
    return page.replace("\\-", "-")
        .replace("\\ ", " ")
        .replace("\\(dq", "\"")
        .replace("\\(aq", "'");
}

/// The output and exit code of a finished program; code is -1 after a crash.
struct Ended {
    int code = -1;
    QString out;
    QString err;
};

inline Ended finish(const QString& program, const QStringList& words, const QString& folder = {},
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

/// The options of a command itself, without those of its parents.
inline QStringList optionNames(const CLI::App& command) {
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

/// The files that flip-manual writes into a folder, and the commands that it describes.
class ManualFiles {
protected:
    /// Writes the files; must be called first.
    void make() {
        command::buildProgram(app_, context_);
        const Ended made = finish(FLIP_TEST_MANUAL_PROGRAM, {out_.path()});
        QVERIFY2(made.code == 0, qPrintable(made.err));
        QVERIFY(made.out.isEmpty() && made.err.isEmpty());
    }

    /// Adds a test row for each command, by its full name.
    void addCommands() const {
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

    /// Adds a test row for each option of an experiment.
    static void addKeys() {
        QTest::addColumn<QString>("key");
        for (const Option& option : options()) {
            QTest::newRow(option.key.c_str()) << text(option.key);
        }
    }

    /// The command of a test row.
    const CLI::App& commandOf(const QString& words) const {
        const CLI::App* command = &app_;
        for (const QString& name : words.split(' ').mid(1)) {
            command = command->get_subcommand(name.toStdString());
        }
        return *command;
    }

    QString file(const QString& place) const { return out_.filePath(place); }

    CLI::App app_;
    command::Context context_;

private:
    QTemporaryDir out_;
};

} // namespace flip::test

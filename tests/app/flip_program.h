#pragma once

#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QStringList>

namespace flip::test {

/// The output and exit code of a finished program; code is -1 after a crash.
struct Output {
    int code = -1;
    QString out;
    QString err;
};

/// Prepares the real `flip` program to run on a workspace.
inline void prepareFlip(QProcess& process, const QString& workspace, const QStringList& words) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("FLIP_WORKSPACE", workspace);
    process.setProcessEnvironment(environment);
    process.setProgram(FLIP_TEST_PROGRAM);
    process.setArguments(words);
}

/// Starts the prepared program and waits until it ends.
inline Output finishFlip(QProcess& process) {
    process.start();
    process.waitForFinished(100000);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

inline Output runFlip(const QString& workspace, const QStringList& words) {
    QProcess process;
    prepareFlip(process, workspace, words);
    return finishFlip(process);
}

} // namespace flip::test

#pragma once

#include <QtCore/QProcess>
#include <QtCore/QProcessEnvironment>
#include <QtCore/QStringList>

namespace flip::test {

/// What a finished program said and how it ended.
struct Said {
    int code = -1;
    QString out;
    QString err;
};

/// Prepares the real `flip` program on a workspace of its own.
inline void prepareFlip(QProcess& process, const QString& workspace, const QStringList& words) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("FLIP_WORKSPACE", workspace);
    process.setProcessEnvironment(environment);
    process.setProgram(FLIP_TEST_PROGRAM);
    process.setArguments(words);
}

/// Starts what was prepared and waits for its end.
inline Said finishFlip(QProcess& process) {
    process.start();
    process.waitForFinished(100000);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

inline Said runFlip(const QString& workspace, const QStringList& words) {
    QProcess process;
    prepareFlip(process, workspace, words);
    return finishFlip(process);
}

} // namespace flip::test

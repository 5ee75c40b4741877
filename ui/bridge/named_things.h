#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace flip::ui {

/// What the words of a command line name; a file manager writes such a line too. The window shows
/// one of each kind, the first; what is not there or is left aside is a Problem.
struct NamedThings {
    QString dataset;    // its name
    QString run;        // its name
    QString experiment; // a .toml file
    QString source;     // raw files to import: a file or folder
    std::vector<Problem> problems;
};

/// A word is the name of a dataset, else a path or a file:// address of one, else the name of a
/// run. Reads names only, no file's content.
NamedThings thingsNamed(const QStringList& words, const Workspace& workspace);

} // namespace flip::ui

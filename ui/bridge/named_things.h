#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace flip::ui {

/// What the arguments of a command line refer to; a file manager passes such arguments too. The
/// window shows only the first of each kind. A further one, or an argument that refers to nothing,
/// is a Problem.
struct NamedThings {
    QString dataset;    // its name
    QString run;        // its name
    QString experiment; // a .toml file
    QString source;     // raw files to import: a file or folder
    std::vector<Problem> problems;
};

/// An argument is the name of a dataset, a path or file:// URL, or the name of a run, looked up in
/// this order. Only names are looked up; no files are read.
NamedThings findNamedThings(const QStringList& arguments, const Workspace& workspace);

} // namespace flip::ui

#include "ui/bridge/named_things.h"

#include "core/store/run_store.h"

#include <QFileInfo>
#include <QUrl>

#include <algorithm>
#include <array>
#include <optional>

namespace flip::ui {

namespace {

/// A kind of thing, and why the window does not show a second one.
struct Kind {
    QString NamedThings::*place;
    const char* whyIgnored;
};

constexpr Kind kDataset{&NamedThings::dataset,
                        "not shown, as the window shows one dataset at a time; choose it on the "
                        "Data page"};
constexpr Kind kRun{&NamedThings::run,
                    "not shown, as the window shows one run at a time; choose it on the Runs page"};
constexpr Kind kExperiment{&NamedThings::experiment,
                           "not opened, as the window holds one experiment at a time; use Open… on "
                           "the Experiment page"};
constexpr Kind kSource{&NamedThings::source,
                       "not imported, as the window imports one source at a time; choose it on the "
                       "Data page when the first import is done"};
constexpr std::array kKinds = {kDataset, kRun, kExperiment, kSource};

/// The path of a file:// URL; any other argument is returned unchanged.
QString pathOf(const QString& argument) {
    const QUrl url(argument);
    const bool local =
        url.isLocalFile() && (url.host().isEmpty() || url.host() == QLatin1String("localhost"));
    return local && !QFileInfo::exists(argument) ? url.path(QUrl::FullyDecoded) : argument;
}

Result<bool> isRun(const QString& name, const Workspace& workspace) {
    auto store = RunStore::open(workspace);
    if (!store) {
        return store.problem();
    }
    const auto found = store->lookUp(name.toStdString());
    return found ? Result<bool>(found->has_value()) : Result<bool>(found.problem());
}

/// What kind of thing `path` refers to, or why it refers to nothing.
Result<Kind> kindOf(const QString& path, const Workspace& workspace) {
    const auto datasets = workspace.datasetNames();
    if (std::ranges::find(datasets, path.toStdString()) != datasets.end()) {
        return kDataset;
    }
    const QFileInfo file(path);
    if (file.isFile() && file.suffix().compare(QLatin1String("toml"), Qt::CaseInsensitive) == 0) {
        return kExperiment;
    }
    if (file.exists()) {
        return kSource;
    }
    if (path.contains(QLatin1Char('/'))) {
        return Problem{"there is no such file or folder; it may have been moved or renamed",
                       path.toStdString()};
    }
    const Result<bool> run = isRun(path, workspace);
    if (!run) {
        return run.problem();
    }
    if (!*run) {
        return Problem{"there is no file, dataset or run of this name; the Data and Runs pages "
                       "list the datasets and runs",
                       path.toStdString()};
    }
    return kRun;
}

} // namespace

NamedThings findNamedThings(const QStringList& arguments, const Workspace& workspace) {
    NamedThings named;
    NamedThings ignored; // the further ones of each kind, separated by commas
    for (const QString& argument : arguments) {
        const QString path = pathOf(argument);
        const Result<Kind> kind = kindOf(path, workspace);
        if (!kind) {
            named.problems.push_back(kind.problem());
            continue;
        }
        QString& first = named.*(kind.value().place);
        if (first.isEmpty()) {
            first = path;
        } else if (first != path) {
            QString& names = ignored.*(kind.value().place);
            names +=
                (names.isEmpty() ? QString() : QStringLiteral(", ")) + QFileInfo(path).fileName();
        }
    }
    for (const Kind& kind : kKinds) {
        if (const QString& names = ignored.*(kind.place); !names.isEmpty()) {
            named.problems.push_back({kind.whyIgnored, names.toStdString()});
        }
    }
    return named;
}

} // namespace flip::ui

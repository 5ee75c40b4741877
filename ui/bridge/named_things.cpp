#include "ui/bridge/named_things.h"

#include "core/store/run_store.h"

#include <QFileInfo>
#include <QUrl>

#include <algorithm>
#include <array>
#include <optional>

namespace flip::ui {

namespace {

/// A kind of thing, and why the window leaves a second one aside.
struct Kind {
    QString NamedThings::*place;
    const char* leftAside;
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
                       "Data page when the first is in"};
constexpr std::array kKinds = {kDataset, kRun, kExperiment, kSource};

/// The path that a word means, where it means one.
QString pathOf(const QString& word) {
    const QUrl address(word);
    const bool local = address.isLocalFile() &&
                       (address.host().isEmpty() || address.host() == QLatin1String("localhost"));
    return local && !QFileInfo::exists(word) ? address.path(QUrl::FullyDecoded) : word;
}

Result<bool> isRun(const QString& name, const Workspace& workspace) {
    auto store = RunStore::open(workspace);
    if (!store) {
        return store.problem();
    }
    const auto found = store->lookUp(name.toStdString());
    return found ? Result<bool>(found->has_value()) : Result<bool>(found.problem());
}

/// The kind of what is named `path`, or why it names nothing.
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
        return Problem{"there is no file, dataset or run of this name; the pages Data and Runs "
                       "list those there are",
                       path.toStdString()};
    }
    return kRun;
}

} // namespace

NamedThings thingsNamed(const QStringList& words, const Workspace& workspace) {
    NamedThings named;
    NamedThings leftAside; // of each kind the later ones, in one line
    for (const QString& word : words) {
        const QString path = pathOf(word);
        const Result<Kind> kind = kindOf(path, workspace);
        if (!kind) {
            named.problems.push_back(kind.problem());
            continue;
        }
        QString& first = named.*(kind.value().place);
        if (first.isEmpty()) {
            first = path;
        } else if (first != path) {
            QString& later = leftAside.*(kind.value().place);
            later +=
                (later.isEmpty() ? QString() : QStringLiteral(", ")) + QFileInfo(path).fileName();
        }
    }
    for (const Kind& kind : kKinds) {
        if (const QString& later = leftAside.*(kind.place); !later.isEmpty()) {
            named.problems.push_back({kind.leftAside, later.toStdString()});
        }
    }
    return named;
}

} // namespace flip::ui

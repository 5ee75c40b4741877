#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <QByteArray>
#include <QString>

namespace flip::ui {

/// What the window remembers of a workspace between sittings, kept in its window.json.
struct ViewState {
    QString page = QStringLiteral("data");
    QString theme = QStringLiteral("system"); // system | light | dark
    QByteArray geometry;                      // as QWidget::saveGeometry() gives it
    QString experiment;                       // the recipe being written, as an experiment file
    QString run;                              // the selected one
    bool operator==(const ViewState&) const = default;
};

/// A missing file is the state above; a damaged one or one of a newer version is a Problem.
Result<ViewState> readViewState(const Workspace& workspace);

/// Atomically: the file holds the old state or the new.
Result<void> writeViewState(const Workspace& workspace, const ViewState& state);

} // namespace flip::ui

#pragma once

#include "core/base/result.h"
#include "core/store/workspace.h"

#include <QByteArray>
#include <QString>

namespace flip::ui {

/// What the window remembers of a workspace between sessions, stored in its window.json.
struct ViewState {
    QString page = QStringLiteral("data");
    QString theme = QStringLiteral("system"); // system | light | dark
    QByteArray geometry;                      // as QWidget::saveGeometry() gives it
    QString experiment;                       // the recipe being edited, as an experiment file
    QString run;                              // the selected one
    bool operator==(const ViewState&) const = default;
};

/// A missing file gives the defaults above; a damaged file or one of another version is a Problem.
Result<ViewState> readViewState(const Workspace& workspace);

/// Atomic: the file holds either the old state or the new one.
Result<void> writeViewState(const Workspace& workspace, const ViewState& state);

} // namespace flip::ui

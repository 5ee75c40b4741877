#pragma once

#include "core/base/result.h"
#include "ui/widgets/theme.h"
#include "ui/window/rail.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <filesystem>
#include <optional>

namespace flip {

/// What the command line of flip-workbench requests.
struct WindowRequest {
    bool help = false;
    bool version = false;
    std::filesystem::path workspace;
    std::optional<ui::Page> page;
    std::optional<ui::ThemeChoice> theme;
    std::optional<QSize> size; // pixels
    std::optional<QString> screenshot;
    QStringList things; // datasets, runs and files to open
};

/// Parses the command line by the table in window_options.h; needs no display.
Result<WindowRequest> readWindowRequest(int argc, char** argv);

} // namespace flip

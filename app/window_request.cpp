#include "app/window_request.h"

#include "app/window_options.h"

#include "core/store/workspace.h"

#include <QCommandLineParser>

namespace flip {

namespace {

constexpr int kLargest = 16'384; // pixels; the largest image that Qt can draw

std::string valueOf(const QCommandLineParser& line, const char* option) {
    return line.value(option).toStdString();
}

Problem unknownValue(const QCommandLineParser& line, const char* option) {
    return {"'" + valueOf(line, option) + "' is not a valid value; see --help",
            std::string("--") + option};
}

/// Nothing if the text is not a size, or the size cannot be drawn.
std::optional<QSize> sizeOf(const QString& text) {
    const QStringList parts = text.split('x');
    if (parts.size() != 2) {
        return std::nullopt;
    }
    const QSize size(parts[0].toInt(), parts[1].toInt());
    return size.width() > 0 && size.height() > 0 && size.width() <= kLargest &&
                   size.height() <= kLargest
               ? std::optional(size)
               : std::nullopt;
}

} // namespace

Result<WindowRequest> readWindowRequest(int argc, char** argv) {
    QCommandLineParser line;
    line.addHelpOption();
    line.addVersionOption();
    for (const WindowOption& option : kWindowOptions) {
        line.addOption({option.name, option.help, option.value});
    }
    QStringList words;
    for (int i = 0; i < argc; ++i) {
        words << QString::fromLocal8Bit(argv[i]);
    }
    if (!line.parse(words)) {
        return Problem{line.errorText().toStdString() + "; see --help", ""};
    }
    WindowRequest request{.help = line.isSet("help"),
                          .version = line.isSet("version"),
                          .workspace = line.isSet("workspace")
                                           ? std::filesystem::path(valueOf(line, "workspace"))
                                           : Workspace::defaultFolder(),
                          .page = ui::pageOfKey(line.value("page")),
                          .theme = ui::themeOfKey(line.value("theme")),
                          .size = sizeOf(line.value("size")),
                          .things = line.positionalArguments()};
    if (line.isSet("screenshot")) {
        request.screenshot = line.value("screenshot");
    }
    if (line.isSet("page") && !request.page) {
        return unknownValue(line, "page");
    }
    if (line.isSet("theme") && !request.theme) {
        return unknownValue(line, "theme");
    }
    if (line.isSet("torch")) {
        return Problem{"is for packages without LibTorch; this program has its own", "--torch"};
    }
    if (line.isSet("size") && !request.size) {
        return Problem{"'" + valueOf(line, "size") +
                           "' is not a size; write it as 1600x1000, with at most " +
                           std::to_string(kLargest) + " pixels a side",
                       "--size"};
    }
    return request;
}

} // namespace flip

#include "ui/bridge/view_state.h"

#include "core/base/files.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <filesystem>

namespace flip::ui {

namespace {

constexpr int kVersion = 1;

std::filesystem::path fileOf(const Workspace& workspace) {
    return workspace.folder() / "window.json";
}

} // namespace

Result<ViewState> readViewState(const Workspace& workspace) {
    const std::filesystem::path file = fileOf(workspace);
    std::error_code missing;
    if (!std::filesystem::exists(file, missing)) {
        return ViewState{};
    }
    const Result<std::string> text = readFile(file);
    if (!text) {
        return text.problem();
    }
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromStdString(*text));
    if (!document.isObject()) {
        return Problem{"the saved window state is damaged; the window starts with defaults",
                       file.string()};
    }
    const QJsonObject object = document.object();
    if (object.value(QLatin1String("version")).toInt() != kVersion) {
        return Problem{
            "the saved window state is of another version; the window starts with defaults",
            file.string()};
    }
    const auto textOf = [&object](const char* key, const QString& otherwise) {
        return object.value(QLatin1String(key)).toString(otherwise);
    };
    ViewState state;
    state.page = textOf("page", state.page);
    state.theme = textOf("theme", state.theme);
    state.geometry = QByteArray::fromBase64(textOf("geometry", {}).toLatin1());
    state.experiment = textOf("experiment", {});
    state.run = textOf("run", {});
    return state;
}

Result<void> writeViewState(const Workspace& workspace, const ViewState& state) {
    if (workspace.isReadOnly()) {
        return {}; // closing the window of a read-only workspace is not a problem
    }
    const QJsonObject object{
        {QStringLiteral("version"), kVersion},
        {QStringLiteral("page"), state.page},
        {QStringLiteral("theme"), state.theme},
        {QStringLiteral("geometry"), QString::fromLatin1(state.geometry.toBase64())},
        {QStringLiteral("experiment"), state.experiment},
        {QStringLiteral("run"), state.run}};
    return writeFileAtomically(fileOf(workspace), QJsonDocument(object).toJson().toStdString());
}

} // namespace flip::ui

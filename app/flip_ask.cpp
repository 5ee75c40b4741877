#include "app/launch/ask_window.h"

#include "ui/window/desktop_id.h"

#include <QApplication>

#include <cstdio>
#include <string>

/// The dialogs of a package's launcher, which does not link Qt itself. `--torch WANTED TROUBLE`
/// asks for a PyTorch and prints the answer; `--tell PROBLEM` shows why the window does not start.
int main(int argc, char** argv) {
    flip::ui::nameProgram();
    const QApplication application(argc, argv);
    const std::string kind = argc > 1 ? argv[1] : "";
    if (kind == "--torch" && argc > 3) {
        if (const auto answer = flip::launch::askInWindow(argv[2], argv[3])) {
            std::fputs(answer->c_str(), stdout);
        }
        return 0;
    }
    if (kind == "--tell" && argc > 2) {
        flip::launch::showErrorDialog(argv[2]);
        return 0;
    }
    return 2;
}

#include "app/window_about.h"

#include "app/window_options.h"

#include "core/base/version.h"

#include <algorithm>
#include <string_view>

namespace flip {

namespace {

constexpr std::size_t kIndent = 22;
constexpr std::size_t kWidth = 80;

/// An argument or option with its help text in a second column, in lines of at most kWidth.
std::string described(std::string name, std::string_view help) {
    std::string all = "  " + std::move(name);
    std::size_t column = all.size();
    if (column + 2 > kIndent) {
        all += '\n';
        column = 0;
    }
    all.append(kIndent - column, ' ');
    column = kIndent;
    while (!help.empty()) {
        const std::string_view next = help.substr(0, help.find(' '));
        if (column > kIndent && column + 1 + next.size() > kWidth) {
            all += '\n' + std::string(kIndent, ' ');
            column = kIndent;
        }
        if (column > kIndent) {
            all += ' ';
            ++column;
        }
        all += next;
        column += next.size();
        help.remove_prefix(std::min(help.size(), next.size() + 1));
    }
    return all + '\n';
}

} // namespace

std::string windowHelp() {
    std::string all = "Usage: flip-workbench [OPTION]... [" + std::string(kWindowArgument.name) +
                      "]...\n" + kWindowDescription + "\n\n" +
                      described(kWindowArgument.name, kWindowArgument.help) + "\nOptions:\n";
    for (const WindowOption& option : kWindowOptions) {
        all += described("--" + std::string(option.name) + " " + option.value, option.help);
    }
    all += described("-h, --help", "print this help and exit");
    all += described("-v, --version", "print the version and exit");
    return all;
}

std::string windowVersion() {
    return std::string("flip-workbench ") + programVersion() + "\n";
}

} // namespace flip

#include "app/launch/child.h"
#include "app/launch/engine_start.h"
#include "app/window_about.h"
#include "core/base/installed.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace {

/// The command line without --torch, and the value of --torch.
struct Arguments {
    std::vector<char*> kept;
    std::string torch;
    bool wantsVersion = false;
    bool wantsHelp = false;
};

Arguments readArguments(int argc, char** argv) {
    constexpr std::string_view kOption = "--torch";
    Arguments arguments;
    for (int i = 0; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == kOption && i + 1 < argc) {
            arguments.torch = argv[++i];
        } else if (argument.starts_with(std::string(kOption) + "=")) {
            arguments.torch = argument.substr(kOption.size() + 1);
        } else {
            arguments.kept.push_back(argv[i]);
            arguments.wantsVersion |= argument == "--version" || argument == "-v";
            arguments.wantsHelp |= argument == "--help" || argument == "-h";
        }
    }
    arguments.kept.push_back(nullptr);
    return arguments;
}

bool hasDisplay() {
    return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
}

/// The user's answer in the dialog of flip-ask; empty if they cancel or there is no display.
std::string ask(const char* kind, const std::string& first, const std::string& second) {
    if (!hasDisplay()) {
        return {};
    }
    const std::string program = flip::installedPart("flip-ask").string();
    return flip::launch::outputOfChild([&](int out) {
        ::dup2(out, STDOUT_FILENO);
        ::execl(program.c_str(), "flip-workbench", kind, first.c_str(), second.c_str(), nullptr);
    });
}

} // namespace

/// What a package installs as flip-workbench: finds the libraries that the window needs, asks once
/// for a PyTorch if the package has none, and then executes the window. It does not link Qt, since
/// Qt itself may need the libraries that it finds.
int main(int argc, char** argv) {
    Arguments arguments = readArguments(argc, argv);
    if (arguments.wantsHelp || arguments.wantsVersion) { // needs no LibTorch
        std::fputs((arguments.wantsHelp ? flip::windowHelp() : flip::windowVersion()).c_str(),
                   stdout);
        return 0;
    }
    flip::launch::useBundledResources();
    bool gaveUp = false;
    const flip::Problem problem =
        flip::launch::execProgram("flip-workbench", arguments.kept.data(), arguments.torch,
                                  [&](const std::string& wanted, const std::string& trouble) {
                                      const std::string answer = ask("--torch", wanted, trouble);
                                      gaveUp = answer.empty() && hasDisplay();
                                      return answer.empty() ? std::nullopt : std::optional(answer);
                                  });
    std::fprintf(stderr, "%s\n", problem.text().c_str());
    if (!gaveUp) {                         // a user who cancelled knows why
        ask("--tell", problem.text(), ""); // stderr is not visible when started from a menu
    }
    return problem.systemError ? 1 : 2;
}

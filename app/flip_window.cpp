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

/// The words without those of --torch, and what it names.
struct Words {
    std::vector<char*> kept;
    std::string torch;
    bool wantsVersion = false;
    bool wantsHelp = false;
};

Words readWords(int argc, char** argv) {
    constexpr std::string_view kOption = "--torch";
    Words words;
    for (int i = 0; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == kOption && i + 1 < argc) {
            words.torch = argv[++i];
        } else if (word.starts_with(std::string(kOption) + "=")) {
            words.torch = word.substr(kOption.size() + 1);
        } else {
            words.kept.push_back(argv[i]);
            words.wantsVersion |= word == "--version" || word == "-v";
            words.wantsHelp |= word == "--help" || word == "-h";
        }
    }
    words.kept.push_back(nullptr);
    return words;
}

bool hasDisplay() {
    return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
}

/// What a person answers in the dialog of flip-ask; empty where they give up or there is no
/// display.
std::string ask(const char* kind, const std::string& first, const std::string& second) {
    if (!hasDisplay()) {
        return {};
    }
    const std::string program = flip::installedPart("flip-ask").string();
    return flip::launch::saidByChild([&](int out) {
        ::dup2(out, STDOUT_FILENO);
        ::execl(program.c_str(), "flip-workbench", kind, first.c_str(), second.c_str(), nullptr);
    });
}

} // namespace

/// What a package installs as flip-workbench: finds what the window needs, asks once for a PyTorch
/// where the package has none, and becomes the window. Without Qt, which may need what it finds.
int main(int argc, char** argv) {
    Words words = readWords(argc, argv);
    if (words.wantsHelp || words.wantsVersion) { // needs no LibTorch
        std::fputs((words.wantsHelp ? flip::windowHelp() : flip::windowVersion()).c_str(), stdout);
        return 0;
    }
    flip::launch::standInForTheSystem();
    bool gaveUp = false;
    const flip::Problem problem =
        flip::launch::become("flip-workbench", words.kept.data(), words.torch,
                             [&](const std::string& wanted, const std::string& trouble) {
                                 const std::string answer = ask("--torch", wanted, trouble);
                                 gaveUp = answer.empty() && hasDisplay();
                                 return answer.empty() ? std::nullopt : std::optional(answer);
                             });
    std::fprintf(stderr, "%s\n", problem.text().c_str());
    if (!gaveUp) {                         // who gave up knows why
        ask("--tell", problem.text(), ""); // started from a menu, nobody reads the line above
    }
    return problem.world ? 1 : 2;
}

#include "app/launch/engine_start.h"

#include "core/base/files.h"
#include "core/base/installed.h"
#include "core/base/trimmed.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <dlfcn.h>
#include <unistd.h>

namespace flip::launch {

namespace {

namespace fs = std::filesystem;

constexpr const char* kWantedFile = "pytorch-version";

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

/// The user's answer as an absolute path, with ~ expanded.
std::string absolutePlace(std::string_view typed) {
    const std::string text(trimmed(typed));
    if (text == "~" || text.starts_with("~/")) {
        return environment("HOME") + text.substr(1);
    }
    std::error_code ignored;
    // A bare name is a program in $PATH.
    return text.find('/') == std::string::npos && !fs::exists(text, ignored)
               ? text
               : fs::absolute(text, ignored).string();
}

/// Whether the dynamic loader can load a library of this name.
bool loads(const fs::path& name) {
    void* library = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (library == nullptr) {
        return false;
    }
    ::dlclose(library);
    return true;
}

/// Prepends a folder to LD_LIBRARY_PATH, for the program that is started next.
void prependLibraryPath(const fs::path& folder) {
    const std::string before = environment("LD_LIBRARY_PATH");
    const std::string all = folder.string() + (before.empty() ? "" : ":" + before);
    ::setenv("LD_LIBRARY_PATH", all.c_str(), /*overwrite=*/1);
}

/// What the user can do if no suitable PyTorch was found.
std::string advice(const std::string& wanted) {
    return "; name one of version " + wanted +
           " by --torch or $FLIP_TORCH: a Python that has it, or its folder";
}

/// Stores the answer for the next start. If it cannot be stored, the user is asked again then.
void remember(const std::string& place) {
    const fs::path file = rememberedTorchFile();
    std::error_code ignored;
    fs::create_directories(file.parent_path(), ignored);
    static_cast<void>(writeFileAtomically(file, place + "\n"));
}

} // namespace

std::optional<std::string> requiredTorchVersion(const fs::path& program) {
    const auto text = readFile(program.parent_path() / kWantedFile);
    return text ? std::optional<std::string>(trimmed(*text)) : std::nullopt;
}

Result<TorchInstallation> findTorch(const std::string& wanted, const std::string& named,
                                    const AskForTorch& ask) {
    for (const std::string& place : {named, environment("FLIP_TORCH")}) {
        if (!place.empty()) {
            auto found = torchAt(place, wanted);
            if (!found) {
                return Problem{found.problem().what + advice(wanted), found.problem().where};
            }
            return found;
        }
    }
    // The places below were not named on this start; collect why each one cannot be used.
    std::string trouble;
    const auto addTrouble = [&](const std::string& which, const Problem& problem) {
        trouble += (trouble.empty() ? "" : ", and ") + which + " " + problem.what;
    };
    const auto kept = readFile(rememberedTorchFile());
    if (const std::string place(kept ? trimmed(*kept) : ""); !place.empty()) {
        auto found = torchAt(place, wanted);
        if (found) {
            return found;
        }
        addTrouble(place + " (stored in " + rememberedTorchFile().string() + ")", found.problem());
    }
    for (const std::string& place : {environment("VIRTUAL_ENV"), environment("CONDA_PREFIX")}) {
        if (!place.empty()) {
            auto found = torchAt(place, wanted);
            if (found) {
                return found;
            }
            addTrouble("the active environment " + place, found.problem());
        }
    }
    if (trouble.empty()) {
        trouble = "no PyTorch has been named";
    }
    while (const auto answer = ask(wanted, trouble)) {
        const std::string place = absolutePlace(*answer);
        auto found = torchAt(place, wanted);
        if (found) {
            remember(place);
            return found;
        }
        trouble = place + " " + found.problem().what;
    }
    return Problem{trouble + advice(wanted), "PyTorch"};
}

void useBundledResources() {
    const fs::path share = installedShare();
    std::error_code ignored;
    const auto useOwn = [&](const char* systemFile, const char* variable, const fs::path& own) {
        if (!fs::exists(systemFile, ignored) && fs::exists(own, ignored)) {
            ::setenv(variable, own.c_str(), /*overwrite=*/0);
        }
    };
    useOwn("/etc/fonts/fonts.conf", "FONTCONFIG_FILE", share / "fonts.conf");
    useOwn("/usr/share/X11/xkb", "XKB_CONFIG_ROOT", share / "xkb");

    // Use either only the system's display libraries or only the package's: the system's graphics
    // driver needs the system's libraries.
    const fs::path display = installedPart("display");
    for (const auto& library : fs::directory_iterator(display, ignored)) {
        if (!loads(library.path().filename())) {
            prependLibraryPath(display);
            return;
        }
    }
}

Problem execProgram(const std::string& program, char** arguments, const std::string& named,
                    const AskForTorch& ask) {
    const fs::path file = installedPart(program);
    std::error_code ignored;
    if (fs::equivalent(file, "/proc/self/exe", ignored)) {
        return Problem{"is the launcher itself; it works only when installed", file.string()};
    }
    if (const auto wanted = requiredTorchVersion(file)) {
        const auto torch = findTorch(*wanted, named, ask);
        if (!torch) {
            return torch.problem();
        }
        prependLibraryPath(torch->folder / "lib");
    } else if (!named.empty()) {
        return Problem{"is for packages without LibTorch; this program has its own", "--torch"};
    }
    ::execv(file.c_str(), arguments);
    return Problem{std::string("cannot be started: ") + std::strerror(errno) +
                       "; install the program again",
                   file.string(), /*systemError=*/true};
}

} // namespace flip::launch

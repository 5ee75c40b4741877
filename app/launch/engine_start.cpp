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

/// What a person typed, as a path that means the same from everywhere.
std::string absolutePlace(std::string_view typed) {
    const std::string text(trimmed(typed));
    if (text == "~" || text.starts_with("~/")) {
        return environment("HOME") + text.substr(1);
    }
    std::error_code ignored;
    // A name alone is a program in $PATH.
    return text.find('/') == std::string::npos && !fs::exists(text, ignored)
               ? text
               : fs::absolute(text, ignored).string();
}

/// Whether the loader finds and takes a library of that name.
bool loads(const fs::path& name) {
    void* library = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (library == nullptr) {
        return false;
    }
    ::dlclose(library);
    return true;
}

/// Puts a folder before those in which the loader looks for the program that is started next.
void addLibraries(const fs::path& folder) {
    const std::string before = environment("LD_LIBRARY_PATH");
    const std::string all = folder.string() + (before.empty() ? "" : ":" + before);
    ::setenv("LD_LIBRARY_PATH", all.c_str(), /*overwrite=*/1);
}

/// What a person can do where no PyTorch fits.
std::string advice(const std::string& wanted) {
    return "; name one of version " + wanted +
           " by --torch or $FLIP_TORCH: a Python that has it, or its folder";
}

/// Keeps an answer for the next time; where that cannot be, the person is asked again then.
void remember(const std::string& place) {
    const fs::path file = rememberedTorchFile();
    std::error_code ignored;
    fs::create_directories(file.parent_path(), ignored);
    static_cast<void>(writeFileAtomically(file, place + "\n"));
}

} // namespace

std::optional<std::string> wantedTorch(const fs::path& program) {
    const auto text = readFile(program.parent_path() / kWantedFile);
    return text ? std::optional<std::string>(trimmed(*text)) : std::nullopt;
}

Result<TorchPlace> findTorch(const std::string& wanted, const std::string& named,
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
    // Of those that nobody names now, each is told that was passed over.
    std::string trouble;
    const auto passOver = [&](const std::string& which, const Problem& problem) {
        trouble += (trouble.empty() ? "" : ", and ") + which + " " + problem.what;
    };
    const auto kept = readFile(rememberedTorchFile());
    if (const std::string place(kept ? trimmed(*kept) : ""); !place.empty()) {
        auto found = torchAt(place, wanted);
        if (found) {
            return found;
        }
        passOver(place + ", as " + rememberedTorchFile().string() + " says,", found.problem());
    }
    for (const std::string& place : {environment("VIRTUAL_ENV"), environment("CONDA_PREFIX")}) {
        if (!place.empty()) {
            auto found = torchAt(place, wanted);
            if (found) {
                return found;
            }
            passOver("the active environment " + place, found.problem());
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

void standInForTheSystem() {
    const fs::path share = installedShare();
    std::error_code ignored;
    const auto standIn = [&](const char* ofSystem, const char* variable, const fs::path& own) {
        if (!fs::exists(ofSystem, ignored) && fs::exists(own, ignored)) {
            ::setenv(variable, own.c_str(), /*overwrite=*/0);
        }
    };
    standIn("/etc/fonts/fonts.conf", "FONTCONFIG_FILE", share / "fonts.conf");
    standIn("/usr/share/X11/xkb", "XKB_CONFIG_ROOT", share / "xkb");

    // All of the system's, or all of the package's: a driver of the system wants its own.
    const fs::path display = installedPart("display");
    for (const auto& library : fs::directory_iterator(display, ignored)) {
        if (!loads(library.path().filename())) {
            addLibraries(display);
            return;
        }
    }
}

Problem become(const std::string& program, char** words, const std::string& named,
               const AskForTorch& ask) {
    const fs::path file = installedPart(program);
    std::error_code ignored;
    if (fs::equivalent(file, "/proc/self/exe", ignored)) {
        return Problem{"finds no program to become; it is a part of a package", file.string()};
    }
    if (const auto wanted = wantedTorch(file)) {
        const auto torch = findTorch(*wanted, named, ask);
        if (!torch) {
            return torch.problem();
        }
        addLibraries(torch->folder / "lib");
    } else if (!named.empty()) {
        return Problem{"is for packages without LibTorch; this program has its own", "--torch"};
    }
    ::execv(file.c_str(), words);
    return Problem{std::string("cannot be started: ") + std::strerror(errno) +
                       "; install the program again",
                   file.string(), /*world=*/true};
}

} // namespace flip::launch

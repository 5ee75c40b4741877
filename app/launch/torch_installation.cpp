#include "app/launch/torch_installation.h"

#include "app/launch/child.h"

#include "core/base/files.h"
#include "core/base/home.h"
#include "core/base/trimmed.h"

#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <link.h>
#include <unistd.h>

namespace flip::launch {

namespace {

namespace fs = std::filesystem;

constexpr unsigned kTimeoutSeconds = 20;

bool holdsTorch(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / "lib" / "libtorch_cpu.so", ignored);
}

/// The folder of a Python's package torch, as that Python prints it; empty if it has none or cannot
/// run. torch is not imported: that would take seconds.
std::string torchOfPython(const std::string& python) {
    return outputOfChild([&](int out) {
        ::alarm(kTimeoutSeconds); // a program that is not Python may never end
        const int nothing = ::open("/dev/null", O_RDWR);
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(nothing, STDERR_FILENO);
        ::execlp(python.c_str(), python.c_str(), "-c",
                 "import importlib.util as u; s = u.find_spec('torch'); "
                 "print(s.submodule_search_locations[0] if s else '', end='')",
                 nullptr);
    });
}

/// The folder of PyTorch, for a folder that the user named; empty if there is none.
fs::path torchIn(const fs::path& named) {
    // The last is for the folder of its libraries, lib/.
    for (const fs::path& folder : {named, named / "torch", named / "libtorch", named / ".."}) {
        if (holdsTorch(folder)) {
            return folder;
        }
    }
    std::error_code ignored;
    for (const char* library : {"lib", "lib64"}) {
        for (const auto& entry : fs::directory_iterator(named / library, ignored)) {
            const fs::path folder = entry.path() / "site-packages" / "torch";
            if (entry.path().filename().string().starts_with("python3") && holdsTorch(folder)) {
                return folder;
            }
        }
    }
    return {};
}

/// "2.13.0" from version.py (a wheel) or build-version (a zip); empty if neither has it.
std::string versionOf(const fs::path& folder) {
    constexpr std::string_view kMark = "__version__ = '";
    std::string text;
    if (const auto python = readFile(folder / "version.py")) {
        const auto begin = python->find(kMark);
        if (begin != std::string::npos) {
            text = python->substr(begin + kMark.size());
        }
    } else if (const auto plain = readFile(folder / "build-version")) {
        text = *plain;
    }
    return text.substr(0, text.find_first_not_of("0123456789."));
}

/// The dynamic loader of this program, such as /lib64/ld-linux-x86-64.so.2; null in a statically
/// linked program.
const char* ownLoader() {
    const char* loader = nullptr;
    // The first object is the program itself.
    ::dl_iterate_phdr(
        [](dl_phdr_info* program, std::size_t, void* found) {
            for (int i = 0; i < program->dlpi_phnum; ++i) {
                const auto& header = program->dlpi_phdr[i];
                if (header.p_type == PT_INTERP) {
                    *static_cast<const char**>(found) =
                        reinterpret_cast<const char*>(program->dlpi_addr + header.p_vaddr);
                }
            }
            return 1;
        },
        static_cast<void*>(&loader));
    return loader;
}

/// Why the loader cannot load it, or empty: a library that it links may be missing. The loader only
/// lists the libraries: loading LibTorch takes a third of a second.
std::string loadProblem(const TorchInstallation& torch) {
    const char* loader = ownLoader();
    if (loader == nullptr) {
        return {};
    }
    const fs::path library = torch.folder / "lib" / "libtorch_cpu.so";
    std::string output = outputOfChild([&](int out) {
        ::dup2(::open("/dev/null", O_WRONLY), STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        ::execl(loader, loader, "--list", library.c_str(), nullptr);
    });
    constexpr std::string_view kBefore = "error while loading shared libraries: ";
    if (const auto at = output.find(kBefore); at != std::string::npos) {
        output.erase(0, at + kBefore.size());
    }
    return std::string(trimmed(output));
}

} // namespace

Result<TorchInstallation> torchAt(const fs::path& place) {
    std::error_code ignored;
    const bool isFolder = fs::is_directory(place, ignored);
    // A bare name is a program in $PATH.
    if (!isFolder && place.has_parent_path() && !fs::exists(place, ignored)) {
        return Problem{"does not exist", place.string()};
    }
    const fs::path folder = isFolder ? torchIn(place) : fs::path(torchOfPython(place.string()));
    if (folder.empty() || !holdsTorch(folder)) {
        return Problem{isFolder ? "has no PyTorch in it" : "is not a Python that has PyTorch",
                       place.string()};
    }
    const fs::path canonical = fs::canonical(folder, ignored);
    return TorchInstallation{canonical.empty() ? folder : canonical, versionOf(folder)};
}

Result<TorchInstallation> torchAt(const fs::path& place, const std::string& wanted) {
    auto found = torchAt(place);
    if (!found) {
        return found;
    }
    if (!(found->version + ".").starts_with(wanted + ".")) {
        return Problem{"has PyTorch " +
                           (found->version.empty() ? "of an unknown version" : found->version) +
                           ", and this package is built for " + wanted,
                       place.string()};
    }
    if (found->folder.string().find_first_of(":;") != std::string::npos) {
        return Problem{"has ':' or ';' in its path, which the loader takes as a separator",
                       place.string()};
    }
    if (const std::string reason = loadProblem(*found); !reason.empty()) {
        return Problem{"has a PyTorch that cannot be loaded (" + reason + ")", place.string()};
    }
    return found;
}

fs::path rememberedTorchFile() {
    const char* named = std::getenv("XDG_CONFIG_HOME");
    const fs::path base =
        named != nullptr && *named == '/' ? fs::path(named) : homeFolder() / ".config";
    return base / "flip-workbench" / "pytorch";
}

} // namespace flip::launch

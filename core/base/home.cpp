#include "core/base/home.h"

#include <cstdlib>

#include <pwd.h>
#include <unistd.h>

namespace flip {

std::filesystem::path homeFolder() {
    const char* named = std::getenv("HOME");
    if (std::filesystem::path home(named == nullptr ? "" : named); home.is_absolute()) {
        return home;
    }
    const passwd* user = ::getpwuid(::getuid());
    return user == nullptr || user->pw_dir == nullptr ? "" : user->pw_dir;
}

} // namespace flip

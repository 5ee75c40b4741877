#include "app/manual/completions.h"
#include "app/manual/pages.h"

#include "core/base/files.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

/// The files to write: their paths relative to the output folder, and their contents.
std::vector<std::pair<std::string, std::string>> allFiles() {
    namespace manual = flip::manual;
    const std::vector<manual::Command> programs = {manual::readFlip(), manual::readWindow()};
    std::vector<manual::Page> pages = manual::programPages(programs[0]);
    pages.push_back(manual::windowPage(programs[1]));
    pages.push_back(manual::experimentPage());
    std::vector<std::pair<std::string, std::string>> files = {
        {"completions/bash", manual::bashCompletion(programs)},
        {"completions/zsh", manual::zshCompletion(programs)},
        {"completions/fish", manual::fishCompletion(programs)}};
    for (manual::Page& page : pages) {
        const std::string section = std::to_string(page.section);
        files.emplace_back("man/man" + section + "/" + page.name + "." + section,
                           std::move(page.source));
    }
    return files;
}

} // namespace

/// Writes the manual pages and shell completions of the programs, from the same definitions that
/// the programs parse their command lines with. Part of the build; not installed.
int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: flip-manual FOLDER\n");
        return kWrongUsage;
    }
    const std::filesystem::path folder = argv[1];
    for (const auto& [place, text] : allFiles()) {
        const std::filesystem::path file = folder / place;
        std::error_code error;
        std::filesystem::create_directories(file.parent_path(), error);
        if (auto written = flip::writeFileAtomically(file, text); !written) {
            std::fprintf(stderr, "%s\n", written.problem().text().c_str());
            return kFailed;
        }
    }
    return 0;
}

#include "app/command/program.h"

#include <array>
#include <cstdio>

namespace flip::command {

std::span<const Command> quickCommands() {
    static constexpr std::array kCommands = {
        Command{"import", addImport}, Command{"datasets", addDatasets}, Command{"runs", addRuns},
        Command{"tokenize", addTokenize}, Command{"bench", addBench}};
    return kCommands;
}

std::string_view commandOf(int argc, const char* const* argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--workspace") {
            ++i; // its value
        } else if (!word.starts_with('-')) {
            return word;
        } else if (!word.starts_with("--workspace=")) {
            return {};
        }
    }
    return {};
}

int runProgram(int argc, char** argv, std::span<const Command> commands) {
    CLI::App app("FLIP Workbench: whether, where and why a language model helps your recommender",
                 "flip");
    app.set_version_flag("--version", "flip 0.1.0");
    app.require_subcommand(1);
    app.fallthrough();
    Context context;
    app.add_option("--workspace", context.workspace,
                   "folder of datasets, runs and models (default: $FLIP_WORKSPACE, else the "
                   "platform's data folder)");
    for (const Command& command : commands) {
        command.add(app, context);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error); // --help, --version
        }
        std::fprintf(stderr, "%s; see 'flip --help'\n", error.what());
        return kWrongInput;
    }
    // What a full disk or a closed pipe swallowed was not said.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        context.fail({"cannot be written", "standard output", /*world=*/true});
    }
    return context.exitCode;
}

} // namespace flip::command

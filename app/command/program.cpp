#include "app/command/program.h"

#include "app/command/command.h"
#include "core/base/version.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

namespace flip::command {

void buildProgram(CLI::App& app, Context& context) {
    app.name("flip");
    app.description(
        "FLIP Workbench: whether, where and why a language model helps your recommender");
    app.set_version_flag("--version", std::string("flip ") + programVersion());
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--workspace", context.workspace,
                   "folder of datasets, runs and models (default: $FLIP_WORKSPACE, else the "
                   "platform's data folder)");
    for (const auto add : {addImport, addDatasets, addRuns, addTokenize, addBench, addRun, addSweep,
                           addEncode, addModels, addDemo}) {
        add(app, context);
    }
}

int runProgram(int argc, char** argv) {
    CLI::App app;
    Context context;
    buildProgram(app, context);
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

#include "app/command/program.h"

#include "app/command/command.h"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace flip::command {

int runProgram(int argc, char** argv) {
    CLI::App app("FLIP Workbench: whether, where and why a language model helps your recommender",
                 "flip");
    app.set_version_flag("--version", "flip 0.1.0");
    app.require_subcommand(1);
    app.fallthrough();
    Context context;
    app.add_option("--workspace", context.workspace,
                   "folder of datasets, runs and models (default: $FLIP_WORKSPACE, else the "
                   "platform's data folder)");
    app.add_option("--torch", context.torch,
                   "for packages without LibTorch: a Python that has PyTorch, or its folder "
                   "(default: $FLIP_TORCH, else what was chosen before)");
    for (const auto add : {addImport, addDatasets, addRuns, addTokenize, addBench, addRun, addSweep,
                           addEncode, addModels, addDemo, addMachine}) {
        add(app, context);
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

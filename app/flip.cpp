#include "app/command/command.h"

#include "core/run/kernel_caches.h"

#include <CLI/CLI.hpp>

#include <cstdio>

/// The headless program: one subcommand a file of app/command/.
int main(int argc, char** argv) {
    flip::boundKernelCaches();
    CLI::App app("FLIP Workbench: whether, where and why a language model helps your recommender",
                 "flip");
    app.set_version_flag("--version", "flip 0.1.0");
    app.require_subcommand(1);
    app.fallthrough();
    flip::command::Context context;
    app.add_option("--workspace", context.workspace,
                   "folder of datasets, runs and models (default: $FLIP_WORKSPACE, else the "
                   "platform's data folder)");
    flip::command::addImport(app, context);
    flip::command::addDatasets(app, context);
    flip::command::addRun(app, context);
    flip::command::addRuns(app, context);
    flip::command::addTokenize(app, context);
    flip::command::addEncode(app, context);
    flip::command::addDemo(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error); // --help, --version
        }
        std::fprintf(stderr, "%s; see 'flip --help'\n", error.what());
        return flip::command::kWrongInput;
    }
    // What a full disk or a closed pipe swallowed was not said.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        context.fail({"cannot be written", "standard output", /*world=*/true});
    }
    return context.exitCode;
}

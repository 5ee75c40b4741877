#include "app/command/command.h"
#include "app/engine/engine.h"

#include <CLI/CLI.hpp>

namespace flip::command {

void addDemo(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("demo", "run the sample project from import to result");
    command->footer(
        R"(Imports a small sample about films, trains on it with ids alone, with text alone
and with both, and prints the AUC of each: on all test rows, and on the test rows of
films that do not occur in training.)");
    command->callback([&context] { engine::demo(context); });
}

} // namespace flip::command

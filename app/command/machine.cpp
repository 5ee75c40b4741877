#include "app/command/command.h"
#include "app/engine/engine.h"

#include <CLI/CLI.hpp>

namespace flip::command {

void addMachine(CLI::App& app, Context& context) {
    auto* command =
        app.add_subcommand("machine", "report what runs can compute on here: LibTorch, CPU, GPUs");
    auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "print a JSON object");
    command->callback([json, &context] { engine::machine(*json, context); });
}

} // namespace flip::command

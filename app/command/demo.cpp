#include "app/command/command.h"
#include "app/engine/engine.h"

namespace flip::command {

void addDemo(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("demo", "the sample project from import to result");
    command->callback([&context] { engine::demo(context); });
}

} // namespace flip::command

#include "app/command/command.h"
#include "app/engine/engine.h"

namespace flip::command {

void addDemo(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("demo", "run the sample project from import to result");
    command->footer(R"(Imports a small sample about films, trains on it with ids alone, with words
alone and with both, and prints how well each predicts: over all test rows, and
over those of films that training has never seen.)");
    command->callback([&context] { engine::demo(context); });
}

} // namespace flip::command

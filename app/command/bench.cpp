#include "app/command/bench.h"

namespace flip::command {

void addBench(CLI::App& app, Context& context) {
    auto* bench = app.add_subcommand("bench", "how fast this machine does it");
    bench->require_subcommand(1);
    addBenchImport(*bench, context);
    addBenchTokenize(*bench, context);
}

} // namespace flip::command

#include "app/command/bench.h"

#include <CLI/CLI.hpp>

namespace flip::command {

void addBench(CLI::App& app, Context& context) {
    auto* bench =
        app.add_subcommand("bench", "measure how fast this machine imports and tokenizes");
    bench->require_subcommand(1);
    addBenchImport(*bench, context);
    addBenchTokenize(*bench, context);
}

} // namespace flip::command

#pragma once

#include "app/command/command.h"

namespace CLI {
class App;
} // namespace CLI

namespace flip::command {

/// Each adds one subcommand of `flip bench`.
void addBenchImport(CLI::App& bench, Context& context);
void addBenchTokenize(CLI::App& bench, Context& context);

} // namespace flip::command

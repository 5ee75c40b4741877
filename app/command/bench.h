#pragma once

#include "app/command/command.h"

#include <CLI/CLI.hpp>

namespace flip::command {

/// Each adds what it measures below `flip bench`.
void addBenchImport(CLI::App& bench, Context& context);
void addBenchTokenize(CLI::App& bench, Context& context);

} // namespace flip::command

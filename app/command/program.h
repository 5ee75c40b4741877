#pragma once

namespace CLI {
class App;
}

namespace flip::command {

struct Context;

/// Adds every command to an app that has none; the context must outlive the parsing.
void buildProgram(CLI::App& app, Context& context);

/// Parses the command line, runs the command and returns the exit code.
int runProgram(int argc, char** argv);

} // namespace flip::command

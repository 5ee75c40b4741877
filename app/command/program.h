#pragma once

namespace CLI {
class App;
}

namespace flip::command {

struct Context;

/// Adds every command to an app that has none; the context outlives the parsing.
void buildProgram(CLI::App& app, Context& context);

/// Reads the words and does what they say; the exit code.
int runProgram(int argc, char** argv);

} // namespace flip::command

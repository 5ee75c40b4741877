#pragma once

namespace flip::command {

/// Reads the words and does what they say; the exit code.
int runProgram(int argc, char** argv);

} // namespace flip::command

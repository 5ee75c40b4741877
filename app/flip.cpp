#include "app/command/program.h"
#include "app/launch/handover.h"

/// The headless program: parses the command line, runs what needs no LibTorch itself, and rejects
/// invalid input before it hands over to flip-engine.
int main(int argc, char** argv) {
    flip::command::setEngineArguments(argv);
    return flip::command::runProgram(argc, argv);
}

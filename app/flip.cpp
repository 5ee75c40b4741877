#include "app/command/program.h"
#include "app/launch/handover.h"

/// The headless program: reads the words, does itself what needs no LibTorch, and refuses at once
/// what it can see to be wrong.
int main(int argc, char** argv) {
    flip::command::handOverWords(argv);
    return flip::command::runProgram(argc, argv);
}

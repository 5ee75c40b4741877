#include "app/launch/handover.h"

#include "app/command/doctor.h"
#include "app/engine/engine.h"
#include "app/launch/engine_start.h"

#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>

namespace flip::command {

namespace {

char** programArguments = nullptr;

/// Asks on the terminal, if stdin and stderr are one.
std::optional<std::string> askOnTerminal(const std::string& wanted, const std::string& trouble) {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
        return std::nullopt;
    }
    std::fprintf(
        stderr,
        "%s\nThis package needs PyTorch %s from a Python environment. To install it there:\n"
        "  pip install 'torch==%s.*'\nThe answer is stored in %s.\n"
        "Python with PyTorch, or the folder of PyTorch (empty to cancel): ",
        trouble.c_str(), wanted.c_str(), wanted.c_str(), launch::rememberedTorchFile().c_str());
    std::string answer;
    if (!std::getline(std::cin, answer) || answer.empty()) {
        return std::nullopt;
    }
    return answer;
}

void execProgram(Context& context) {
    if (auto kept = context.files.handOver(); !kept) {
        return context.fail(kept.problem());
    }
    context.fail(
        launch::execProgram("flip-engine", programArguments, context.torch, askOnTerminal));
}

} // namespace

void setEngineArguments(char** arguments) {
    programArguments = arguments;
}

namespace engine {

void run(const RunWork&, Context& context) {
    execProgram(context);
}
void sweep(SweepWork, Context& context) {
    execProgram(context);
}
void encode(const EncoderChoice&, const std::string&, const std::string&, Context& context) {
    execProgram(context);
}
void listModels(bool, Context& context) {
    execProgram(context);
}
void checkModel(const std::string&, bool, Context& context) {
    execProgram(context);
}
void exportModel(const std::string&, const std::string&, const std::string&, Context& context) {
    execProgram(context);
}
void exportBundle(const std::string&, const std::string&, const std::string&, Context& context) {
    execProgram(context);
}
void predict(const PredictWork&, Context& context) {
    execProgram(context);
}
void machine(bool, Context& context) {
    execProgram(context);
}
void doctor(const DoctorWork& work, Context& context) {
    execProgram(context);
    // flip-engine could not be started; the workspace can still be checked.
    runDoctor(work, {}, context);
}
void demo(Context& context) {
    execProgram(context);
}

} // namespace engine

} // namespace flip::command

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

char** programWords = nullptr;

/// Asks on the terminal, where there is one.
std::optional<std::string> askOnTerminal(const std::string& wanted, const std::string& trouble) {
    if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
        return std::nullopt;
    }
    std::fprintf(
        stderr,
        "%s\nThis package computes with the PyTorch %s of an environment; where there is "
        "none,\n  pip install 'torch==%s.*'\nbrings it into one. The answer is kept in %s.\n"
        "A Python that has it, or its folder (empty to give up): ",
        trouble.c_str(), wanted.c_str(), wanted.c_str(), launch::rememberedTorchFile().c_str());
    std::string answer;
    if (!std::getline(std::cin, answer) || answer.empty()) {
        return std::nullopt;
    }
    return answer;
}

void become(Context& context) {
    if (auto kept = context.files.handOver(); !kept) {
        return context.fail(kept.problem());
    }
    context.fail(launch::become("flip-engine", programWords, context.torch, askOnTerminal));
}

} // namespace

void handOverWords(char** words) {
    programWords = words;
}

namespace engine {

void run(const RunWork&, Context& context) {
    become(context);
}
void sweep(SweepWork, Context& context) {
    become(context);
}
void encode(const EncoderChoice&, const std::string&, const std::string&, Context& context) {
    become(context);
}
void listModels(bool, Context& context) {
    become(context);
}
void checkModel(const std::string&, bool, Context& context) {
    become(context);
}
void exportModel(const std::string&, const std::string&, const std::string&, Context& context) {
    become(context);
}
void exportBundle(const std::string&, const std::string&, const std::string&, Context& context) {
    become(context);
}
void predict(const PredictWork&, Context& context) {
    become(context);
}
void machine(bool, Context& context) {
    become(context);
}
void doctor(const DoctorWork& work, Context& context) {
    become(context);
    // The machine cannot compute; its files can be looked at all the same.
    checkUp(work, {}, context);
}
void demo(Context& context) {
    become(context);
}

} // namespace engine

} // namespace flip::command

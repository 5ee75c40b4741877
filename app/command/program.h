#pragma once

#include "app/command/command.h"

#include <CLI/CLI.hpp>

#include <span>
#include <string_view>

namespace flip::command {

/// A subcommand by its name, and what adds it.
struct Command {
    std::string_view name;
    void (*add)(CLI::App& app, Context& context);
};

/// Commands that need no LibTorch, whose loading costs a fifth of a second.
std::span<const Command> quickCommands();

/// The subcommand that the words ask for, whatever stands before it; empty if there is none.
std::string_view commandOf(int argc, const char* const* argv);

/// Reads the words and does what they say with these commands; the exit code.
int runProgram(int argc, char** argv, std::span<const Command> commands);

} // namespace flip::command

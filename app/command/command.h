#pragma once

#include "app/command/read_files.h"

#include "core/base/result.h"
#include "core/spec/options.h"
#include "core/store/workspace.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flip::command {

// Exit codes of the contract.
constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongInput = 2;
constexpr int kInterrupted = 130;

/// What every command shares: the global options, the files it reads and the exit code it sets.
struct Context {
    std::string workspace; // --workspace; empty: the default
    std::string torch;     // --torch; empty: not named
    ReadFiles files;
    int exitCode = kDone;

    /// A workspace that is named and is not there is a Problem for who only reads.
    Result<Workspace> openWorkspace(WorkspaceUse use = WorkspaceUse::Write) const;

    /// The same for reading, without opening the log in it: not a byte is written.
    Result<Workspace> lookAtWorkspace() const;

    /// The folder of a model: itself, or one of that name where the workspace looks for models.
    Result<std::filesystem::path> findModel(const std::string& model) const;

    /// Prints the problem on stderr and sets the exit code: 1 where the world failed, 2 where the
    /// input is wrong.
    void fail(const Problem& problem);
    void fail(const Problem& problem, int code);
};

/// The words, with this between them.
std::string joined(const std::vector<std::string>& words, const char* separator);

/// Lets an option take one of these words and no other. They are its value's name too, so that
/// help, manual and the completion of shells have them from here.
CLI::Option* takesOneOf(CLI::Option* option, const std::vector<std::string>& words);

/// Reads an experiment file, which may be a pipe.
Result<RunDraft> readExperimentFile(const std::string& file, Context& context);

/// Adds the required option --plm to a command that reads a language model; see
/// Context::findModel().
CLI::Option* addModelOption(CLI::App& command, std::string& model);

/// Adds the option --checkpoint to a command that reads the weights of a run.
void addCheckpointOption(CLI::App& command, std::string& checkpoint);

// Each adds its subcommand; the context outlives the parsing.
void addImport(CLI::App& app, Context& context);
void addDatasets(CLI::App& app, Context& context);
void addRun(CLI::App& app, Context& context);
void addRuns(CLI::App& app, Context& context);
void addSweep(CLI::App& app, Context& context);
void addTokenize(CLI::App& app, Context& context);
void addEncode(CLI::App& app, Context& context);
void addPredict(CLI::App& app, Context& context);
void addBench(CLI::App& app, Context& context);
void addModels(CLI::App& app, Context& context);
void addDemo(CLI::App& app, Context& context);
void addDoctor(CLI::App& app, Context& context);
void addMachine(CLI::App& app, Context& context);

} // namespace flip::command

#pragma once

#include "app/command/read_files.h"

#include "core/base/result.h"
#include "core/spec/options.h"
#include "core/store/workspace.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace flip::command {

// Exit codes.
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

    /// Opens the workspace and its log. A Problem if --workspace names a folder that does not exist
    /// and `use` is Read.
    Result<Workspace> openWorkspace(WorkspaceUse use = WorkspaceUse::Write) const;

    /// Opens the workspace for reading without its log, so that nothing is written.
    Result<Workspace> openWorkspaceWithoutLog() const;

    /// The folder of a language model: `model` itself, or the folder of that name in the places
    /// where the workspace looks for models.
    Result<std::filesystem::path> findModel(const std::string& model) const;

    /// Prints the problem to stderr and sets the exit code: 1 for a failure outside the program
    /// (I/O, memory), 2 for wrong input.
    void fail(const Problem& problem);
    void fail(const Problem& problem, int code);
};

/// The words joined by `separator`.
std::string joined(const std::vector<std::string>& words, const char* separator);

/// Restricts an option to these words. They also become the name of its value, from which help,
/// manual and shell completions take them.
CLI::Option* takesOneOf(CLI::Option* option, const std::vector<std::string>& words);

/// Reads an experiment file, which may be a pipe.
Result<RunDraft> readExperimentFile(const std::string& file, Context& context);

/// Adds the required option --plm to a command that reads a language model; see
/// Context::findModel().
CLI::Option* addModelOption(CLI::App& command, std::string& model);

/// Adds the option --checkpoint to a command that reads the weights of a run.
void addCheckpointOption(CLI::App& command, std::string& checkpoint);

// Each adds its subcommand; the context must outlive the parsing.
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

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flip::manual {

/// The value of an option or argument: its name in the help, and how a shell completes it.
struct Value {
    enum class Kind {
        Other,      // not completed
        File,       // a file, with `ending` unless that is empty
        Folder,     //
        Choice,     // one of `choices`
        Assignment, // KEY=VALUE of an experiment file
        Grid,       // KEY=V1,V2,...
        Keys        // KEY,...
    };

    std::string name; // "EXPERIMENT.toml", "md|csv|json"
    Kind kind = Kind::Other;
    std::string ending; // ".toml"
    std::vector<std::string> choices;
};

/// The value for a value name as it stands in the help: FILE, DIR, SOURCE, MODEL, KEY=VALUE and so
/// on, a name with a file ending, or choices separated by bars.
Value valueNamed(const std::string& name);

/// An option: an argument that begins with dashes.
struct CommandOption {
    std::vector<std::string> names; // "-h", "--help"
    std::string help;
    std::optional<Value> value; // nothing for a flag
    bool required = false;
    bool repeatable = false;
    bool shared = false; // --help, --version or an option of every command
};

/// A positional argument.
struct CommandArgument {
    std::string help;
    Value value;
    bool required = false;
    bool repeatable = false;
};

/// A command with its subcommands, arguments and options. Manual and completions are generated from
/// it, independently of the library that parses the command line.
struct Command {
    std::vector<std::string> path; // "flip", "runs", "compare"
    std::string help;              // without capital letter and full stop
    std::string details;           // paragraphs; lines that begin with blanks are examples
    std::vector<CommandOption> options;
    std::vector<CommandArgument> arguments;
    std::vector<Command> commands;
    bool needsCommand = false; // cannot be run without one of `commands`

    std::string name() const { return path.back(); }
    std::string fullName() const; // "flip runs compare"
    std::string pageName() const; // "flip-runs", also for its subcommands
};

/// The command tree of an app, without hidden commands and options.
Command readTree(const CLI::App& app);

/// The program flip.
Command readFlip();

/// The program flip-workbench.
Command readWindow();

/// The command and all its descendants, each before its own subcommands.
std::vector<const Command*> allOf(const Command& command);
std::vector<const Command*> allOf(const std::vector<Command>& commands);

} // namespace flip::manual

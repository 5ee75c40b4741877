#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flip::manual {

/// What stands for the value of an option or argument, and how a shell completes it.
struct Value {
    enum class Kind {
        Other,      // nothing that a shell could know
        File,       // one with `ending`, where that is not empty
        Folder,     //
        Words,      // one of `words`
        Assignment, // KEY=VALUE of an experiment file
        Grid,       // KEY=V1,V2,...
        Keys        // KEY,...
    };

    std::string name; // "EXPERIMENT.toml", "md|csv|json"
    Kind kind = Kind::Other;
    std::string ending; // ".toml"
    std::vector<std::string> words;
};

/// What an option's or argument's value name says of its value: the names are FILE, DIR, SOURCE,
/// MODEL, KEY=VALUE and so on, anything with an ending, or words parted by bars.
Value valueCalled(const std::string& name);

/// A word that begins with dashes.
struct CommandOption {
    std::vector<std::string> names; // "-h", "--help"
    std::string help;
    std::optional<Value> value; // none of a flag
    bool required = false;
    bool repeatable = false;
    bool shared = false; // help, or what is known everywhere: not what this command is about
};

/// A word without dashes, by its place.
struct CommandArgument {
    std::string help;
    Value value;
    bool required = false;
    bool repeatable = false;
};

/// A command with everything below it, as a person can write it: what manual and completions are
/// made of, whichever library parses the words.
struct Command {
    std::vector<std::string> path; // "flip", "runs", "compare"
    std::string help;              // half a sentence
    std::string details;           // paragraphs; lines that begin with blanks are examples
    std::vector<CommandOption> options;
    std::vector<CommandArgument> arguments;
    std::vector<Command> commands;
    bool needsCommand = false; // does nothing without one of `commands`

    std::string name() const { return path.back(); }
    std::string words() const;    // "flip runs compare"
    std::string pageName() const; // "flip-runs", also of what is below it
};

/// The tree below an app, without what its help hides.
Command readTree(const CLI::App& app);

/// The program flip.
Command readFlip();

/// The program flip-workbench.
Command readWindow();

/// The command and all below it, each before what is below it.
std::vector<const Command*> allOf(const Command& command);
std::vector<const Command*> allOf(const std::vector<Command>& commands);

} // namespace flip::manual

#include "app/manual/command_tree.h"

#include "app/command/command.h"
#include "app/command/program.h"
#include "app/window_options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace flip::manual {

namespace {

constexpr const char* kAboutWindow =
    R"(The window shares its workspace with the command flip: each shows what the other has
created, including runs in progress. Closing the window stops a run that it started;
the run saves a checkpoint to resume from.)";

std::vector<std::string> splitAt(const std::string& text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

bool isHidden(const CLI::Option& option) {
    return option.get_group().empty();
}

bool isRepeatable(const CLI::Option& option) {
    return option.get_expected_max() > 1 ||
           option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
}

Value valueOf(const CLI::Option& option) {
    Value value = valueNamed(option.get_type_name());
    if (!option.get_option_text().empty()) {
        value.name = option.get_option_text(); // shorter than the list of choices
    }
    return value;
}

CommandOption readOption(const CLI::Option& option) {
    CommandOption read{.help = option.get_description(), .required = option.get_required()};
    for (const std::string& name : option.get_snames()) {
        read.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
        read.names.push_back("--" + name);
    }
    if (option.get_items_expected_max() > 0) {
        read.value = valueOf(option);
        read.repeatable = isRepeatable(option);
    }
    return read;
}

/// `above` holds the root's options, which are also valid in all subcommands if the root has
/// fallthrough enabled.
Command readCommand(const CLI::App& app, std::vector<std::string> path,
                    const std::vector<CommandOption>& above) {
    path.push_back(app.get_name());
    Command command{.path = std::move(path),
                    .help = app.get_description(),
                    .details = app.get_footer(),
                    .needsCommand = app.get_require_subcommand_min() > 0};
    std::vector<CommandOption> everywhere = above;
    std::vector<CommandOption> last;
    for (const CLI::Option* option : app.get_options()) {
        if (isHidden(*option)) {
            continue;
        }
        if (option->get_positional()) {
            command.arguments.push_back({.help = option->get_description(),
                                         .value = valueOf(*option),
                                         .required = option->get_required(),
                                         .repeatable = isRepeatable(*option)});
            continue;
        }
        CommandOption read = readOption(*option);
        const bool printsAndExits = option == app.get_help_ptr() || option == app.get_version_ptr();
        read.shared = printsAndExits;
        if (!printsAndExits && app.get_parent() == nullptr && app.get_fallthrough()) {
            everywhere.push_back(read);
            everywhere.back().shared = true;
        }
        (printsAndExits ? last : command.options).push_back(std::move(read));
    }
    command.options.insert(command.options.end(), above.begin(), above.end());
    command.options.insert(command.options.end(), last.begin(), last.end());
    for (const CLI::App* below : app.get_subcommands({})) {
        if (!below->get_name().empty() && !below->get_group().empty()) {
            command.commands.push_back(readCommand(*below, command.path, everywhere));
        }
    }
    return command;
}

} // namespace

Value valueNamed(const std::string& name) {
    using Kind = Value::Kind;
    if (name.find('|') != std::string::npos) {
        return {.name = name, .kind = Kind::Choice, .choices = splitAt(name, '|')};
    }
    static const std::vector<std::pair<const char*, Kind>> kKnown = {
        {"FILE", Kind::File},    {"SOURCE", Kind::File},          {"DIR", Kind::Folder},
        {"MODEL", Kind::Folder}, {"KEY=VALUE", Kind::Assignment}, {"KEY=V1,V2,...", Kind::Grid},
        {"KEY,...", Kind::Keys},
    };
    for (const auto& [known, kind] : kKnown) {
        if (name == known) {
            return {.name = name, .kind = kind};
        }
    }
    const std::size_t dot = name.rfind('.');
    if (dot != std::string::npos && dot + 1 < name.size()) {
        return {.name = name, .kind = Kind::File, .ending = name.substr(dot)};
    }
    return {.name = name};
}

std::string Command::fullName() const {
    return command::joined(path, " ");
}

std::string Command::pageName() const {
    return path.size() == 1 ? path[0] : path[0] + "-" + path[1];
}

Command readTree(const CLI::App& app) {
    return readCommand(app, {}, {});
}

Command readFlip() {
    CLI::App app;
    command::Context context;
    command::buildProgram(app, context);
    return readTree(app);
}

Command readWindow() {
    Command window{.path = {"flip-workbench"},
                   .help = kWindowDescription,
                   .details = kAboutWindow,
                   .arguments = {{.help = kWindowArgument.help,
                                  .value = valueNamed(kWindowArgument.name),
                                  .repeatable = true}}};
    for (const WindowOption& option : kWindowOptions) {
        window.options.push_back({.names = {std::string("--") + option.name},
                                  .help = option.help,
                                  .value = valueNamed(option.value)});
    }
    // QCommandLineParser adds these two.
    window.options.push_back(
        {.names = {"-h", "--help"}, .help = "print this help and exit", .shared = true});
    window.options.push_back(
        {.names = {"-v", "--version"}, .help = "print the version and exit", .shared = true});
    return window;
}

std::vector<const Command*> allOf(const Command& command) {
    std::vector<const Command*> all{&command};
    const std::vector<const Command*> below = allOf(command.commands);
    all.insert(all.end(), below.begin(), below.end());
    return all;
}

std::vector<const Command*> allOf(const std::vector<Command>& commands) {
    std::vector<const Command*> all;
    for (const Command& command : commands) {
        const std::vector<const Command*> more = allOf(command);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

} // namespace flip::manual

#include "app/command/unknown_argument.h"

#include "core/base/nearest_name.h"
#include "core/base/text_encoding.h"

#include <CLI/CLI.hpp>

#include <string_view>

namespace flip::command {

namespace {

bool isShown(const CLI::App& command) {
    return !command.get_name().empty() && !command.get_group().empty();
}

std::vector<const CLI::App*> commandsBelow(const CLI::App& app) {
    std::vector<const CLI::App*> commands;
    for (const CLI::App* command : app.get_subcommands({})) {
        if (isShown(*command)) {
            commands.push_back(command);
        }
    }
    return commands;
}

bool takesArguments(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) {
            return true;
        }
    }
    return false;
}

/// The option of that name, of the command or of one of its parents.
const CLI::Option* findOption(const CLI::App* app, const std::string& name) {
    for (; app != nullptr; app = app->get_parent()) {
        if (const CLI::Option* option = app->get_option_no_throw(name)) {
            return option;
        }
    }
    return nullptr;
}

std::vector<std::string> optionNames(const CLI::App* app) {
    std::vector<std::string> names;
    for (; app != nullptr; app = app->get_parent()) {
        for (const CLI::Option* option : app->get_options()) {
            for (const std::string& name : option->get_lnames()) {
                names.push_back("--" + name);
            }
        }
    }
    return names;
}

std::string pathOf(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name()
                                       : pathOf(*app.get_parent()) + " " + app.get_name();
}

std::string message(const std::string& kind, const std::string& argument,
                    const std::vector<std::string>& known, const CLI::App& app) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    return "'" + pathOf(app) + "' has no " + kind + " " + quotedText(argument) +
           "; did you mean \"" + nearestName(argument, names) + "\"? See '" + pathOf(app) +
           " --help'";
}

} // namespace

std::optional<std::string> unknownArgument(const CLI::App& app,
                                           const std::vector<std::string>& arguments) {
    const CLI::App* at = &app;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--") {
            return std::nullopt;
        }
        if (argument.starts_with("--")) {
            const std::string name = argument.substr(0, argument.find('='));
            const CLI::Option* option = findOption(at, name);
            if (option == nullptr) {
                return message("option", name, optionNames(at), *at);
            }
            const bool hasValue = name.size() < argument.size();
            i += !hasValue && option->get_items_expected_min() > 0 ? 1 : 0;
            continue;
        }
        if (argument.starts_with('-')) {
            continue; // -h, or a negative number
        }
        const auto commands = commandsBelow(*at);
        const CLI::App* next = nullptr;
        std::vector<std::string> names;
        for (const CLI::App* command : commands) {
            names.push_back(command->get_name());
            next = command->get_name() == argument ? command : next;
        }
        if (next != nullptr) {
            at = next;
        } else if (!commands.empty() && !takesArguments(*at)) {
            return message("command", argument, names, *at);
        }
    }
    return std::nullopt;
}

} // namespace flip::command

#include "app/command/unknown_word.h"

#include "core/base/nearest_name.h"
#include "core/base/text_encoding.h"

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

bool takesWords(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_positional()) {
            return true;
        }
    }
    return false;
}

/// The option of that name, of the command or of those above it.
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

std::string noSuch(const std::string& what, const std::string& word,
                   const std::vector<std::string>& known, const CLI::App& app) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    return "'" + pathOf(app) + "' has no " + what + " " + quotedText(word) + "; did you mean \"" +
           nearestName(word, names) + "\"? See '" + pathOf(app) + " --help'";
}

} // namespace

std::optional<std::string> unknownWord(const CLI::App& app, const std::vector<std::string>& words) {
    const CLI::App* at = &app;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--") {
            return std::nullopt;
        }
        if (word.starts_with("--")) {
            const std::string name = word.substr(0, word.find('='));
            const CLI::Option* option = findOption(at, name);
            if (option == nullptr) {
                return noSuch("option", name, optionNames(at), *at);
            }
            const bool hasValue = name.size() < word.size();
            i += !hasValue && option->get_items_expected_min() > 0 ? 1 : 0;
            continue;
        }
        if (word.starts_with('-')) {
            continue; // -h, or a negative number
        }
        const auto commands = commandsBelow(*at);
        const CLI::App* next = nullptr;
        std::vector<std::string> names;
        for (const CLI::App* command : commands) {
            names.push_back(command->get_name());
            next = command->get_name() == word ? command : next;
        }
        if (next != nullptr) {
            at = next;
        } else if (!commands.empty() && !takesWords(*at)) {
            return noSuch("command", word, names, *at);
        }
    }
    return std::nullopt;
}

} // namespace flip::command

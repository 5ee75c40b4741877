#include "app/manual/facts.h"
#include "app/manual/pages.h"
#include "app/manual/roff.h"

#include <algorithm>
#include <span>

namespace flip::manual {

namespace {

constexpr const char* kExperimentPage = "flip-experiment";

/// The text with a capital letter and a full stop.
std::string sentence(const std::string& help) {
    std::string text = help;
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    }
    return text + ".";
}

/// "[--set KEY=VALUE]...", as in a synopsis.
std::string usageOf(const CommandOption& option) {
    std::string text = bold(option.names.back());
    if (option.value) {
        text += "\\ " + italic(option.value->name);
    }
    return (option.required ? text : "[" + text + "]") + (option.repeatable ? "..." : "");
}

std::string usageOf(const CommandArgument& argument) {
    const std::string text = italic(argument.value.name);
    return (argument.required ? text : "[" + text + "]") + (argument.repeatable ? "..." : "");
}

std::string usageOf(const Command& command) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
    for (const CommandOption& option : command.options) {
        if (!option.shared) {
            add(usageOf(option));
        }
    }
    for (const CommandArgument& argument : command.arguments) {
        add(usageOf(argument));
    }
    return text;
}

void addOption(RoffPage& page, const CommandOption& option) {
    std::string term;
    for (const std::string& name : option.names) {
        term += (term.empty() ? "" : ", ") + bold(name);
    }
    if (option.value) {
        term += " " + italic(option.value->name);
    }
    page.term(term, roff(sentence(option.help)));
}

/// Describes the arguments and options of a command, without the shared options.
void addArguments(RoffPage& page, const Command& command) {
    for (const CommandArgument& argument : command.arguments) {
        page.term(italic(argument.value.name), roff(sentence(argument.help)));
    }
    for (const CommandOption& option : command.options) {
        if (!option.shared) {
            addOption(page, option);
        }
    }
}

void addSharedOptions(RoffPage& page, const Command& command) {
    for (const CommandOption& option : command.options) {
        if (option.shared) {
            addOption(page, option);
        }
    }
}

void addEntries(RoffPage& page, const char* title, std::span<const ManualEntry> entries) {
    page.section(title);
    for (const ManualEntry& entry : entries) {
        page.term(bold(entry.name), roff(entry.meaning));
    }
}

bool mentionsOptions(const Value& value) {
    return value.kind == Value::Kind::Assignment || value.kind == Value::Kind::Grid ||
           value.kind == Value::Kind::Keys || value.ending == ".toml";
}

/// Whether the command's page should refer to the options of an experiment file.
bool needsExperimentPage(const Command& command) {
    return std::ranges::any_of(command.options,
                               [](const CommandOption& option) {
                                   return option.value && mentionsOptions(*option.value);
                               }) ||
           std::ranges::any_of(command.commands, needsExperimentPage);
}

std::string reference(const std::string& name, int section) {
    return bold(name) + "(" + std::to_string(section) + ")";
}

void addSynopsis(RoffPage& page, const Command& command) {
    if (!command.needsCommand) {
        page.synopsis(command.fullName(), usageOf(command));
    }
    for (const Command& below : command.commands) {
        addSynopsis(page, below);
    }
}

/// Describes a subcommand of the page's command, and its own subcommands.
void addSubcommand(RoffPage& page, const Command& command) {
    page.subsection(command.fullName());
    page.paragraph(roff(sentence(command.help)));
    page.prose(command.details);
    addArguments(page, command);
    for (const Command& below : command.commands) {
        addSubcommand(page, below);
    }
}

Page startPage(const Command& command, RoffPage& page) {
    page.section("NAME");
    page.paragraph(roff(command.pageName()) + " \\- " + roff(command.help));
    page.section("SYNOPSIS");
    return {.name = command.pageName()};
}

Page commandPage(const Command& command, const Command& program) {
    RoffPage page(command.pageName(), 1);
    Page made = startPage(command, page);
    addSynopsis(page, command);
    page.section("DESCRIPTION");
    page.paragraph(roff(sentence(command.help)));
    page.prose(command.details);
    if (command.commands.empty()) {
        page.section("OPTIONS");
        addArguments(page, command);
        addSharedOptions(page, command);
    } else {
        page.section("COMMANDS");
        if (!command.needsCommand) {
            page.subsection(command.fullName());
            addArguments(page, command);
        }
        for (const Command& below : command.commands) {
            addSubcommand(page, below);
        }
        page.section("OPTIONS OF EVERY COMMAND");
        addSharedOptions(page, command);
    }
    addEntries(page, "EXIT STATUS", exitStatuses(/*window=*/false));
    page.section("SEE ALSO");
    page.paragraph(reference(program.pageName(), 1) +
                   (needsExperimentPage(command) ? ", " + reference(kExperimentPage, 5) : ""));
    made.source = page.text();
    return made;
}

Page programPage(const Command& program) {
    RoffPage page(program.pageName(), 1);
    Page made = startPage(program, page);
    page.synopsis(program.fullName(), italic("COMMAND") + " [" + italic("OPTION") + "]... [" +
                                          italic("ARGUMENT") + "]...");
    page.section("DESCRIPTION");
    page.paragraph(roff(sentence(program.help)));
    page.prose(program.details);
    page.section("COMMANDS");
    std::string pages;
    for (const Command& command : program.commands) {
        page.term(bold(command.fullName()), roff(sentence(command.help)));
        pages += reference(command.pageName(), 1) + ", ";
    }
    page.section("OPTIONS");
    addArguments(page, program);
    addSharedOptions(page, program);
    addEntries(page, "EXIT STATUS", exitStatuses(/*window=*/false));
    addEntries(page, "ENVIRONMENT", environment());
    addEntries(page, "FILES", files());
    page.section("SEE ALSO");
    page.paragraph(pages + reference("flip-workbench", 1) + ", " + reference(kExperimentPage, 5));
    made.source = page.text();
    return made;
}

} // namespace

std::vector<Page> programPages(const Command& program) {
    std::vector<Page> pages{programPage(program)};
    for (const Command& command : program.commands) {
        pages.push_back(commandPage(command, program));
    }
    return pages;
}

Page windowPage(const Command& window) {
    RoffPage page(window.pageName(), 1);
    Page made = startPage(window, page);
    page.synopsis(window.fullName(), usageOf(window));
    page.section("DESCRIPTION");
    page.paragraph(roff(sentence(window.help)));
    page.prose(window.details);
    page.section("OPTIONS");
    addArguments(page, window);
    addSharedOptions(page, window);
    addEntries(page, "EXIT STATUS", exitStatuses(/*window=*/true));
    addEntries(page, "ENVIRONMENT", environment());
    addEntries(page, "FILES", files());
    page.section("SEE ALSO");
    page.paragraph(reference("flip", 1) + ", " + reference(kExperimentPage, 5));
    made.source = page.text();
    return made;
}

} // namespace flip::manual

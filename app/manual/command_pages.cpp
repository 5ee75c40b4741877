#include "app/manual/facts.h"
#include "app/manual/pages.h"
#include "app/manual/roff.h"

#include <algorithm>
#include <span>

namespace flip::manual {

namespace {

constexpr const char* kExperimentPage = "flip-experiment";

/// Half a sentence as a whole one.
std::string sentence(const std::string& words) {
    std::string text = words;
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    }
    return text + ".";
}

/// "[--set KEY=VALUE]..." as it stands in a synopsis.
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

void tell(RoffPage& page, const CommandOption& option) {
    std::string term;
    for (const std::string& name : option.names) {
        term += (term.empty() ? "" : ", ") + bold(name);
    }
    if (option.value) {
        term += " " + italic(option.value->name);
    }
    page.term(term, roff(sentence(option.help)));
}

/// What stands behind a command: its arguments and its own options, without the shared ones.
void tellWords(RoffPage& page, const Command& command) {
    for (const CommandArgument& argument : command.arguments) {
        page.term(italic(argument.value.name), roff(sentence(argument.help)));
    }
    for (const CommandOption& option : command.options) {
        if (!option.shared) {
            tell(page, option);
        }
    }
}

void tellShared(RoffPage& page, const Command& command) {
    for (const CommandOption& option : command.options) {
        if (option.shared) {
            tell(page, option);
        }
    }
}

void tellFacts(RoffPage& page, const char* title, std::span<const Fact> facts) {
    page.section(title);
    for (const Fact& fact : facts) {
        page.term(bold(fact.name), roff(fact.meaning));
    }
}

bool speaksOfOptions(const Value& value) {
    return value.kind == Value::Kind::Assignment || value.kind == Value::Kind::Grid ||
           value.kind == Value::Kind::Keys || value.ending == ".toml";
}

/// Whether somebody who reads of this command will want to know the options of an experiment.
bool needsExperimentPage(const Command& command) {
    return std::ranges::any_of(command.options,
                               [](const CommandOption& option) {
                                   return option.value && speaksOfOptions(*option.value);
                               }) ||
           std::ranges::any_of(command.commands, needsExperimentPage);
}

std::string reference(const std::string& name, int section) {
    return bold(name) + "(" + std::to_string(section) + ")";
}

void tellSynopsis(RoffPage& page, const Command& command) {
    if (!command.needsCommand) {
        page.synopsis(command.words(), usageOf(command));
    }
    for (const Command& below : command.commands) {
        tellSynopsis(page, below);
    }
}

/// A command below the page's own, and those below it.
void tellBelow(RoffPage& page, const Command& command) {
    page.subsection(command.words());
    page.paragraph(roff(sentence(command.help)));
    page.prose(command.details);
    tellWords(page, command);
    for (const Command& below : command.commands) {
        tellBelow(page, below);
    }
}

Page beginning(const Command& command, RoffPage& page) {
    page.section("NAME");
    page.paragraph(roff(command.pageName()) + " \\- " + roff(command.help));
    page.section("SYNOPSIS");
    return {.name = command.pageName()};
}

Page commandPage(const Command& command, const Command& program) {
    RoffPage page(command.pageName(), 1);
    Page made = beginning(command, page);
    tellSynopsis(page, command);
    page.section("DESCRIPTION");
    page.paragraph(roff(sentence(command.help)));
    page.prose(command.details);
    if (command.commands.empty()) {
        page.section("OPTIONS");
        tellWords(page, command);
        tellShared(page, command);
    } else {
        page.section("COMMANDS");
        if (!command.needsCommand) {
            page.subsection(command.words());
            tellWords(page, command);
        }
        for (const Command& below : command.commands) {
            tellBelow(page, below);
        }
        page.section("OPTIONS OF EVERY COMMAND");
        tellShared(page, command);
    }
    tellFacts(page, "EXIT STATUS", exitStatuses(/*window=*/false));
    page.section("SEE ALSO");
    page.paragraph(reference(program.pageName(), 1) +
                   (needsExperimentPage(command) ? ", " + reference(kExperimentPage, 5) : ""));
    made.source = page.text();
    return made;
}

Page programPage(const Command& program) {
    RoffPage page(program.pageName(), 1);
    Page made = beginning(program, page);
    page.synopsis(program.words(),
                  italic("COMMAND") + " [" + italic("OPTION") + "]... [" + italic("WORD") + "]...");
    page.section("DESCRIPTION");
    page.paragraph(roff(sentence(program.help)));
    page.prose(program.details);
    page.section("COMMANDS");
    std::string pages;
    for (const Command& command : program.commands) {
        page.term(bold(command.words()), roff(sentence(command.help)));
        pages += reference(command.pageName(), 1) + ", ";
    }
    page.section("OPTIONS");
    tellWords(page, program);
    tellShared(page, program);
    tellFacts(page, "EXIT STATUS", exitStatuses(/*window=*/false));
    tellFacts(page, "ENVIRONMENT", environment());
    tellFacts(page, "FILES", files());
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
    Page made = beginning(window, page);
    page.synopsis(window.words(), usageOf(window));
    page.section("DESCRIPTION");
    page.paragraph(roff(sentence(window.help)));
    page.prose(window.details);
    page.section("OPTIONS");
    tellWords(page, window);
    tellShared(page, window);
    tellFacts(page, "EXIT STATUS", exitStatuses(/*window=*/true));
    tellFacts(page, "ENVIRONMENT", environment());
    tellFacts(page, "FILES", files());
    page.section("SEE ALSO");
    page.paragraph(reference("flip", 1) + ", " + reference(kExperimentPage, 5));
    made.source = page.text();
    return made;
}

} // namespace flip::manual

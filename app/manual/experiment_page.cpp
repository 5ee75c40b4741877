#include "app/manual/pages.h"
#include "app/manual/roff.h"

#include "core/spec/option_check.h"
#include "core/spec/options.h"

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

namespace flip::manual {

namespace {

constexpr const char* kAbout =
    R"(An experiment file is a TOML file that describes a run: its dataset, its models, and
how long it trains. It contains only what differs from the defaults below; the
dataset has no default. 'flip run' and 'flip sweep' read such files, and the page
Experiment of flip-workbench opens and writes them. Every run stores the complete
recipe, which 'flip runs show' prints.

A key without a dot belongs at the top of the file, a key with a dot into the table
of its first part: pretrain.epochs is epochs under [pretrain]. Strings are written in
quotes, lists in brackets. An unknown key or an invalid value is refused with its
line number before the run starts.

On the command line, --set KEY=VALUE overrides an option; quotes around strings and
the brackets of a list may be left out there. 'flip run --options' prints an
experiment file with all options below.

With recipe = "published" some options have other defaults, so that the run repeats
the published computation; their entries state the value.)";

constexpr const char* kExample = R"(kind = "flip"

[data]
dataset = "movielens-100k"

[id]
backbone = "dcnv2"
hidden = [300, 300]

[pretrain]
epochs = 5

[finetune]
branches = "joint"
learning_rate = 5e-4
)";

constexpr const char* kAboutExample =
    "Pretrains DCNv2 and the default language model jointly for five epochs, then finetunes both "
    "together:";

/// "a, b or c".
std::string joinedWithOr(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
    }
    return text;
}

/// Which runs read an option: "Read if kind is pretrain or flip.".
std::string readers(const Option& option) {
    // Kinds of run grouped by the branches that read the option, in the order of the table.
    std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> groups;
    std::size_t everywhere = 0;
    constexpr auto kKinds = allChoices<RunKind>();
    constexpr auto kBranches = allChoices<Branches>();
    const BackboneKind backbone =
        option.backbones.empty() ? BackboneKind::Lr : option.backbones.front();
    for (const RunKind kind : kKinds) {
        std::vector<std::string> reading;
        for (const Branches branches : kBranches) {
            if (optionIsRead(option, kind, branches, backbone)) {
                reading.emplace_back(wordOf(branches));
            }
        }
        everywhere += reading.size() == kBranches.size() ? 1 : 0;
        std::size_t i = 0;
        while (i < groups.size() && groups[i].second != reading) {
            ++i;
        }
        if (i == groups.size()) {
            groups.push_back({{}, reading});
        }
        groups[i].first.emplace_back(wordOf(kind));
    }
    const std::string ofBackbones =
        option.backbones.empty() ? ""
                                 : ", with the backbone " + joinedWithOr(wordsOf(option.backbones));
    if (everywhere == kKinds.size()) {
        return "Read by every run" + ofBackbones + ".";
    }
    std::string text;
    for (const auto& [of, reading] : groups) {
        if (reading.empty()) {
            continue;
        }
        text += (text.empty() ? "Read if kind is " : ", or if it is ") + joinedWithOr(of);
        if (reading.size() < kBranches.size()) {
            text += " and finetune.branches is " + joinedWithOr(reading);
        }
    }
    return text + ofBackbones + ".";
}

void addOption(RoffPage& page, const Option& option) {
    std::string meaning = italic(option.label + ".") + " " + roff(option.help) + " Takes " +
                          roff(allowedValues(option));
    meaning += option.unit.empty() ? "." : roff(" (" + option.unit + ").");
    if (option.publishedDefault) {
        meaning += " Recipe published: " + roff(formatValue(*option.publishedDefault)) + ".";
    }
    page.term(bold(option.key) + " = " + roff(formatValue(option.defaultValue)),
              meaning + " " + roff(readers(option)));
}

std::vector<std::string> exampleLines() {
    const auto draft = readExperiment(kExample, "the example");
    const auto spec = draft ? resolve(*draft) : draft.problem();
    if (!spec) {
        throw std::logic_error(
            spec.problem().text()); // the manual must not show an invalid example
    }
    std::vector<std::string> lines(1);
    for (const char* c = kExample; *c != '\0'; ++c) {
        if (*c == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += *c;
        }
    }
    lines.pop_back();
    return lines;
}

} // namespace

Page experimentPage() {
    RoffPage page("flip-experiment", 5);
    page.section("NAME");
    page.paragraph("flip\\-experiment \\- options of an experiment file");
    page.section("SYNOPSIS");
    page.synopsis("flip run", italic("EXPERIMENT.toml"));
    page.section("DESCRIPTION");
    page.prose(kAbout);
    page.section("EXAMPLE");
    page.paragraph(roff(kAboutExample));
    page.example(exampleLines());
    page.section("OPTIONS");
    page.paragraph("Each with its default.");
    std::optional<OptionGroup> group;
    for (const Option& option : options()) {
        if (group != option.group) {
            group = option.group;
            page.subsection(groupTitle(*group));
        }
        addOption(page, option);
    }
    page.section("SEE ALSO");
    page.paragraph(bold("flip-run") + "(1), " + bold("flip-sweep") + "(1), " +
                   bold("flip-workbench") + "(1)");
    return {.name = "flip-experiment", .section = 5, .source = page.text()};
}

} // namespace flip::manual

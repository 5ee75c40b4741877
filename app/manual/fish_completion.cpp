#include "app/manual/completions.h"

#include "app/command/command.h"

#include "core/spec/options.h"

#include <string>
#include <vector>

namespace flip::manual {

namespace {

constexpr const char* kBeginning =
    R"(# Completion of flip and flip-workbench in fish, generated from their commands by flip-manual.
)";

constexpr const char* kFunctions = R"(
# Whether the words before the cursor name this command, without a subcommand.
function __flip_at
    set -l words (commandline -opc)
    set -l command (string replace -r -- '.*/' '' $words[1])
    set -l isValue no
    for word in $words[2..-1]
        if test $isValue = yes
            set isValue no
            continue
        end
        switch $word
            case '--*=*'
            case '-*'
                contains -- "$command $word" $__flip_valued; and set isValue yes
            case '*'
                contains -- "$command $word" $__flip_commands; and set command "$command $word"
        end
    end
    test "$command" = "$argv"
end

# The word at the cursor as an option's value: without a leading --option=.
function __flip_value
    string replace -r -- '^--[^=]*=' '' (commandline -ct)
end

# KEY=VALUE; with an argument, several values separated by commas.
function __flip_assignments
    set -l value (__flip_value)
    if not string match -q -- '*=*' $value
        __flip_keys =
        return
    end
    set -l key (string split -m 1 = -- $value)[1]
    set -l before "$key="
    if begin
            set -q argv[1]; or contains -- $key $__flip_lists
        end
        and string match -q -- '*,*' $value
        set before (string replace -r -- ',[^,]*$' ',' $value)
    end
    for word in (__flip_choices $key)
        echo $before$word
    end
end

# KEY,...
function __flip_key_list
    set -l value (__flip_value)
    set -l before ''
    if string match -q -- '*,*' $value
        set before (string replace -r -- ',[^,]*$' ',' $value)
    end
    for line in (__flip_keys)
        echo $before$line
    end
end
)";

/// The text in single quotes, escaped for fish.
std::string fishQuoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return result + "'";
}

/// The arguments of fish's `complete` for a value, of an option or of a positional argument.
std::string actionOf(const Value& value, bool ofOption) {
    const std::string wanted = ofOption ? " -x" : "";
    switch (value.kind) {
    case Value::Kind::Other:
        return wanted;
    case Value::Kind::File:
        return value.ending.empty()
                   ? (ofOption ? std::string(" -r -F") : std::string(" -F"))
                   : wanted + " -k -a " +
                         fishQuoted("(__fish_complete_suffix " + value.ending + ")");
    case Value::Kind::Folder:
        return wanted + " -a '(__fish_complete_directories)'";
    case Value::Kind::Choice:
        return wanted + " -a " + fishQuoted(command::joined(value.choices, " "));
    case Value::Kind::Assignment:
        return wanted + " -a '(__flip_assignments)'";
    case Value::Kind::Grid:
        return wanted + " -a '(__flip_assignments list)'";
    case Value::Kind::Keys:
        return wanted + " -a '(__flip_key_list)'";
    }
    return wanted;
}

std::string optionLine(const CommandOption& option) {
    std::string text;
    for (const std::string& name : option.names) {
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    return text + (option.value ? actionOf(*option.value, /*ofOption=*/true) : "") + " -d " +
           fishQuoted(option.help);
}

std::string linesOf(const Command& command) {
    const std::string beginning =
        "complete -c " + command.path[0] + " -n " + fishQuoted("__flip_at " + command.fullName());
    std::string text = "\n";
    if (command.path.size() == 1) {
        text += "complete -c " + command.name() + " -f\n";
    }
    for (const Command& below : command.commands) {
        text += beginning + " -a " + below.name() + " -d " + fishQuoted(below.help) + "\n";
    }
    for (const CommandOption& option : command.options) {
        text += beginning + optionLine(option) + "\n";
    }
    for (const CommandArgument& argument : command.arguments) {
        if (argument.value.kind != Value::Kind::Other) {
            text += beginning + actionOf(argument.value, /*ofOption=*/false) + "\n";
        }
    }
    return text;
}

/// The lists that __flip_at and __flip_assignments search.
std::string lists(const std::vector<Command>& programs) {
    std::string commands;
    std::string valued;
    for (const Command* command : allOf(programs)) {
        commands += " " + fishQuoted(command->fullName());
        for (const CommandOption& option : command->options) {
            for (const std::string& name : option.names) {
                if (option.value) {
                    valued += " " + fishQuoted(command->fullName() + " " + name);
                }
            }
        }
    }
    std::string choiceLists;
    for (const Option& option : options()) {
        if (option.type == OptionType::ChoiceList) {
            choiceLists += " " + option.key;
        }
    }
    return "\nset -g __flip_commands" + commands + "\nset -g __flip_valued" + valued +
           "\nset -g __flip_lists" + choiceLists + "\n";
}

std::string optionFunctions() {
    std::string keys = "\n# The options of an experiment file, each followed by END.\n"
                       "function __flip_keys # END\n";
    std::string choices = "\n# The allowed values of such an option.\n"
                          "function __flip_choices # KEY\n    switch $argv[1]\n";
    for (const Option& option : options()) {
        keys += "    echo " + option.key + "\"$argv\"\\t" + fishQuoted(option.label) + "\n";
        if (!option.choices.empty()) {
            choices += "        case " + option.key + "\n            printf '%s\\n' " +
                       command::joined(option.choices, " ") + "\n";
        }
    }
    return keys + "end\n" + choices + "    end\nend\n";
}

} // namespace

std::string fishCompletion(const std::vector<Command>& programs) {
    std::string text = kBeginning + lists(programs) + optionFunctions() + kFunctions;
    for (const Command* command : allOf(programs)) {
        text += linesOf(*command);
    }
    return text;
}

} // namespace flip::manual

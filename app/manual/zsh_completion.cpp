#include "app/manual/completions.h"

#include "app/command/command.h"

#include "core/spec/options.h"

#include <string>
#include <string_view>
#include <vector>

namespace flip::manual {

namespace {

constexpr const char* kBeginning = R"(#compdef flip flip-workbench
# Completion of flip and flip-workbench in zsh, generated from their commands by flip-manual.
)";

// If zsh loads the file from fpath, the file is the body of _flip; if sourced, it only declares
// _flip.
constexpr const char* kEnd = R"(
_flip() {
  (( $+functions[_${service}_words] )) && _${service}_words
}

if [[ ${funcstack[1]} == _flip ]]; then
  _flip "$@"
else
  compdef _flip flip flip-workbench
fi
)";

constexpr const char* kAssignments = R"(
# KEY=VALUE
_flip_assignment() {
  if ! compset -P 1 '*='; then
    _flip_keys -S =
    return
  fi
  local -a choices expl
  local list
  _flip_choices ${${IPREFIX%=}##*=}
  [[ -n $list || -n $_flip_several ]] && compset -P '*,'
  _wanted values expl value compadd -a choices
}

# KEY=V1,V2,...
_flip_grid() {
  local _flip_several=1
  _flip_assignment
}

# KEY,...
_flip_key_list() {
  compset -P '*,'
  _flip_keys -S ''
}
)";

/// Puts a backslash before each of these characters and before each backslash.
std::string escaped(std::string_view text, std::string_view characters) {
    std::string result;
    for (const char c : text) {
        if (c == '\\' || characters.find(c) != std::string_view::npos) {
            result += '\\';
        }
        result += c;
    }
    return result;
}

std::string functionOf(const Command& command) {
    return "_" + command::joined(command.path, "_") + "_words";
}

/// An entry of a list for _describe: 'name:description'.
std::string described(const std::string& name, const std::string& help) {
    return "    " + singleQuoted(escaped(name, ":") + ":" + help) + "\n";
}

std::string actionOf(const Value& value) {
    switch (value.kind) {
    case Value::Kind::Other:
        return " ";
    case Value::Kind::File:
        return value.ending.empty() ? "_files" : "_files -g \"*" + value.ending + "\"";
    case Value::Kind::Folder:
        return "_files -/";
    case Value::Kind::Choice:
        return "(" + command::joined(value.choices, " ") + ")";
    case Value::Kind::Assignment:
        return "_flip_assignment";
    case Value::Kind::Grid:
        return "_flip_grid";
    case Value::Kind::Keys:
        return "_flip_key_list";
    }
    return " ";
}

/// One specification of _arguments for each name of the option; the names exclude each other.
std::string optionSpecs(const CommandOption& option) {
    std::string text;
    for (const std::string& name : option.names) {
        std::string spec = option.repeatable ? "*" : "(" + command::joined(option.names, " ") + ")";
        spec += name + (option.value ? "=" : "") + "[" + escaped(option.help, "[]") + "]";
        if (option.value) {
            spec += ":" + escaped(option.value->name, ":") + ":" + actionOf(*option.value);
        }
        text += " \\\n    " + singleQuoted(spec);
    }
    return text;
}

std::string argumentSpec(const CommandArgument& argument) {
    return " \\\n    " +
           singleQuoted((argument.repeatable ? std::string("*:") : std::string(":")) +
                        escaped(argument.value.name, ":") + ":" + actionOf(argument.value));
}

/// The subcommands of a command as completions, and the call of each one's function.
std::string dispatch(const Command& command) {
    std::string names;
    std::string cases;
    for (const Command& below : command.commands) {
        names += described(below.name(), below.help);
        cases += "    " + below.name() + ") " + functionOf(below) + " && ret=0 ;;\n";
    }
    return "  case $state in\n"
           "  command)\n    local -a commands=(\n" +
           names +
           "    )\n    _describe -t commands command commands && ret=0\n    ;;\n"
           "  rest)\n    case $words[1] in\n" +
           cases + "    esac\n    ;;\n  esac\n";
}

std::string functionText(const Command& command) {
    std::string specs;
    for (const CommandOption& option : command.options) {
        specs += optionSpecs(option);
    }
    for (const CommandArgument& argument : command.arguments) {
        specs += argumentSpec(argument);
    }
    std::string text = "\n" + functionOf(command) + "() {\n";
    if (command.commands.empty()) {
        return text + "  _arguments -s" + specs + "\n}\n";
    }
    return text +
           "  local context state state_descr line ret=1\n"
           "  typeset -A opt_args\n"
           "  _arguments -s -C" +
           specs + " \\\n    '1: :->command' '*:: :->rest' && ret=0\n" + dispatch(command) +
           "  return ret\n}\n";
}

std::string keysFunction() {
    std::string text = "\n# The options of an experiment file.\n_flip_keys() {\n"
                       "  local -a keys=(\n";
    for (const Option& option : options()) {
        text += described(option.key, option.label);
    }
    return text + "  )\n  _describe -t keys 'option of an experiment' keys \"$@\"\n}\n";
}

std::string choicesFunction() {
    std::string text =
        "\n# The allowed values of an experiment option; list=1 if it takes a list of them.\n"
        "_flip_choices() {\n  case $1 in\n";
    for (const Option& option : options()) {
        if (!option.choices.empty()) {
            text += "  " + option.key + ") choices=(" + command::joined(option.choices, " ") + ")" +
                    (option.type == OptionType::ChoiceList ? " list=1" : "") + " ;;\n";
        }
    }
    return text + "  esac\n}\n";
}

} // namespace

std::string zshCompletion(const std::vector<Command>& programs) {
    std::string text = kBeginning + keysFunction() + choicesFunction() + kAssignments;
    for (const Command* command : allOf(programs)) {
        text += functionText(*command);
    }
    return text + kEnd;
}

} // namespace flip::manual

#include "app/manual/completions.h"

#include "app/command/command.h"

#include "core/spec/options.h"

#include <cstddef>
#include <string>
#include <vector>

namespace flip::manual {

namespace {

constexpr const char* kBeginning =
    R"(# Completion of flip and flip-workbench in bash, generated from their commands by flip-manual.
)";

// The part that does not depend on the commands. The functions share the variables of _flip.
constexpr const char* kEnd = R"(
# Offers the words that begin with `current`, each with START before it and END after it.
_flip_offer() { # WORDS START END
    local word
    for word in $1; do
        [[ $word != "$current"* ]] || COMPREPLY+=("$2$word$3")
    done
}

# Offers folders, and files with this ending; if there are none, readline completes by itself, such
# as quoted names.
_flip_offer_files() { # ENDING
    local name
    compopt -o default -o filenames 2>/dev/null
    while IFS= read -r name; do
        [[ $name != *"$1" && ! -d ${name/#\~/$HOME} ]] || COMPREPLY+=("$name")
    done < <(compgen -f -- "$current")
}

_flip_offer_keys() { # START END
    compopt -o nospace 2>/dev/null
    _flip_offer "$_flip_keys" "$1" "$2"
}

# Offers values of this kind.
_flip_offer_value() { # KIND
    local start=
    case $1 in
    file*)
        _flip_offer_files "${1#file}"
        ;;
    folder)
        compopt -o default -o filenames 2>/dev/null
        local name
        while IFS= read -r name; do
            COMPREPLY+=("$name")
        done < <(compgen -d -- "$current")
        ;;
    words:*)
        _flip_offer "${1#words:}"
        ;;
    assignment | grid)
        if [[ $current != *=* ]]; then
            _flip_offer_keys '' =
            return
        fi
        _flip_choices "${current%%=*}"
        start=${current%%=*}=
        current=${current#*=}
        if [[ $1 == grid || $list ]] && [[ $current == *,* ]]; then
            start+=${current%,*},
            current=${current##*,}
        fi
        _flip_offer "$words" "$start"
        ;;
    keys)
        if [[ $current == *,* ]]; then
            start=${current%,*},
            current=${current##*,}
        fi
        _flip_offer_keys "$start" ''
        ;;
    esac
}

_flip() {
    local IFS=$' \t\n' command=${COMP_WORDS[0]##*/} place=1 value='' words='' list='' current kept i word
    COMPREPLY=()
    compopt +o default 2>/dev/null # offer no files where none is expected

    # Readline also splits words at = and :. Join the parts that have no blank between them.
    local line=$COMP_LINE parts=()
    for ((i = 0; i <= COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        if ((i > 0)) && [[ $line != [[:blank:]]* && ${COMP_WORDS[i - 1]}$word == *[=:]* ]]; then
            parts[${#parts[@]} - 1]+=$word
        else
            parts+=("$word")
        fi
        line=${line#*"$word"}
    done
    current=${parts[${#parts[@]} - 1]}

    # The command that the words name, and the position among its arguments.
    for word in "${parts[@]:1:${#parts[@]}-2}"; do
        if [[ $value ]]; then
            value=
            continue
        fi
        case $word in
        --*=*) ;;
        -*) _flip_value "$command $word" ;;
        *)
            _flip_commands "$command"
            if [[ " $words " == *" $word "* ]]; then
                command+=" $word"
            else
                ((++place))
            fi
            ;;
        esac
    done
    if [[ ! $value && $current == --*=* ]]; then
        _flip_value "$command ${current%%=*}"
        current=${current#*=}
    fi

    # Readline replaces only the text after the last = or :.
    word=${COMP_WORDS[COMP_CWORD]}
    [[ $word != [=:] ]] || word=
    kept=${current%"$word"}

    if [[ $value ]]; then
        _flip_offer_value "$value"
    elif [[ $current == -* ]]; then
        _flip_options "$command"
        _flip_offer "$words"
    else
        _flip_commands "$command"
        _flip_offer "$words"
        _flip_argument "$command $place"
        _flip_offer_value "$value"
    fi
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]#"$kept"}
    done
}

complete -F _flip flip flip-workbench
)";

/// A shell function that sets variables depending on its argument.
class CaseFunction {
public:
    CaseFunction(const std::string& comment, const std::string& name, const std::string& before)
        : text_("\n# " + comment + "\n" + name + "() {\n" + before + "    case $1 in\n") {}

    void add(const std::string& pattern, const std::string& assignments) {
        text_ += "    " + pattern + ") " + assignments + " ;;\n";
    }
    std::string text() const { return text_ + "    esac\n}\n"; }

private:
    std::string text_;
};

std::string kindOf(const Value& value) {
    switch (value.kind) {
    case Value::Kind::Other:
        return "other";
    case Value::Kind::File:
        return "file" + value.ending;
    case Value::Kind::Folder:
        return "folder";
    case Value::Kind::Choice:
        return "words:" + command::joined(value.choices, " ");
    case Value::Kind::Assignment:
        return "assignment";
    case Value::Kind::Grid:
        return "grid";
    case Value::Kind::Keys:
        return "keys";
    }
    return "other";
}

std::string commandsFunction(const std::vector<Command>& programs) {
    CaseFunction function("The subcommands of a command.", "_flip_commands", "    words=\n");
    for (const Command* command : allOf(programs)) {
        std::vector<std::string> names;
        for (const Command& below : command->commands) {
            names.push_back(below.name());
        }
        if (!names.empty()) {
            function.add(singleQuoted(command->fullName()),
                         "words=" + singleQuoted(command::joined(names, " ")));
        }
    }
    return function.text();
}

std::string optionsFunction(const std::vector<Command>& programs) {
    CaseFunction function("The options of a command.", "_flip_options", "    words=\n");
    for (const Command* command : allOf(programs)) {
        std::vector<std::string> names;
        for (const CommandOption& option : command->options) {
            names.insert(names.end(), option.names.begin(), option.names.end());
        }
        function.add(singleQuoted(command->fullName()),
                     "words=" + singleQuoted(command::joined(names, " ")));
    }
    return function.text();
}

std::string valueFunction(const std::vector<Command>& programs) {
    CaseFunction function("The kind of value that an option of a command takes; empty for a flag.",
                          "_flip_value", "    value=\n");
    for (const Command* command : allOf(programs)) {
        for (const CommandOption& option : command->options) {
            for (const std::string& name : option.names) {
                if (option.value) {
                    function.add(singleQuoted(command->fullName() + " " + name),
                                 "value=" + singleQuoted(kindOf(*option.value)));
                }
            }
        }
    }
    return function.text();
}

std::string argumentFunction(const std::vector<Command>& programs) {
    CaseFunction function("The kind of value of a command's argument at a position.",
                          "_flip_argument", "    value=\n");
    for (const Command* command : allOf(programs)) {
        for (std::size_t i = 0; i < command->arguments.size(); ++i) {
            const CommandArgument& argument = command->arguments[i];
            function.add(argument.repeatable
                             ? singleQuoted(command->fullName() + " ") + "*"
                             : singleQuoted(command->fullName() + " " + std::to_string(i + 1)),
                         "value=" + singleQuoted(kindOf(argument.value)));
        }
    }
    return function.text();
}

std::string choicesFunction() {
    CaseFunction function("The allowed values of an experiment option; list=1 if it takes a list.",
                          "_flip_choices", "    words= list=\n");
    for (const Option& option : options()) {
        if (!option.choices.empty()) {
            function.add(singleQuoted(option.key),
                         "words=" + singleQuoted(command::joined(option.choices, " ")) +
                             (option.type == OptionType::ChoiceList ? " list=1" : ""));
        }
    }
    return function.text();
}

std::string keysOfOptions() {
    std::string text;
    for (const Option& option : options()) {
        text += "\n    " + option.key;
    }
    return text + "\n";
}

} // namespace

std::string singleQuoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + "'";
}

std::string bashCompletion(const std::vector<Command>& programs) {
    return kBeginning + commandsFunction(programs) + optionsFunction(programs) +
           valueFunction(programs) + argumentFunction(programs) + choicesFunction() +
           "\n# The options of an experiment file.\n_flip_keys='" + keysOfOptions() + "'\n" + kEnd;
}

} // namespace flip::manual

#pragma once

#include "core/base/result.h"
#include "core/spec/run_spec.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flip {

/// The value of an option as users write it.
using OptionValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                                 std::vector<std::string>>;

enum class OptionType {
    Integer,     // std::int64_t
    Real,        // double; an integer is accepted
    Text,        // std::string
    Choice,      // std::string, one of `choices`
    IntegerList, // std::vector<std::int64_t>
    ChoiceList   // std::vector<std::string>, each one of `choices`, no duplicates
};

/// The section of the form and of the manual that an option belongs to.
enum class OptionGroup { Run, Data, Text, Ids, Pretraining, Finetuning };

/// The heading of a group in the form and in the manual: "Text and language model".
const char* groupTitle(OptionGroup group);

/// One row of the option table: used by the form, the TOML reader, the command line and the docs.
struct Option {
    std::string key;   // "pretrain.batch_size"; top-level keys have no dot
    std::string label; // "Batch size"
    std::string help;  // one or two sentences, plain
    std::string unit;  // "rows", "epochs"; may be empty
    OptionGroup group;
    OptionType type;
    OptionValue defaultValue;
    std::optional<OptionValue> publishedDefault; // if recipe = "published" differs
    double minimum = -1e308;
    double maximum = 1e308;
    bool exclusiveMinimum = false;
    std::vector<std::string> choices;
    bool advanced = false;               // hidden in the form until asked for
    std::vector<Branches> branches;      // branches that read it; empty: all
    std::vector<BackboneKind> backbones; // backbones that read it; empty: all
    bool outsideRecipe = false;          // only how a run computes or what it keeps

    std::function<OptionValue(const RunSpec&)> get;
    std::function<void(RunSpec&, const OptionValue&)> set;

    const OptionValue& defaultFor(RecipeKind recipe) const;
};

/// The whole table, in the order of the documentation. Constant after first use; safe to read from
/// any thread.
const std::vector<Option>& options();

/// Whether a run of this kind reads any option of a group. `branches` matters only for kind
/// Finetune.
bool groupIsRead(OptionGroup group, RunKind kind, Branches branches);

/// Whether such a run reads the option. Options that a run does not read are ignored when runs are
/// compared.
bool optionIsRead(const Option& option, RunKind kind, Branches branches, BackboneKind backbone);
bool optionIsRead(const Option& option, const RunSpec& spec);

/// The spec with the default for every option that the run does not read or that is outside the
/// recipe: equal for runs of the same recipe.
RunSpec comparableRecipe(const RunSpec& spec);

/// The row with this key; null if no option has this key.
const Option* findOption(std::string_view key);

/// The known key closest to a mistyped one, by edit distance.
std::string nearestKey(std::string_view key);

/// The options that a form or a file sets, each with where it was written; others are left unset.
struct RunDraft {
    struct Entry {
        OptionValue value;
        std::string where; // "ml100k.toml:7", "--set", "" from a form
    };
    std::map<std::string, Entry> entries;

    void set(const std::string& key, OptionValue value, std::string where = {});
};

/// Reads an experiment file. Unknown keys and wrong types are Problems with file and line; an
/// unknown key names the nearest known one.
Result<RunDraft> readExperiment(const std::string& toml, const std::string& fileName);

/// The same for a file that another version may have written: unknown keys are ignored.
Result<RunDraft> readKnownOptions(const std::string& toml, const std::string& name);

/// Applies one "key=value" of the command line; the value is written as in the experiment file,
/// quotes around plain words may be omitted.
Result<void> applyAssignment(RunDraft& draft, std::string_view assignment);

/// Checks types, ranges and choices, and gives unset options the recipe's defaults.
Result<RunSpec> resolve(const RunDraft& draft);

/// The complete spec as an experiment file that resolves to the same spec.
std::string toToml(const RunSpec& spec);

/// An option in which two specs differ, with both values as written in TOML.
struct SpecDifference {
    std::string key;
    std::string left;
    std::string right;
};
std::vector<SpecDifference> differences(const RunSpec& left, const RunSpec& right);

/// A value as the experiment file writes it: 1e-4, "text", [300, 300].
std::string formatValue(const OptionValue& value);

/// Every option with its default, its range and its help, as an experiment file in which all keys
/// are commented out: removing the # before a key sets it.
std::string optionsAsToml();

} // namespace flip

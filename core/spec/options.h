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

/// The value of an option as a person writes it.
using OptionValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                                 std::vector<std::string>>;

enum class OptionType {
    Integer,     // std::int64_t
    Real,        // double; an integer is accepted
    Text,        // std::string
    Choice,      // std::string, one of `choices`
    IntegerList, // std::vector<std::int64_t>
    ChoiceList   // std::vector<std::string>, each one of `choices`, none twice
};

/// How a form presents an option; the group is a page region of the same name.
enum class OptionGroup { Run, Data, Text, Ids, Pretraining, Finetuning };

/// The heading over a group, in a form and in the manual: "Text and language model".
const char* groupTitle(OptionGroup group);

/// One row of the schema table: feeds the form, the TOML reader, the command line and the docs.
struct Option {
    std::string key;   // "pretrain.batch_size"; top-level keys have no dot
    std::string label; // "Batch size"
    std::string help;  // one or two sentences, plain
    std::string unit;  // "rows", "epochs"; may be empty
    OptionGroup group;
    OptionType type;
    OptionValue defaultValue;
    std::optional<OptionValue> publishedDefault; // where recipe = "published" starts elsewhere
    double minimum = -1e308;
    double maximum = 1e308;
    bool exclusiveMinimum = false;
    std::vector<std::string> choices;
    bool advanced = false;               // a form hides it at first
    std::vector<Branches> branches;      // those of finetuning that read it; empty: all
    std::vector<BackboneKind> backbones; // those that read it; empty: all
    bool outsideRecipe = false;          // says by what a run is computed, or what is kept of it

    std::function<OptionValue(const RunSpec&)> get;
    std::function<void(RunSpec&, const OptionValue&)> set;

    const OptionValue& defaultFor(RecipeKind recipe) const;
};

/// The whole table, in the order of the documentation. Constant after first use; any thread.
const std::vector<Option>& options();

/// Whether a run of this kind (and, where it is finetuned alone, these branches) reads the options
/// of a group at all.
bool groupIsRead(OptionGroup group, RunKind kind, Branches branches);

/// Whether such a run reads the option; one that it does not read is no difference between two
/// runs.
bool optionIsRead(const Option& option, RunKind kind, Branches branches, BackboneKind backbone);
bool optionIsRead(const Option& option, const RunSpec& spec);

/// The spec with its default in every option that the run does not read and in those outside the
/// recipe: equal for runs of one recipe.
RunSpec comparableRecipe(const RunSpec& spec);

/// The row with this key; null if there is none.
const Option* findOption(std::string_view key);

/// The known key closest to a mistyped one, by edit distance.
std::string nearestKey(std::string_view key);

/// What a form or a file may leave open: some values, each with where it was written.
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

/// The same of a file that another version may have written: keys that this one does not know are
/// passed over.
Result<RunDraft> readKnownOptions(const std::string& toml, const std::string& name);

/// Applies one "key=value" of the command line; the value is written as in the experiment file,
/// quotes round plain words may be left out.
Result<void> applyAssignment(RunDraft& draft, std::string_view assignment);

/// Checks types, ranges and choices and fills what is open with the recipe's defaults.
Result<RunSpec> resolve(const RunDraft& draft);

/// The complete spec as an experiment file that resolves to the same spec.
std::string toToml(const RunSpec& spec);

/// The keys of two specs that differ, each with both values as written in TOML.
struct SpecDifference {
    std::string key;
    std::string left;
    std::string right;
};
std::vector<SpecDifference> differences(const RunSpec& left, const RunSpec& right);

/// A value as the experiment file writes it: 1e-4, "text", [300, 300].
std::string formatValue(const OptionValue& value);

/// Every option with its default, its range and what it does, as an experiment file of comments
/// alone: without the one that stands before a key, it is set.
std::string optionsAsToml();

} // namespace flip

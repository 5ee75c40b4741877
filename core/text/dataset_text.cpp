#include "core/text/dataset_text.h"

#include "core/base/nearest_name.h"
#include "core/data/records/list_elements.h"
#include "core/text/text_source.h"
#include "core/text/token_cache.h"

namespace flip {

namespace {

/// Converts "Action|Comedy" or "['Action', 'Comedy']" to "Action, Comedy". Empty elements are
/// skipped.
std::string listInWords(std::string_view list, const FieldInfo& field) {
    std::string words;
    const auto add = [&](std::string_view element) {
        words += words.empty() ? "" : ", ";
        words += element;
    };
    if (field.hasBrackets) {
        forEachListElement(list, field.separator, add);
    } else {
        forEachElement(list, field.separator, add);
    }
    return words;
}

/// A dataset's values as text: lists with commas, `missing` for empty values.
class DatasetText final : public TextSource {
public:
    DatasetText(const Dataset& dataset, std::string missing)
        : dataset_(dataset), missing_(std::move(missing)), lists_(dataset.fields().size()) {
        for (const int field : dataset.textFields()) {
            const FieldInfo& info = dataset.fields()[static_cast<std::size_t>(field)];
            if (info.kind == FieldKind::Multi) {
                for (std::int64_t code = 0; code < info.values; ++code) {
                    lists_[static_cast<std::size_t>(field)].push_back(
                        listInWords(dataset.value(field, static_cast<std::uint32_t>(code)), info));
                }
            }
        }
    }

    std::int64_t rows() const override { return dataset_.rows(); }
    int fields() const override { return static_cast<int>(dataset_.fields().size()); }
    std::int64_t values(int field) const override {
        return dataset_.fields()[static_cast<std::size_t>(field)].values;
    }
    std::string_view value(int field, std::uint32_t code) const override {
        const std::vector<std::string>& lists = lists_[static_cast<std::size_t>(field)];
        const std::string_view text = lists.empty() ? dataset_.value(field, code) : lists[code];
        return text.empty() ? missing_ : text;
    }
    std::span<const std::uint32_t> codes(int field) const override { return dataset_.codes(field); }

private:
    const Dataset& dataset_;
    std::string missing_;
    std::vector<std::vector<std::string>> lists_; // [fields][values], only of kind Multi
};

std::vector<std::string> namesOf(const Dataset& dataset, const std::vector<int>& fields) {
    std::vector<std::string> names;
    for (const int field : fields) {
        names.push_back(dataset.fields()[static_cast<std::size_t>(field)].name);
    }
    return names;
}

} // namespace

std::string defaultTemplate(const Dataset& dataset) {
    return TextTemplate::defaultText(namesOf(dataset, dataset.textFields()));
}

Result<TextTemplate> parseTemplate(std::string_view text, const Dataset& dataset) {
    std::vector<std::string> names;
    for (const FieldInfo& field : dataset.fields()) {
        names.push_back(field.name);
    }
    auto parsed = TextTemplate::parse(text.empty() ? defaultTemplate(dataset) : text, names);
    if (!parsed) {
        return parsed;
    }
    for (const TextTemplate::Part& part : parsed->parts()) {
        if (part.field >= 0 &&
            dataset.fields()[static_cast<std::size_t>(part.field)].use == FieldUse::Id) {
            return Problem{"the template names {" + names[static_cast<std::size_t>(part.field)] +
                               "}, which the dataset keeps as an id only; leave it out, or import "
                               "with use = \"both\" in the schema",
                           "template"};
        }
    }
    return parsed;
}

Result<TokenCache> TokenCache::build(const Dataset& dataset, const TextTemplate& textTemplate,
                                     const Tokenizer& tokenizer, const SentenceRules& rules,
                                     std::stop_token stop) {
    return build(std::make_unique<DatasetText>(dataset, rules.missing), textTemplate, tokenizer,
                 rules, std::move(stop));
}

std::string valueInWords(const Dataset& dataset, int field, std::uint32_t code,
                         const std::string& missing) {
    const FieldInfo& info = dataset.fields()[static_cast<std::size_t>(field)];
    std::string words(dataset.value(field, code));
    if (info.kind == FieldKind::Multi) {
        words = listInWords(words, info);
    }
    return words.empty() ? missing : words;
}

Result<SentenceRules> sentenceRules(const RunSpec::Text& text, const Dataset& dataset) {
    SentenceRules rules(text.maxTokens);
    rules.missing = text.missing;
    rules.cut.kind = text.cut;
    std::vector<std::string_view> known;
    for (const FieldInfo& field : dataset.fields()) {
        known.push_back(field.name);
    }
    Result<void> checked;
    forEachElement(text.givesWay, ",", [&](std::string_view name) {
        const std::size_t first = name.find_first_not_of(' ');
        const std::size_t last = name.find_last_not_of(' ');
        name = first == name.npos ? "" : name.substr(first, last - first + 1);
        const int field = dataset.findField(name);
        if (field >= 0) {
            rules.cut.first.push_back(field);
        } else if (checked && !name.empty()) {
            checked = Problem{"names no field \"" + std::string(name) + "\"; did you mean \"" +
                                  nearestName(name, known) + "\"?",
                              "text.gives_way"};
        }
    });
    if (!checked) {
        return checked.problem();
    }
    return rules;
}

} // namespace flip

#include "core/text/dataset_text.h"

#include "core/text/text_source.h"
#include "core/text/token_cache.h"

namespace flip {

namespace {

class DatasetText final : public TextSource {
public:
    explicit DatasetText(const Dataset& dataset) : dataset_(dataset) {}

    std::int64_t rows() const override { return dataset_.rows(); }
    int fields() const override { return static_cast<int>(dataset_.fields().size()); }
    std::int64_t values(int field) const override {
        return dataset_.fields()[static_cast<std::size_t>(field)].values;
    }
    std::string_view value(int field, std::uint32_t code) const override {
        return dataset_.value(field, code);
    }
    std::span<const std::uint32_t> codes(int field) const override { return dataset_.codes(field); }

private:
    const Dataset& dataset_;
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
                                     const Tokenizer& tokenizer, std::int64_t maxTokens,
                                     std::stop_token stop) {
    return build(std::make_unique<DatasetText>(dataset), textTemplate, tokenizer, maxTokens,
                 std::move(stop));
}

} // namespace flip

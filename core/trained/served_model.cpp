#include "core/trained/served_model.h"

#include "core/data/import/raw_rows.h"
#include "core/data/import/schema_file.h"
#include "core/text/dataset_text.h"

#include <torch/types.h>

#include <utility>

namespace flip {

namespace {

/// The time column of a flat table, named as in the schema; empty if the schema has none.
std::string timeColumnOf(const std::string& schema) {
    const auto parsed = parseSchema(schema, "the schema of the dataset");
    return parsed && parsed->time ? parsed->time->column : std::string();
}

} // namespace

std::vector<int> itemFieldsOf(const RunSpec& spec, const Dataset& dataset) {
    const std::vector<int> ids = dataset.idFields();
    std::vector<int> items;
    for (const std::int64_t column : historyColumns(spec, dataset)) {
        items.push_back(ids[static_cast<std::size_t>(column)]);
    }
    return items;
}

Dataset withoutRows(const Vocabulary& vocabulary) {
    return Dataset::inMemory(
        toMemoryRows(RawColumns(vocabulary.fields().size()), vocabulary, 0, {}, 0));
}

std::string ServedModel::timeColumn() const {
    return clicks_ ? timeColumnOf(schema_) : std::string();
}

Result<std::vector<bool>> ServedModel::fieldsRead() const {
    const Dataset fields = withoutRows(vocabulary_);
    std::vector<bool> read(fields.fields().size(), false);
    if (model_->hasIds()) {
        for (const int field : fields.idFields()) {
            read[static_cast<std::size_t>(field)] = true;
        }
    }
    if (clicks_) {
        read[static_cast<std::size_t>(fields.findField(spec_.id.historyBy))] = true;
    }
    for (const std::string* text : {&spec_.text.templateText, &spec_.text.itemTemplate}) {
        if (!model_->hasText() || (text == &spec_.text.itemTemplate && text->empty())) {
            continue;
        }
        const auto parsed = parseTemplate(*text, fields);
        if (!parsed) {
            return parsed.problem();
        }
        for (const TextTemplate::Part& part : parsed->parts()) {
            if (part.field >= 0) {
                read[static_cast<std::size_t>(part.field)] = true;
            }
        }
    }
    return read;
}

Result<std::unique_ptr<ServedModel>> ServedModel::ofRun(const std::string& run,
                                                        const std::string& checkpoint,
                                                        const Workspace& workspace) {
    auto trained = TrainedModel::open(run, checkpoint, workspace);
    if (!trained) {
        return trained.problem();
    }
    if ((*trained)->clickModel() == nullptr) {
        return Problem{"was only pretrained and predicts no clicks; name a run that was finetuned, "
                       "or a checkpoint of finetuning",
                       run};
    }
    const RunInputs& inputs = (*trained)->inputs();
    auto vocabulary = Vocabulary::of(inputs.dataset());
    if (!vocabulary) {
        return vocabulary.problem();
    }
    std::unique_ptr<ServedModel> served(new ServedModel());
    served->spec_ = (*trained)->spec();
    served->vocabulary_ = std::move(*vocabulary);
    served->schema_ = inputs.dataset().schema();
    const std::vector<int> items = itemFieldsOf(served->spec_, inputs.dataset());
    if (!items.empty()) {
        const int user = inputs.dataset().findField(served->spec_.id.historyBy);
        served->clicks_ = ClickLog::of(inputs.dataset(), user, items);
    }
    served->model_ = (*trained)->clickModel();
    if (inputs.readsText()) {
        served->config_ = inputs.config();
        served->tokenizer_ = &inputs.tokenizer();
    }
    served->trained_ = std::move(*trained);
    return served;
}

} // namespace flip

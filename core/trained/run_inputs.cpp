#include "core/trained/run_inputs.h"

#include "core/base/nearest_name.h"
#include "core/data/id_lists.h"
#include "core/device/machine.h"
#include "core/model/plm/model_folder.h"
#include "core/spec/mask_count.h"
#include "core/spec/options.h"
#include "core/text/dataset_text.h"
#include "core/train/id_dropout.h"

#include <algorithm>

namespace flip {

namespace {

bool hasLoss(const RunSpec& spec, PretrainLoss loss) {
    const auto& losses = spec.pretrain.losses;
    return std::find(losses.begin(), losses.end(), loss) != losses.end();
}

Result<void> checkMasks(const RunSpec& spec, PretrainLoss loss, std::int64_t fields, double ratio,
                        const char* key, const char* what) {
    if (!hasLoss(spec, loss)) {
        return {}; // nothing is masked
    }
    if (maskedFieldCount(fields, ratio, spec.pretrain.maskRounding) == 0) {
        return Problem{"masks none of the " + std::to_string(fields) + " " + what +
                           "; raise the ratio, or set pretrain.mask_rounding to round",
                       key};
    }
    return {};
}

Result<void> checkSplits(const RunSpec& spec, const Dataset& dataset) {
    const auto requireRows = [&](Split split) -> Result<void> {
        if (dataset.splitRows(split) == 0) {
            return Problem{"has no rows in the " + std::string(splitName(split)) +
                               " split; import it with another split",
                           "dataset " + dataset.name()};
        }
        return {};
    };
    if (auto checked = requireRows(Split::Train); !checked) {
        return checked;
    }
    if (spec.kind == RunKind::Pretrain) {
        return {};
    }
    return requireRows(spec.finetune.selectOn == SelectOn::Test ? Split::Test : Split::Valid);
}

std::vector<IdField> idFieldsOf(const Dataset& dataset) {
    std::vector<IdField> fields;
    for (const int field : dataset.idFields()) {
        const FieldInfo& info = dataset.fields()[static_cast<std::size_t>(field)];
        fields.push_back({info.name, info.firstId, info.ids, 0});
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto field = static_cast<std::size_t>(dataset.idFields()[i]);
        const std::string& shares = dataset.fields()[field].shares;
        const auto leader = std::ranges::find(fields, shares, &IdField::name);
        if (!shares.empty() && leader != fields.end()) {
            fields[i].shares = static_cast<int>(leader - fields.begin());
        }
    }
    return fields;
}

/// The options of a backbone that its check reads.
BackboneOptions backboneShape(const RunSpec& spec, const Dataset& dataset) {
    BackboneOptions options(spec.id, static_cast<std::int64_t>(dataset.idFields().size()),
                            dataset.idCount());
    options.idFields = idFieldsOf(dataset);
    return options;
}

/// Whether the dataset has the history that the backbone reads.
Result<void> checkHistory(const RunSpec& spec, const Dataset& dataset) {
    if (historyFields(spec.id.backbone, backboneShape(spec, dataset)).empty()) {
        return {};
    }
    if (dataset.findField(spec.id.historyBy) < 0) {
        std::vector<std::string_view> known;
        for (const FieldInfo& field : dataset.fields()) {
            known.push_back(field.name);
        }
        return Problem{"names no field \"" + spec.id.historyBy + "\"; did you mean \"" +
                           nearestName(spec.id.historyBy, known) + "\"?",
                       "id.history_by"};
    }
    if (dataset.times().empty()) {
        return Problem{"has no times for its rows, so that earlier clicks are unknown; import it "
                       "again with [time] in its schema",
                       "dataset " + dataset.name()};
    }
    return {};
}

/// Tokens can be masked only if the language model reads them in each step.
Result<void> checkTokenMasking(const RunSpec& spec) {
    if (spec.finetune.maskRatioText > 0 && spec.finetune.branches != Branches::Id &&
        spec.finetune.textEncoder == TextEncoderMode::Frozen) {
        return Problem{"has no effect with finetune.text_encoder = \"frozen\", which reads each "
                       "sentence once; set it to 0",
                       "finetune.mask_ratio_text"};
    }
    return {};
}

/// A second tower is only for a click model that reads text alone.
Result<void> checkTowers(const RunSpec& spec) {
    if (!spec.text.itemTemplate.empty() &&
        (spec.kind != RunKind::Finetune || spec.finetune.branches != Branches::Text)) {
        return Problem{
            "needs kind = \"finetune\" and finetune.branches = \"text\": two towers read "
            "no ids and are not pretrained here",
            "text.item_template"};
    }
    return {};
}

/// Errors in the text options were checked before: if a stop was requested, a missing cache means a
/// stop.
Result<bool> notBuilt(const Problem& problem, const std::stop_token& stop) {
    return stop.stop_requested() ? Result<bool>(false) : Result<bool>(problem);
}

} // namespace

Result<bool> checkSentences(const TokenCache& cache, const TextConfig& config,
                            const Dataset& dataset, const std::stop_token& stop) {
    if (!hasTokensBeyondModel(cache.tokenizer(), config)) {
        return true;
    }
    TokenRow tokens;
    for (std::int64_t row = 0; row < dataset.rows(); ++row) {
        if (stop.stop_requested()) {
            return false;
        }
        tokens.ids.clear();
        tokens.owner.clear();
        cache.appendRow(row, tokens);
        const std::string where =
            "dataset " + dataset.name() + ", sentence of row " + std::to_string(row);
        if (auto known = checkTokens(tokens.ids, cache.tokenizer(), config, where); !known) {
            return known.problem();
        }
    }
    return true;
}

bool readsIds(const RunSpec& spec) {
    return groupIsRead(OptionGroup::Ids, spec.kind, spec.finetune.branches);
}

bool readsText(const RunSpec& spec) {
    return groupIsRead(OptionGroup::Text, spec.kind, spec.finetune.branches);
}

Result<std::unique_ptr<RunInputs>> RunInputs::open(const RunSpec& spec,
                                                   const Workspace& workspace) {
    auto device = chooseDevice(spec.device);
    if (!device) {
        return device.problem();
    }
    std::unique_ptr<RunInputs> inputs(new RunInputs());
    inputs->device_ = std::move(*device);
    const std::filesystem::path folder = workspace.dataset(spec.data.dataset);
    std::error_code ignored;
    if (!std::filesystem::exists(folder, ignored)) {
        return Problem{"no dataset is named '" + spec.data.dataset +
                           "'; import it first, or see 'flip datasets' for a list",
                       "data.dataset"};
    }
    auto dataset = Dataset::open(folder);
    if (!dataset) {
        return dataset.problem();
    }
    inputs->dataset_ = std::move(*dataset);
    if (auto checked = checkSplits(spec, *inputs->dataset_); !checked) {
        return checked.problem();
    }
    if (inputs->dataset_->idFields().empty()) {
        return Problem{"has no id field; set use = \"both\" in its schema",
                       "dataset " + spec.data.dataset};
    }
    if (readsIds(spec)) {
        const BackboneOptions shape = backboneShape(spec, *inputs->dataset_);
        if (auto checked = checkBackbone(spec.id.backbone, shape); !checked) {
            return checked.problem();
        }
        const auto widths =
            fieldWidths(spec.id.fieldDims, namesOf(shape.idFields), spec.id.embeddingDim);
        if (!widths) {
            return widths.problem();
        }
        if (auto fit = checkSharedWidths(shape.idFields, *widths, spec.id.embeddingDim); !fit) {
            return fit.problem();
        }
        if (auto checked = checkHistory(spec, *inputs->dataset_); !checked) {
            return checked.problem();
        }
    }
    if (spec.kind != RunKind::Pretrain) {
        if (auto checked = checkUnknownFields(spec, *inputs->dataset_); !checked) {
            return checked.problem();
        }
    }
    if (auto checked = checkTowers(spec); !checked) {
        return checked.problem();
    }
    if (spec.kind != RunKind::Pretrain) {
        if (auto checked = checkTokenMasking(spec); !checked) {
            return checked.problem();
        }
    }
    if (flip::readsText(spec)) {
        if (auto opened = inputs->openText(spec, workspace); !opened) {
            return opened.problem();
        }
    }
    if (groupIsRead(OptionGroup::Pretraining, spec.kind, spec.finetune.branches)) {
        const auto fields = static_cast<std::int64_t>(inputs->dataset_->idFields().size());
        if (auto checked = checkMasks(spec, PretrainLoss::Mfm, fields, spec.pretrain.maskRatioTable,
                                      "pretrain.mask_ratio_table", "id fields");
            !checked) {
            return checked.problem();
        }
        std::vector<int> named;
        for (const TextTemplate::Part& part : inputs->template_->parts()) {
            if (part.field >= 0 &&
                std::find(named.begin(), named.end(), part.field) == named.end()) {
                named.push_back(part.field);
            }
        }
        if (auto checked = checkMasks(
                spec, PretrainLoss::Mlm, static_cast<std::int64_t>(named.size()),
                spec.pretrain.maskRatioText, "pretrain.mask_ratio_text", "fields of the template");
            !checked) {
            return checked.problem();
        }
        const std::vector<int> ids = inputs->dataset_->idFields();
        if (spec.pretrain.maskedFields == MaskedFields::Same && hasLoss(spec, PretrainLoss::Mlm) &&
            std::find_first_of(named.begin(), named.end(), ids.begin(), ids.end()) == named.end()) {
            return Problem{"is \"same\", but text.template names none of the id fields, so no "
                           "token would ever be masked; name one, or choose independent",
                           "pretrain.masked_fields"};
        }
    }
    return inputs;
}

Result<void> RunInputs::openText(const RunSpec& spec, const Workspace& workspace) {
    auto parsed = parseTemplate(spec.text.templateText, *dataset_);
    if (!parsed) {
        return parsed.problem();
    }
    template_ = std::move(*parsed);
    if (!spec.text.itemTemplate.empty()) {
        auto item = parseTemplate(spec.text.itemTemplate, *dataset_);
        if (!item) {
            return item.problem();
        }
        itemTemplate_ = std::move(*item);
    }
    if (const auto rules = sentenceRules(spec.text, *dataset_); !rules) {
        return rules.problem();
    }
    const auto found = workspace.findModel(spec.plm.path);
    if (!found) {
        return found.problem();
    }
    auto folder = openModelFolder(*found);
    if (!folder) {
        return folder.problem();
    }
    modelFolder_ = folder->path;
    tokenizer_ = std::move(folder->tokenizer);
    const TextConfig& config = folder->config;
    if (spec.text.maxTokens > config.maximumTokens()) {
        return Problem{"is " + std::to_string(spec.text.maxTokens) + ", but this model reads " +
                           std::to_string(config.maximumTokens()) + " tokens at most",
                       "text.max_tokens"};
    }
    if (spec.plm.layers > config.layers) {
        return Problem{"asks for the first " + std::to_string(spec.plm.layers) +
                           " layers, but the model has " + std::to_string(config.layers) +
                           "; choose fewer, or 0 for all",
                       "plm.layers"};
    }
    config_ = config;
    return {};
}

Result<bool> RunInputs::prepare(const RunSpec& spec, const std::stop_token& stop) {
    // Numbers from a damaged file look like any others; a checksum costs less than an epoch.
    if (const auto damaged = dataset_->verify(); !damaged.empty()) {
        return damaged.front();
    }
    if (readsText()) {
        const auto rules = sentenceRules(spec.text, *dataset_);
        if (!rules) {
            return rules.problem();
        }
        auto cache = TokenCache::build(*dataset_, *template_, *tokenizer_, *rules, stop);
        if (!cache) {
            return notBuilt(cache.problem(), stop);
        }
        cache_ = std::move(*cache);
        if (itemTemplate_) {
            auto item = TokenCache::build(*dataset_, *itemTemplate_, *tokenizer_, *rules, stop);
            if (!item) {
                return notBuilt(item.problem(), stop);
            }
            itemCache_ = std::move(*item);
        }
        for (const auto& sentences : {&cache_, &itemCache_}) {
            if (!sentences->has_value()) {
                continue;
            }
            if (auto known = checkSentences(**sentences, *config_, *dataset_, stop);
                !known || !*known) {
                return known;
            }
        }
    }
    batcher_.emplace(*dataset_, cache(), spec.text.padding == TextPadding::Max,
                     at::Device(device_.device), itemCache_ ? &*itemCache_ : nullptr,
                     historyPlan(spec, *dataset_));
    return true;
}

std::string RunInputs::templateText() const {
    std::string text = template_ ? template_->text() : "";
    return itemTemplate_ ? text + "\n" + itemTemplate_->text() : text;
}

ModelSizes RunInputs::sizes() const {
    return modelSizes(*dataset_);
}

ModelSizes modelSizes(const Dataset& dataset) {
    ModelSizes sizes;
    sizes.fields = static_cast<std::int64_t>(dataset.idFields().size());
    sizes.ids = dataset.idCount();
    sizes.trainingCounts = dataset.trainingCounts();
    sizes.lists = idListsOf(dataset);
    sizes.idFields = idFieldsOf(dataset);
    return sizes;
}

std::vector<std::int64_t> historyColumns(const RunSpec& spec, const Dataset& dataset) {
    return readsIds(spec) ? historyFields(spec.id.backbone, backboneShape(spec, dataset))
                          : std::vector<std::int64_t>();
}

std::optional<HistoryPlan> historyPlan(const RunSpec& spec, const Dataset& dataset) {
    auto fields = historyColumns(spec, dataset);
    if (fields.empty()) {
        return std::nullopt;
    }
    return HistoryPlan{ClickHistory(dataset, dataset.findField(spec.id.historyBy)),
                       std::move(fields), spec.id.historyLength};
}

} // namespace flip

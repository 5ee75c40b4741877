#pragma once

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/device/devices.h"
#include "core/model/flip_model.h"
#include "core/model/plm/text_config.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"
#include "core/text/token_cache.h"
#include "core/text/tokenizer/tokenizer.h"
#include "core/train/batcher.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace flip {

/// What a run reads: the dataset and, where words take part, the model folder, its tokenizer and
/// the cached sentences. Members refer to each other; neither copied nor moved.
class RunInputs {
public:
    /// Checks everything that a person could have got wrong; reads no weights and no sentences.
    static Result<std::unique_ptr<RunInputs>> open(const RunSpec& spec, const Workspace& workspace);

    /// Tokenizes the values and makes the batcher; false where it was stopped.
    Result<bool> prepare(const RunSpec& spec, const std::stop_token& stop);

    const ChosenDevice& device() const { return device_; }
    const Dataset& dataset() const { return *dataset_; }
    const Batcher& batcher() const { return *batcher_; }
    const TokenCache* cache() const { return cache_ ? &*cache_ : nullptr; }
    bool readsText() const { return config_.has_value(); }
    const std::optional<TextConfig>& config() const { return config_; }
    const std::filesystem::path& modelFolder() const { return modelFolder_; }
    const Tokenizer& tokenizer() const { return *tokenizer_; }         // where text is read
    std::string sentenceTemplate() const { return template_->text(); } // where text is read
    std::string templateText() const; // of both towers where there are two; empty without text
    ModelSizes sizes() const;

private:
    RunInputs() = default;
    Result<void> openText(const RunSpec& spec, const Workspace& workspace);

    ChosenDevice device_;
    std::optional<Dataset> dataset_;
    std::filesystem::path modelFolder_;
    std::optional<TextConfig> config_;
    std::unique_ptr<Tokenizer> tokenizer_;
    std::optional<TextTemplate> template_;
    std::optional<TextTemplate> itemTemplate_; // of a second tower
    std::optional<TokenCache> cache_;
    std::optional<TokenCache> itemCache_;
    std::optional<Batcher> batcher_;
};

/// Whether a spec's run reads sentences at all, and ids.
bool readsText(const RunSpec& spec);
bool readsIds(const RunSpec& spec);

/// What a dataset tells a model about its sizes.
ModelSizes modelSizes(const Dataset& dataset);

/// The columns, among the id fields, of an item of the history that the recipe's backbone reads;
/// nothing where it reads none.
std::vector<std::int64_t> historyColumns(const RunSpec& spec, const Dataset& dataset);

/// The history that the recipe's backbone reads, if it reads one.
std::optional<HistoryPlan> historyPlan(const RunSpec& spec, const Dataset& dataset);

/// Whether the model has a vector for every token of the sentences; false where it was stopped.
Result<bool> checkSentences(const TokenCache& cache, const TextConfig& config,
                            const Dataset& dataset, const std::stop_token& stop);

} // namespace flip

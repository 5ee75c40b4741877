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

/// What a run reads: the dataset and, if it reads text, the model folder, its tokenizer and the
/// cached sentences. Members refer to each other, so it is neither copied nor moved.
class RunInputs {
public:
    /// Checks everything that the user may have got wrong; reads no weights and no sentences.
    static Result<std::unique_ptr<RunInputs>> open(const RunSpec& spec, const Workspace& workspace);

    /// Tokenizes the values and creates the batcher; false if it was stopped.
    Result<bool> prepare(const RunSpec& spec, const std::stop_token& stop);

    const ChosenDevice& device() const { return device_; }
    const Dataset& dataset() const { return *dataset_; }
    const Batcher& batcher() const { return *batcher_; }
    const TokenCache* cache() const { return cache_ ? &*cache_ : nullptr; }
    bool readsText() const { return config_.has_value(); }
    const std::optional<TextConfig>& config() const { return config_; }
    const std::filesystem::path& modelFolder() const { return modelFolder_; }
    const Tokenizer& tokenizer() const { return *tokenizer_; }         // if text is read
    std::string sentenceTemplate() const { return template_->text(); } // if text is read
    std::string templateText() const; // of both towers if there are two; empty without text
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

/// Whether a run of this recipe reads text, and whether it reads ids.
bool readsText(const RunSpec& spec);
bool readsIds(const RunSpec& spec);

/// The model sizes that follow from a dataset.
ModelSizes modelSizes(const Dataset& dataset);

/// The indices, among the id fields, of the fields of a history item that the recipe's backbone
/// reads; empty if it reads no history.
std::vector<std::int64_t> historyColumns(const RunSpec& spec, const Dataset& dataset);

/// The history that the recipe's backbone reads, if it reads one.
std::optional<HistoryPlan> historyPlan(const RunSpec& spec, const Dataset& dataset);

/// Checks that the model has a vector for every token of the sentences; false if it was stopped.
Result<bool> checkSentences(const TokenCache& cache, const TextConfig& config,
                            const Dataset& dataset, const std::stop_token& stop);

} // namespace flip

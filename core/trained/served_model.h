#pragma once

#include "core/base/result.h"
#include "core/data/import/click_log.h"
#include "core/data/import/vocabulary.h"
#include "core/model/flip_model.h"
#include "core/model/plm/text_config.h"
#include "core/spec/run_spec.h"
#include "core/store/workspace.h"
#include "core/text/tokenizer/tokenizer.h"
#include "core/trained/trained_model.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flip {

/// A click model with all that it needs to read rows that are not in the dataset: recipe with its
/// templates, vocabulary, tokenizer, schema, and the clicks of the training rows if its backbone
/// reads a history. Opened from a run, or from the bundle of one.
class ServedModel {
public:
    /// From a run's checkpoint, "" meaning the final weights.
    static Result<std::unique_ptr<ServedModel>>
    ofRun(const std::string& run, const std::string& checkpoint, const Workspace& workspace);

    /// From a folder that writeBundle() (bundle.h) wrote; every file is checked against its hash.
    static Result<std::unique_ptr<ServedModel>> ofBundle(const std::filesystem::path& folder);

    const RunSpec& spec() const { return spec_; }
    const Vocabulary& vocabulary() const { return vocabulary_; }
    const std::string& schema() const { return schema_; } // the text of the import's schema file
    const ClickLog* clicks() const { return clicks_ ? &*clicks_ : nullptr; }
    std::string timeColumn() const; // of a flat table of rows; empty if no time is read
    const std::optional<TextConfig>& config() const { return config_; }
    const Tokenizer& tokenizer() const { return *tokenizer_; } // if text is read
    FinetuneModel& model() const { return *model_; }
    const TrainedModel* trained() const { return trained_.get(); } // null for a bundle

    /// Which fields the model reads, in its templates, as ids or for its history. [fields]
    Result<std::vector<bool>> fieldsRead() const;

private:
    ServedModel() = default;

    RunSpec spec_;
    Vocabulary vocabulary_;
    std::string schema_;
    std::optional<ClickLog> clicks_;
    std::optional<TextConfig> config_;
    const Tokenizer* tokenizer_ = nullptr;
    FinetuneModel* model_ = nullptr;

    // The owner of tokenizer and model: a run ...
    std::unique_ptr<TrainedModel> trained_;
    // ... or what was read from a bundle.
    std::unique_ptr<Tokenizer> ownTokenizer_;
    std::unique_ptr<FinetuneModel> ownModel_;
};

/// The fields of a history item that the recipe's backbone reads; empty if it reads no history.
std::vector<int> itemFieldsOf(const RunSpec& spec, const Dataset& dataset);

/// A dataset with the vocabulary's fields and no rows: enough to parse templates and create a
/// model.
Dataset withoutRows(const Vocabulary& vocabulary);

} // namespace flip

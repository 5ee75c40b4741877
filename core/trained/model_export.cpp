#include "core/trained/model_export.h"

#include "core/base/files.h"
#include "core/base/work_folder.h"
#include "core/formats/safetensors.h"
#include "core/model/plm/text_config.h"
#include "core/model/plm/text_parameters.h"
#include "core/store/checkpoint_files.h"
#include "core/store/run_store.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>
#include <utility>

namespace flip {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kTextPrefix = "text.";

/// What the layout calls a tokenizer's files.
constexpr std::array<const char*, 10> kTokenizerFiles{"tokenizer.json",
                                                      "tokenizer_config.json",
                                                      "special_tokens_map.json",
                                                      "added_tokens.json",
                                                      "vocab.txt",
                                                      "vocab.json",
                                                      "merges.txt",
                                                      "spiece.model",
                                                      "tokenizer.model",
                                                      "sentencepiece.bpe.model"};

/// The class of `transformers` that is the bare encoder.
const char* encoderClass(const TextConfig& config) {
    switch (config.family) {
    case TextConfig::Family::Bert:
        return "BertModel";
    case TextConfig::Family::Roberta:
        return config.type == "xlm-roberta" ? "XLMRobertaModel" : "RobertaModel";
    case TextConfig::Family::DistilBert:
        return "DistilBertModel";
    case TextConfig::Family::Electra:
        return "ElectraModel";
    }
    return "";
}

/// The model's own config.json with what is different now.
Result<std::string> configText(const fs::path& model, const TextConfig& config) {
    const auto text = readFile(model / "config.json");
    if (!text) {
        return text.problem();
    }
    Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    json["model_type"] = config.type;
    json["architectures"] = Json::array({encoderClass(config)});
    json[config.family == TextConfig::Family::DistilBert ? "n_layers" : "num_hidden_layers"] =
        config.layers;
    for (const char* key : {"dtype", "torch_dtype"}) {
        if (json.contains(key)) {
            json[key] = "float32";
        }
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// A new folder beside the one to be, which takes its place when it is complete. What a killed
/// export to the same place has left goes.
class FolderInTheMaking {
public:
    static Result<FolderInTheMaking> beside(const fs::path& target) {
        auto work =
            WorkFolder::make(target.parent_path(), "." + target.filename().string() + ".export-");
        if (!work) {
            Problem problem = work.problem();
            problem.what += "; name another folder with --out";
            problem.where = target.string();
            return problem;
        }
        FolderInTheMaking folder(std::move(*work), target);
        if (auto made = makeFolder(folder.path()); !made) {
            return made.problem();
        }
        return folder;
    }

    fs::path path() const { return work_.path() / "model"; }

    Result<void> complete() {
        if (auto flushed = flushToDisk(path()); !flushed) {
            return flushed;
        }
        std::error_code error;
        fs::rename(path(), target_, error); // an empty folder there is replaced
        if (error) {
            return Problem{"cannot be put in its place: " + error.message(), target_.string()};
        }
        return flushToDisk(target_.parent_path());
    }

private:
    FolderInTheMaking(WorkFolder work, fs::path target)
        : work_(std::move(work)), target_(std::move(target)) {}

    WorkFolder work_;
    fs::path target_;
};

/// The folder to be, whole and without a slash at its end; it must not hold anything.
Result<fs::path> freePlace(const fs::path& out) {
    std::error_code error;
    fs::path target = fs::weakly_canonical(fs::absolute(out, error), error);
    if (error || out.empty()) {
        return Problem{"is no folder that can be made; name another with --out", out.string()};
    }
    if (!target.has_filename()) {
        target = target.parent_path();
    }
    if (fs::exists(target, error) &&
        (!fs::is_directory(target, error) || !fs::is_empty(target, error))) {
        return Problem{"is there already; name a new or an empty folder with --out", out.string()};
    }
    return target;
}

/// The weights that a run ended with, or those of its pretraining where finetuning left the words
/// out.
Result<SafetensorsFile> textWeightsOf(const std::string& run, const Workspace& workspace) {
    for (const char* name : {kFinalWeights, kPretrainedWeights}) {
        const fs::path path = workspace.checkpoints(run) / name;
        std::error_code ignored;
        if (!fs::exists(path, ignored)) {
            continue;
        }
        auto file = SafetensorsFile::open(path);
        if (!file) {
            return file.problem();
        }
        if (auto sound = file->verify(); !sound) {
            return sound.problem();
        }
        if (std::any_of(file->tensors().begin(), file->tensors().end(),
                        [](const auto& entry) { return entry.first.starts_with(kTextPrefix); })) {
            return file;
        }
    }
    return Problem{"trained no text encoder; export a run that reads text", run};
}

} // namespace

Result<ModelExport> exportModel(const std::string& run, const Workspace& workspace,
                                const fs::path& out) {
    const auto target = freePlace(out);
    if (!target) {
        return target.problem();
    }
    auto store = RunStore::open(workspace);
    if (!store) {
        return store.problem();
    }
    const auto summary = store->find(run);
    if (!summary) {
        return summary.problem();
    }
    if (summary->status != RunStatus::Finished) {
        return Problem{"has not finished, it is " + std::string(wordOf(summary->status)) +
                           "; let it finish, or go on with 'flip run --resume'",
                       run};
    }
    const auto weights = textWeightsOf(run, workspace);
    if (!weights) {
        return weights.problem();
    }
    const auto model = workspace.findModel(summary->spec.plm.path);
    if (!model) {
        return model.problem();
    }
    auto config = readTextConfig(*model);
    if (!config) {
        return config.problem();
    }
    if (summary->spec.plm.layers > 0) {
        config->layers = summary->spec.plm.layers;
    }

    ModelExport report{weights->path(), config->layers, 0};
    std::map<std::string, TensorView> tensors;
    for (const TextParameter& parameter : textParameters(*config)) {
        const TensorView* view = weights->find(std::string(kTextPrefix) + parameter.name);
        if (view == nullptr || view->shape != parameter.shape) {
            return Problem{"is another model than the run began with: the run's '" +
                               parameter.name + "' does not fit it; put the old folder back",
                           model->string()};
        }
        tensors[parameter.name] = *view;
        report.parameters += view->count();
    }

    auto folder = FolderInTheMaking::beside(*target);
    if (!folder) {
        return folder.problem();
    }
    const auto written = configText(*model, *config);
    if (!written) {
        return written.problem();
    }
    if (auto done = writeFileAtomically(folder->path() / "config.json", *written); !done) {
        return done.problem();
    }
    for (const char* name : kTokenizerFiles) {
        std::error_code ignored;
        if (!fs::exists(*model / name, ignored)) {
            continue;
        }
        const auto content = readFile(*model / name);
        if (!content) {
            return content.problem();
        }
        if (auto done = writeFileAtomically(folder->path() / name, *content); !done) {
            return done.problem();
        }
    }
    // `transformers` opens only files that say what framework's order the tensors have.
    if (auto done = writeSafetensors(folder->path() / "model.safetensors", tensors,
                                     {{"format", "pt"}, {"flip.run", run}});
        !done) {
        return done.problem();
    }
    if (auto done = folder->complete(); !done) {
        return done.problem();
    }
    return report;
}

} // namespace flip

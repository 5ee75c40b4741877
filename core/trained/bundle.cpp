#include "core/trained/bundle.h"

#include "core/base/files.h"
#include "core/base/hashing.h"
#include "core/base/version.h"
#include "core/formats/safetensors.h"
#include "core/model/plm/model_folder.h"
#include "core/spec/stored_recipe.h"
#include "core/trained/language_model_files.h"
#include "core/trained/new_folder.h"
#include "core/trained/served_model.h"
#include "core/trained/stored_weights.h"

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include <algorithm>
#include <map>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace flip {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kBundleFormat = 1;

// The files of a bundle; only some bundles have the last two.
constexpr const char* kBundleFile = "bundle.json";
constexpr const char* kRecipeFile = "recipe.toml";
constexpr const char* kSchemaFile = "schema.toml";
constexpr const char* kVocabularyFile = "vocabulary.json";
constexpr const char* kWeightsFile = "weights.safetensors";
constexpr const char* kClicksFile = "clicks.jsonl";
constexpr const char* kLanguageModel = "language_model";

/// The files below a folder, relative, sorted.
Result<std::vector<std::string>> filesIn(const fs::path& folder) {
    std::vector<std::string> files;
    std::error_code error;
    fs::recursive_directory_iterator entries(folder, error);
    for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
        if (!entries->is_directory(error)) {
            files.push_back(fs::relative(entries->path(), folder, error).string());
        }
    }
    if (error) {
        return Problem{"cannot be read: " + error.message(), folder.string()};
    }
    std::ranges::sort(files);
    return files;
}

Problem damaged(const fs::path& file, const std::string& how) {
    return {how + "; export the bundle again", file.string()};
}

/// Checks every file that bundle.json names against its hash.
Result<void> checkBundle(const fs::path& folder) {
    const fs::path file = folder / kBundleFile;
    std::error_code ignored;
    if (!fs::exists(file, ignored)) {
        return Problem{"is not a bundle, since it has no bundle.json; 'flip models export RUN "
                       "--bundle DIR' writes one",
                       folder.string()};
    }
    const auto text = readFile(file);
    if (!text) {
        return text.problem();
    }
    const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer()) {
        return damaged(file, "is damaged");
    }
    if (json["format"].get<std::int64_t>() > kBundleFormat) {
        return Problem{"was written by a newer version of FLIP Workbench; use that one",
                       file.string()};
    }
    const auto hashes = json.find("hashes");
    if (hashes == json.end() || !hashes->is_object() || !hashes->contains(kWeightsFile) ||
        !hashes->contains(kVocabularyFile) || !hashes->contains(kRecipeFile)) {
        return damaged(file, "is damaged");
    }
    for (const auto& [name, hash] : hashes->items()) {
        if (!hash.is_string() || fs::path(name).is_absolute() ||
            name.find("..") != std::string::npos) {
            return damaged(file, "is damaged");
        }
        const auto found = fileHash(folder / name);
        if (!found) {
            return found.problem();
        }
        if (*found != hash.get_ref<const std::string&>()) {
            return damaged(folder / name, "does not match its hash");
        }
    }
    return {};
}

} // namespace

Result<std::unique_ptr<ServedModel>> ServedModel::ofBundle(const fs::path& folder) {
    if (auto sound = checkBundle(folder); !sound) {
        return sound.problem();
    }
    const auto recipe = readFile(folder / kRecipeFile);
    const auto schema = readFile(folder / kSchemaFile);
    const auto words = readFile(folder / kVocabularyFile);
    for (const auto* text : {&recipe, &schema, &words}) {
        if (!*text) {
            return text->problem();
        }
    }
    auto spec = readStoredRecipe(*recipe, (folder / kRecipeFile).string());
    if (!spec) {
        return spec.problem();
    }
    auto vocabulary = Vocabulary::fromJson(*words, (folder / kVocabularyFile).string());
    if (!vocabulary) {
        return vocabulary.problem();
    }
    std::unique_ptr<ServedModel> served(new ServedModel());
    served->spec_ = std::move(*spec);
    served->vocabulary_ = std::move(*vocabulary);
    served->schema_ = *schema;
    const Dataset fields = withoutRows(served->vocabulary_);
    if (!itemFieldsOf(served->spec_, fields).empty()) {
        const auto text = readFile(folder / kClicksFile);
        if (!text) {
            return text.problem();
        }
        auto clicks = ClickLog::fromText(*text, fields.fields(), (folder / kClicksFile).string());
        if (!clicks) {
            return clicks.problem();
        }
        served->clicks_ = std::move(*clicks);
    }
    if (readsText(served->spec_)) {
        auto config = readTextConfig(folder / kLanguageModel);
        if (!config) {
            return config.problem();
        }
        auto tokenizer = openTokenizer(folder / kLanguageModel);
        if (!tokenizer) {
            return tokenizer.problem();
        }
        served->config_ = std::move(*config);
        served->ownTokenizer_ = std::move(*tokenizer);
        served->tokenizer_ = served->ownTokenizer_.get();
    }
    const auto device = chooseDevice("auto");
    if (!device) {
        return device.problem();
    }
    ModelSizes sizes = modelSizes(fields);
    sizes.trainingCounts = served->vocabulary_.trainingCounts();
    auto model =
        FinetuneModel::make(served->spec_, sizes, served->config_, at::Device(device->device));
    if (!model) {
        return model.problem();
    }
    const auto weights = openStoredWeights(folder / kWeightsFile);
    if (!weights) {
        return weights.problem();
    }
    if (auto filled = (*model)->parameters.fill(*weights, "", {""}); !filled) {
        return filled.problem();
    }
    served->ownModel_ = std::move(*model);
    served->model_ = served->ownModel_.get();
    return served;
}

Result<std::uintmax_t> writeBundle(const std::string& run, const std::string& checkpoint,
                                   const Workspace& workspace, const fs::path& out) {
    auto folder = NewFolder::at(out, "--bundle");
    if (!folder) {
        return folder.problem();
    }
    const auto served = ServedModel::ofRun(run, checkpoint, workspace);
    if (!served) {
        return served.problem();
    }
    const TrainedModel& trained = *(*served)->trained();
    const RunInputs& inputs = trained.inputs();
    RunSpec spec = (*served)->spec();
    if (inputs.readsText()) {
        spec.text.templateText = inputs.sentenceTemplate(); // also if it was the default one
    }
    const fs::path into = folder->path();
    std::map<std::string, std::string> texts{
        {kRecipeFile, storedRecipe(spec)},
        {kSchemaFile, (*served)->schema()},
        {kVocabularyFile, (*served)->vocabulary().toJson()},
    };
    if (const ClickLog* clicks = (*served)->clicks()) {
        texts[kClicksFile] = clicks->toText(inputs.dataset().fields());
    }
    for (const auto& [name, text] : texts) {
        if (auto done = writeFileAtomically(into / name, text); !done) {
            return done.problem();
        }
    }
    if (inputs.readsText()) {
        TextConfig config = *inputs.config();
        if (spec.plm.layers > 0) {
            config.layers = spec.plm.layers;
        }
        if (auto made = makeFolder(into / kLanguageModel); !made) {
            return made.problem();
        }
        if (auto done = copyLanguageModel(inputs.modelFolder(), config, into / kLanguageModel);
            !done) {
            return done.problem();
        }
    }
    std::map<std::string, TensorView> tensors;
    for (const Parameters::Entry& entry : (*served)->model().parameters.entries()) {
        tensors[entry.name] = *trained.weights().find(entry.name);
    }
    if (auto done = writeSafetensors(into / kWeightsFile, tensors, {{"flip.run", run}}); !done) {
        return done.problem();
    }
    const auto files = filesIn(into);
    if (!files) {
        return files.problem();
    }
    Json hashes = Json::object();
    std::uintmax_t bytes = 0;
    for (const std::string& name : *files) {
        const auto hash = fileHash(into / name);
        if (!hash) {
            return hash.problem();
        }
        hashes[name] = *hash;
        std::error_code ignored;
        bytes += fs::file_size(into / name, ignored);
    }
    const Json json{{"format", kBundleFormat},
                    {"program", programText()},
                    {"run", run},
                    {"checkpoint", trained.checkpoint().name},
                    {"dataset", trained.run().dataset},
                    {"dataset_hash", trained.run().datasetHash},
                    {"template", spec.text.templateText},
                    {"item_template", spec.text.itemTemplate},
                    {"hashes", hashes}};
    const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    if (auto done = writeFileAtomically(into / kBundleFile, text); !done) {
        return done.problem();
    }
    if (auto done = folder->complete(); !done) {
        return done.problem();
    }
    return bytes + text.size();
}

} // namespace flip

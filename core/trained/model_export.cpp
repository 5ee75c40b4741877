#include "core/trained/model_export.h"

#include "core/formats/safetensors.h"
#include "core/model/plm/text_parameters.h"
#include "core/trained/language_model_files.h"
#include "core/trained/new_folder.h"
#include "core/trained/trained_text.h"

#include <map>

namespace flip {

namespace fs = std::filesystem;

Result<ModelExport> exportModel(const std::string& run, const std::string& checkpoint,
                                const Workspace& workspace, const fs::path& out) {
    auto folder = NewFolder::at(out, "--out");
    if (!folder) {
        return folder.problem();
    }
    const auto trained = openTrainedText(run, checkpoint, workspace);
    if (!trained) {
        return trained.problem();
    }
    const TextConfig& config = trained->config;
    ModelExport report{trained->weights.path(), config.layers, 0};
    std::map<std::string, TensorView> tensors;
    for (const TextParameter& parameter : textParameters(config)) {
        const TensorView& view = *trained->weights.find(TrainedText::kPrefix + parameter.name);
        tensors[parameter.name] = view;
        report.parameters += view.count();
    }

    if (auto copied = copyLanguageModel(trained->folder, config, folder->path()); !copied) {
        return copied.problem();
    }
    // `transformers` opens only files whose metadata states the framework that the tensors are for.
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

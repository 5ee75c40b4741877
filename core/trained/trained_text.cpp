#include "core/trained/trained_text.h"

#include "core/model/plm/text_parameters.h"
#include "core/store/checkpoint_files.h"
#include "core/store/run_store.h"
#include "core/trained/stored_weights.h"

#include <optional>
#include <utility>
#include <vector>

namespace flip {

namespace {

Result<SafetensorsFile> textWeightsOf(const RunSummary& run, const std::string& checkpoint,
                                      const Workspace& workspace) {
    std::vector<std::string> names{checkpoint};
    if (checkpoint.empty() && run.kind == RunKind::Flip) {
        names.emplace_back("pretrained");
    }
    for (const std::string& name : names) {
        const auto found = findCheckpoint(run, name, workspace);
        if (!found) {
            return found.problem();
        }
        auto weights = openStoredWeights(found->file);
        if (!weights || holdsPart(*weights, TrainedText::kPrefix)) {
            return weights;
        }
    }
    return Problem{"trained no text encoder; name a run that reads text", run.name};
}

} // namespace

Result<TrainedText> openTrainedText(const std::string& run, const std::string& checkpoint,
                                    const Workspace& workspace) {
    auto summary = findRun(run, workspace);
    if (!summary) {
        return summary.problem();
    }
    if (checkpoint.empty() &&
        (summary->status == RunStatus::Running || canResume(summary->status))) {
        return Problem{"has not finished, it is " + std::string(wordOf(summary->status)) +
                           "; let it finish, or resume it with 'flip run --resume'",
                       run};
    }
    auto weights = textWeightsOf(*summary, checkpoint, workspace);
    if (!weights) {
        return weights.problem();
    }
    const auto folder = workspace.findModel(summary->spec.plm.path);
    if (!folder) {
        return folder.problem();
    }
    auto config = readTextConfig(*folder);
    if (!config) {
        return config.problem();
    }
    if (summary->spec.plm.layers > 0) {
        config->layers = summary->spec.plm.layers;
    }
    for (const TextParameter& parameter : textParameters(*config)) {
        const TensorView* view = weights->find(TrainedText::kPrefix + parameter.name);
        if (view == nullptr || view->shape != parameter.shape) {
            return Problem{"is another model than the run began with: the run's '" +
                               parameter.name + "' does not fit it; put the old folder back",
                           folder->string()};
        }
    }
    return TrainedText{std::move(summary->spec), *folder, std::move(*config), std::move(*weights)};
}

} // namespace flip

#include "core/run/preflight.h"

#include "core/store/checkpoint_files.h"
#include "core/store/run_store.h"
#include "core/trained/run_inputs.h"

#include <filesystem>
#include <string>
#include <system_error>

namespace flip {

namespace {

/// Whether the run that this one starts from exists, has final weights, and read the same rows and,
/// if text is read, the same tokens.
Result<void> checkParent(const RunSpec& spec, const Workspace& workspace, const RunInputs& inputs) {
    const Dataset& dataset = inputs.dataset();
    const std::string& name = spec.finetune.from;
    if (spec.kind != RunKind::Finetune) {
        return Problem{"has no effect in a run that pretrains itself; set kind = \"finetune\"",
                       "finetune.from"};
    }
    auto store = RunStore::open(workspace);
    if (!store) {
        return store.problem();
    }
    const auto parent = store->lookUp(name);
    if (!parent) {
        return parent.problem();
    }
    if (!parent->has_value()) {
        return Problem{"no run is named '" + name + "'; see 'flip runs list' for a list",
                       "finetune.from"};
    }
    // The training rows number the ids, and rows that the parent trained on must not be tested on.
    if ((*parent)->datasetHash != dataset.hash()) {
        return Problem{"the run '" + name + "' was trained on another dataset or split ('" +
                           (*parent)->dataset + "' as it was then); start from a run on '" +
                           dataset.name() + "' as it is now",
                       "finetune.from"};
    }
    std::error_code ignored;
    if (!std::filesystem::exists(workspace.checkpoints(name) / kFinalWeights, ignored)) {
        return Problem{"the run '" + name +
                           "' has no weights, since it did not finish; resume it first",
                       "finetune.from"};
    }
    const auto started = store->startOf(name);
    if (!started) {
        return started.problem();
    }
    const std::string& tokens = *started ? (*started)->identity.tokenizer : std::string();
    if (inputs.readsText() && !tokens.empty() && tokens != inputs.tokenizer().hash()) {
        return Problem{
            "the run '" + name + "' was trained with another tokenizer than '" + spec.plm.path +
                "' has now; name its language model with plm.path, or restore its tokenizer",
            "finetune.from"};
    }
    return {};
}

} // namespace

Result<void> preflight(const RunSpec& spec, const Workspace& workspace) {
    const auto inputs = RunInputs::open(spec, workspace);
    if (!inputs) {
        return inputs.problem();
    }
    return spec.finetune.from.empty() ? Result<void>() : checkParent(spec, workspace, **inputs);
}

} // namespace flip

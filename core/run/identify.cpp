#include "core/run/identify.h"

#include "core/base/hashing.h"
#include "core/base/version.h"
#include "core/device/devices.h"
#include "core/device/machine.h"
#include "core/model/plm/weights_hash.h"
#include "core/store/checkpoint_files.h"
#include "core/trained/run_inputs.h"

namespace flip {

Result<RunIdentity> inputIdentity(const RunSpec& spec, const RunInputs& inputs,
                                  const Workspace& workspace) {
    RunIdentity identity;
    identity.dataset = inputs.dataset().hash();
    identity.split = inputs.dataset().splitHash();
    if (inputs.readsText()) {
        identity.sentences = contentHash(inputs.templateText());
        identity.tokenizer = inputs.tokenizer().hash();
        auto model = languageModelHash(inputs.modelFolder());
        if (!model) {
            return model.problem();
        }
        identity.languageModel = std::move(*model);
    }
    if (spec.kind == RunKind::Finetune && !spec.finetune.from.empty()) {
        auto parent = fileHash(workspace.checkpoints(spec.finetune.from) / kFinalWeights);
        if (!parent) {
            return parent.problem();
        }
        identity.parent = std::move(*parent);
    }
    return identity;
}

Result<RunIdentity> inputIdentity(const RunSpec& spec, const Workspace& workspace) {
    const auto inputs = RunInputs::open(spec, workspace);
    return inputs ? inputIdentity(spec, **inputs, workspace) : inputs.problem();
}

Result<RunIdentity> runIdentity(const RunSpec& spec, const RunInputs& inputs,
                                const Workspace& workspace) {
    auto identity = inputIdentity(spec, inputs, workspace);
    if (!identity) {
        return identity;
    }
    identity->program = programText();
    identity->libTorch = libTorchText();
    identity->processor = processorName();
    identity->features = processorFeatures();
    identity->device = inputs.device().device;
    identity->deviceName = inputs.device().name;
    identity->threads = useThreads(spec.threads);
    const std::string products = chooseMatrixProducts();
    identity->numberFormat =
        identity->device == "cpu" ? products : "float32 matrix products: 32 bits on the device";
    return identity;
}

} // namespace flip

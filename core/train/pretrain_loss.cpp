#include "core/train/pretrain_loss.h"

#include <torch/types.h>

namespace flip {

namespace {

at::Tensor fieldLoss(const PretrainModel& model, const at::Tensor& text, const Batch& batch,
                     const Masks& masks, const PretrainChoices& choices, const ForwardMode& mode) {
    const MaskedFeatureHead& head = *model.maskedFeatureHead;
    const at::Tensor features = model.backbone->features(masks.maskedIds, mode); // [rows, R]
    const at::Tensor attention =
        head.attention(features, text, batch.layout, choices.attendPadding);
    const at::Tensor context = head.context(attention, text, batch.layout); // [rows, H]
    return head.loss(head.recover(features, context, masks.columns),
                     model.idRows->rowsOf(masks.targets), model.idRows->rowsOf(masks.noise));
}

at::Tensor tokenLoss(const PretrainModel& model, const at::Tensor& cleanFeatures,
                     const Batch& batch, const Masks& masks, const PretrainChoices& choices,
                     const ForwardMode& mode) {
    if (masks.labelled.tokens.size(0) == 0) {
        return at::zeros({}, cleanFeatures.options().requires_grad(false));
    }
    const MaskedTokenHead& head = *model.maskedTokenHead;
    if (choices.headOnEveryToken) {
        const at::Tensor text = model.text->hidden(masks.maskedTokenIds, batch.layout, mode);
        const at::Tensor scores =
            head(text, cleanFeatures.index_select(0, batch.layout.row), mode); // [tokens, V]
        const at::Tensor truth = at::full_like(batch.tokenIds, -100)
                                     .index_copy(0, masks.labelled.tokens, masks.labelledTargets);
        return at::cross_entropy_loss(scores, truth, {}, at::Reduction::Mean,
                                      /*ignore_index=*/-100);
    }
    const at::Tensor text =
        model.text->hidden(masks.maskedTokenIds, batch.layout, mode, &masks.labelled);
    const at::Tensor rows = batch.layout.row.index_select(0, masks.labelled.tokens);
    return at::cross_entropy_loss(head(text, cleanFeatures.index_select(0, rows), mode),
                                  masks.labelledTargets);
}

} // namespace

PretrainChoices pretrainChoices(const RunSpec& spec) {
    PretrainChoices choices;
    choices.separateCleanPasses = spec.pretrain.cleanPass == CleanPass::Separate;
    choices.attendPadding = spec.pretrain.fieldAttention == FieldAttention::Padded;
    choices.headOnEveryToken = spec.pretrain.tokenHead == TokenHead::All;
    return choices;
}

PretrainLosses pretrainLosses(const PretrainModel& model, const Batch& batch, const Masks& masks,
                              const PretrainChoices& choices, const ForwardMode& mode) {
    PretrainLosses losses;
    const at::Tensor features = model.backbone->features(batch.ids, mode); // [rows, R]
    const auto add = [&](const at::Tensor& loss) {
        losses.total = losses.total.defined() ? losses.total + loss : loss;
    };

    at::Tensor clean; // [tokens, H]; the contrastive loss alone needs only sentence vectors
    if (model.maskedFeatureHead) {
        clean = model.text->hidden(batch.tokenIds, batch.layout, mode);
    }
    if (model.projectIds) {
        const bool shared = clean.defined() && !choices.separateCleanPasses;
        const at::Tensor sentence = shared
                                        ? model.text->sentenceOf(clean, batch.layout)
                                        : model.text->sentence(batch.tokenIds, batch.layout, mode);
        losses.contrast = model.contrast((*model.projectIds)(features, mode),
                                         (*model.projectText)(sentence, mode));
        add(losses.contrast);
    }
    if (model.maskedFeatureHead) {
        losses.fields = fieldLoss(model, clean, batch, masks, choices, mode);
        add(losses.fields);
    }
    if (model.maskedTokenHead) {
        losses.tokens = tokenLoss(model, features, batch, masks, choices, mode);
        add(losses.tokens);
    }
    return losses;
}

} // namespace flip

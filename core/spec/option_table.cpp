#include "core/spec/id_options.h"
#include "core/spec/option_row.h"
#include "core/spec/options.h"

namespace flip {

namespace {

using Data = RunSpec::Data;
using Text = RunSpec::Text;
using Plm = RunSpec::Plm;
using Pretrain = RunSpec::Pretrain;
using Finetune = RunSpec::Finetune;
using Group = OptionGroup;

constexpr double kLargestSeed = 9007199254740991.0; // 2^53 - 1: exact in JSON too
constexpr double kManyRows = 1e6;
constexpr double kManySteps = 1e9;
constexpr double kWide = 4096;

void addRun(std::vector<Option>& table) {
    table.push_back(
        row<&RunSpec::kind>(Group::Run, "kind", "Kind", RunKind::Flip,
                            "What the run does: pretrain aligns ids with text, finetune trains a "
                            "click model, flip pretrains and then finetunes."));
    table.push_back(
        row<&RunSpec::seed>(Group::Run, "seed", "Seed", 1,
                            "Seed of all random numbers: row order, masks, noise ids, dropout and "
                            "initial weights. The same seed gives the same run.")
            .from(0, kLargestSeed));
    table.push_back(row<&RunSpec::device>(Group::Run, "device", "Device", "auto",
                                          "Device that the run computes on: cpu, cuda, cuda:N for "
                                          "GPU number N, or auto for a GPU if there is one.")
                        .outsideRecipe());
    table.push_back(row<&RunSpec::recipe>(
        Group::Run, "recipe", "Recipe", RecipeKind::Default,
        "Defaults of the options that are not set: default computes the same losses without "
        "redundant work, published repeats the published computation exactly."));
    table.push_back(row<&RunSpec::threads>(Group::Run, "threads", "Threads", 0,
                                           "CPU threads of the run; 0 uses all cores.")
                        .in("threads")
                        .from(0, 1024)
                        .outsideRecipe()
                        .advanced());
    table.push_back(
        row<&RunSpec::checkpoints>(Group::Run, "checkpoints", "Weights to keep", KeptWeights::Best,
                                   "best keeps the weights of each stage's best epoch. last also "
                                   "keeps those of the last epoch, each-epoch those of every "
                                   "epoch; each of them takes as much disk space as the best.")
            .outsideRecipe()
            .advanced());
}

void addDataAndText(std::vector<Option>& table) {
    table.push_back(
        row<&RunSpec::data, &Data::dataset>(Group::Data, "data.dataset", "Dataset", "",
                                            "The imported dataset that the run reads. Required."));

    table.push_back(row<&RunSpec::text, &Text::templateText>(
        Group::Text, "text.template", "Template", "",
        "The sentence written for each row; {field} is replaced by the row's value. Empty: "
        "\"<field> is {field}.\" for every field, separated by spaces."));
    table.push_back(row<&RunSpec::text, &Text::maxTokens>(
                        Group::Text, "text.max_tokens", "Longest sentence", 100,
                        "Longer sentences are truncated to this many tokens, including the first "
                        "and last special token.")
                        .in("tokens")
                        .from(3, 8192));
    table.push_back(row<&RunSpec::text, &Text::cut>(
                        Group::Text, "text.cut", "Truncation", TextCut::Fields,
                        "fields shortens the longest values, so that every field keeps its "
                        "beginning; end cuts off the end of the sentence, as published.")
                        .published(TextCut::End)
                        .advanced());
    table.push_back(
        row<&RunSpec::text, &Text::givesWay>(
            Group::Text, "text.gives_way", "Fields truncated first", "",
            "Names of fields, separated by commas, whose values are shortened before all others, "
            "in this order, down to nothing if necessary. Needs text.cut = \"fields\".")
            .advanced());
    table.push_back(row<&RunSpec::text, &Text::missing>(
                        Group::Text, "text.missing", "Text for an empty value", "unknown",
                        "What the sentence contains where a row's value is empty; an empty text, "
                        "as published, leaves a gap.")
                        .published("")
                        .advanced());
    table.push_back(row<&RunSpec::text, &Text::padding>(
                        Group::Text, "text.padding", "Padding", TextPadding::None,
                        "none computes real tokens only; max pads every sentence to "
                        "text.max_tokens, as published, which is slower.")
                        .published(TextPadding::Max)
                        .advanced());
    table.push_back(row<&RunSpec::text, &Text::itemTemplate>(
                        Group::Text, "text.item_template", "Template of a second sentence", "",
                        "A second sentence, about the item, for a second language model; "
                        "text.template then describes the user only, and the two sentence vectors "
                        "are classified together (CTR-BERT). Empty: one sentence. Needs kind = "
                        "\"finetune\" and finetune.branches = \"text\".")
                        .advanced());
    table.push_back(row<&RunSpec::plm, &Plm::path>(
        Group::Text, "plm.path", "Language model", "all-MiniLM-L6-v2",
        "A name in a models folder, or a folder in the Hugging Face layout."));
    table.push_back(
        row<&RunSpec::plm, &Plm::layers>(
            Group::Text, "plm.layers", "Layers", 0,
            "Number of the language model's layers to use, counted from the first; 0 uses all.")
            .in("layers")
            .from(0, 1000));
    table.push_back(row<&RunSpec::plm, &Plm::dropout>(
                        Group::Text, "plm.dropout", "Dropout of the language model", -1.0,
                        "Share of activations dropped inside the language model during training; "
                        "-1 uses the value in its config.json.")
                        .from(-1, 0.99)
                        .advanced());
    table.push_back(row<&RunSpec::plm, &Plm::pooling>(
                        Group::Text, "plm.pooling", "Sentence vector", Pooling::First,
                        "first uses the hidden state of the first token, as published; mean "
                        "averages over all tokens, as sentence encoders are often trained.")
                        .advanced());
}

void addPretrainingSchedule(std::vector<Option>& table) {
    table.push_back(row<&RunSpec::pretrain, &Pretrain::epochs>(Group::Pretraining,
                                                               "pretrain.epochs", "Epochs", 30,
                                                               "Passes over the training rows.")
                        .in("epochs")
                        .from(1, 100000));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::batchSize>(
                        Group::Pretraining, "pretrain.batch_size", "Batch size", 128,
                        "Rows per step. A larger batch gives the contrastive loss more rows to "
                        "tell apart and needs more memory.")
                        .in("rows")
                        .from(1, kManyRows));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::learningRate>(
                        Group::Pretraining, "pretrain.learning_rate", "Learning rate", 1e-4,
                        "Peak learning rate of AdamW; the schedule lowers it to 0.")
                        .above(0, 10));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::losses>(
        Group::Pretraining, "pretrain.losses", "Losses",
        std::vector{PretrainLoss::Icl, PretrainLoss::Mfm, PretrainLoss::Mlm},
        "Pretraining losses, with equal weights: icl matches sentences with ids, mfm recovers "
        "masked ids from text, mlm recovers masked tokens from ids. At least one."));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskRatioTable>(
                        Group::Pretraining, "pretrain.mask_ratio_table", "Masked id fields", 0.15,
                        "Share of a row's fields whose ids mfm masks and recovers.")
                        .in("share of fields")
                        .above(0, 1));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskRatioText>(
                        Group::Pretraining, "pretrain.mask_ratio_text", "Masked text fields", 0.15,
                        "Share of a row's fields whose tokens mlm masks and recovers.")
                        .in("share of fields")
                        .above(0, 1));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskRounding>(
                        Group::Pretraining, "pretrain.mask_rounding", "Rounding of masked fields",
                        MaskRounding::Round,
                        "How the number of masked fields, fields times ratio, is rounded: round "
                        "gives the nearest number, but at least 1; floor rounds down, as "
                        "published, and a result of 0 is refused.")
                        .published(MaskRounding::Floor)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maxSteps>(
                        Group::Pretraining, "pretrain.max_steps", "Step limit", 0,
                        "Pretraining ends after this many steps; 0 sets no limit.")
                        .in("steps")
                        .from(0, kManySteps)
                        .advanced());
}

void addPretrainingDetail(std::vector<Option>& table) {
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskUnit>(
                        Group::Pretraining, "pretrain.mask_unit", "Masking unit", MaskUnit::Field,
                        "What mlm masks: field masks all tokens of a value, so that only the ids "
                        "can reveal it; token masks single tokens of all values, the same share of "
                        "them, and the rest of a value can reveal them.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskedFields>(
                        Group::Pretraining, "pretrain.masked_fields", "Fields masked in both",
                        MaskedFields::Independent,
                        "How the fields that mlm masks relate to those that mfm masks in the same "
                        "row: drawn independently, the same fields, or different fields. same "
                        "masks as many fields in the text as in the table.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::temperature>(
                        Group::Pretraining, "pretrain.temperature", "Temperature", 0.7,
                        "The scores of the contrastive loss are divided by it; a lower value makes "
                        "the loss stricter.")
                        .above(0, 100)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::temperatureKind>(
                        Group::Pretraining, "pretrain.temperature_kind", "Kind of temperature",
                        TemperatureKind::Fixed,
                        "fixed keeps the temperature; learned starts from it and trains it with "
                        "the other weights, down to 0.01.")
                        .advanced());
    table.push_back(
        row<&RunSpec::pretrain, &Pretrain::similarity>(
            Group::Pretraining, "pretrain.similarity", "Similarity", Similarity::Dot,
            "How icl compares ids with sentences: by their dot product, as published, or by the "
            "cosine of the angle between them, which needs a temperature of about 0.07.")
            .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::projectionDim>(
                        Group::Pretraining, "pretrain.projection_dim", "Projection width", 128,
                        "Width of the space in which icl compares ids with sentences.")
                        .from(1, kWide)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::projectionDropout>(
                        Group::Pretraining, "pretrain.projection_dropout", "Projection dropout",
                        0.1, "Share of activations dropped in the two projections of icl.")
                        .from(0, 0.99)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::tokenDropout>(
                        Group::Pretraining, "pretrain.token_dropout", "Token head dropout", 0.2,
                        "Share of activations dropped before mlm predicts the masked token.")
                        .from(0, 0.99)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::noise>(
                        Group::Pretraining, "pretrain.noise", "Noise ids", 25,
                        "Number of false ids that mfm must tell apart from each masked id, drawn "
                        "by their frequency in training.")
                        .in("ids")
                        .from(1, 10000)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::noiseFrom>(
                        Group::Pretraining, "pretrain.noise_from", "Source of noise ids",
                        NoiseFrom::All,
                        "Which ids the noise of mfm is drawn from: all ids, as published, most of "
                        "which cannot occur in the masked field, or only those of the masked "
                        "field, which are harder to tell apart.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::fieldDim>(
                        Group::Pretraining, "pretrain.field_dim", "Width of recovered fields", 32,
                        "Width of the vector that mfm recovers for a masked field, and of the "
                        "table it is compared with.")
                        .from(1, kWide)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::fieldAttention>(
                        Group::Pretraining, "pretrain.field_attention", "Attention of mfm",
                        FieldAttention::Tokens,
                        "Which positions mfm attends to when it recovers a masked id: tokens is "
                        "the real tokens only, padded includes the padding, as published.")
                        .published(FieldAttention::Padded)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::attentionScale>(
                        Group::Pretraining, "pretrain.attention_scale", "Scale of mfm's attention",
                        AttentionScale::None,
                        "none leaves the scores of mfm's attention as they are, as published, so "
                        "that it soon attends to a single token; width divides them by the square "
                        "root of the language model's width.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::cleanPass>(
                        Group::Pretraining, "pretrain.clean_pass", "Pass over the clean text",
                        CleanPass::Shared,
                        "Whether icl and mfm share one forward pass over the unmasked sentence, or "
                        "each has its own with its own dropout, as published.")
                        .published(CleanPass::Separate)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::tokenHead>(
                        Group::Pretraining, "pretrain.token_head", "Token head",
                        TokenHead::Labelled,
                        "Where mlm computes its vocabulary scores: at the masked tokens only, or "
                        "at all tokens, as published. The loss is the same; all is slower.")
                        .published(TokenHead::All)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::tokenContext>(
                        Group::Pretraining, "pretrain.token_context", "Context of masked tokens",
                        TokenContext::Ids,
                        "What mlm reads besides the masked sentence: the row's ids, or none, which "
                        "is masked language modelling of the text alone (PTab).")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::weightDecay>(
                        Group::Pretraining, "pretrain.weight_decay", "Weight decay", 1e-3,
                        "Weight decay of AdamW: each step moves weights towards 0 by this share "
                        "times the learning rate.")
                        .from(0, 10)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::decay>(
                        Group::Pretraining, "pretrain.decay", "Decayed parameters",
                        DecayedParameters::Weights,
                        "weights excludes biases and normalisation weights from the decay; all "
                        "decays every parameter, as published.")
                        .published(DecayedParameters::All)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::warmup>(
                        Group::Pretraining, "pretrain.warmup", "Warm-up", 0.05,
                        "Share of all steps over which the learning rate rises from 0.")
                        .in("share of steps")
                        .from(0, 1)
                        .published(0.0)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::schedule>(
                        Group::Pretraining, "pretrain.schedule", "Schedule", Schedule::CosineStep,
                        "How the learning rate falls to 0 along a cosine: in every step, or once "
                        "per epoch, as published.")
                        .oneOf({Schedule::CosineStep, Schedule::CosineEpoch})
                        .published(Schedule::CosineEpoch)
                        .advanced());
    table.push_back(
        row<&RunSpec::pretrain, &Pretrain::clipNorm>(
            Group::Pretraining, "pretrain.clip_norm", "Gradient norm limit", 1.0,
            "A gradient with a larger norm is scaled down to this norm; 0 turns clipping off.")
            .from(0, 1e6)
            .published(0.0)
            .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::alignmentRows>(
                        Group::Pretraining, "pretrain.alignment_rows", "Rows of the alignment map",
                        256, "Rows over which each alignment map is averaged.")
                        .in("rows")
                        .from(1, kManyRows)
                        .advanced());
}

void addFinetuningSchedule(std::vector<Option>& table) {
    table.push_back(row<&RunSpec::finetune, &Finetune::branches>(
        Group::Finetuning, "finetune.branches", "Branches", Branches::Joint,
        "What predicts the click: the ids alone, the text alone, or both mixed by "
        "a learned weight."));
    table.push_back(row<&RunSpec::finetune, &Finetune::epochs>(
                        Group::Finetuning, "finetune.epochs", "Epochs", 20,
                        "Passes over the training rows; patience may end training earlier.")
                        .in("epochs")
                        .from(1, 100000));
    table.push_back(row<&RunSpec::finetune, &Finetune::batchSize>(
                        Group::Finetuning, "finetune.batch_size", "Batch size", 1024,
                        "Rows per step. A larger batch often needs a larger learning rate.")
                        .in("rows")
                        .from(1, kManyRows));
    table.push_back(
        row<&RunSpec::finetune, &Finetune::microBatch>(
            Group::Finetuning, "finetune.micro_batch", "Micro-batch size", 256,
            "A step with text is computed in micro-batches of this many rows to save memory. Apart "
            "from random draws (dropout, ID dropout, masking) the result does not depend on it.")
            .in("rows")
            .from(1, kManyRows)
            .readBy({Branches::Text, Branches::Joint})
            .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::learningRate>(
                        Group::Finetuning, "finetune.learning_rate", "Learning rate", 1e-3,
                        "Learning rate of everything outside the text side.")
                        .above(0, 10)
                        .readBy({Branches::Id, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::textLearningRate>(
                        Group::Finetuning, "finetune.text_learning_rate",
                        "Learning rate of the text side", 5e-5,
                        "Learning rate of the language model and its head.")
                        .above(0, 10)
                        .readBy({Branches::Text, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::patience>(
                        Group::Finetuning, "finetune.patience", "Patience", 3,
                        "Finetuning ends after this many epochs without a better validation AUC; "
                        "the best epoch's weights are kept either way. 0 never ends early.")
                        .in("epochs")
                        .from(0, 100000));
    table.push_back(
        row<&RunSpec::finetune, &Finetune::tableOptimiser>(
            Group::Finetuning, "finetune.table_optimiser", "Optimiser of the id tables",
            TableOptimiser::AdamW,
            "adamw, as for everything else, or adagrad, whose steps shrink as an id's gradients "
            "add up; it has no momentum that moves ids absent from the batch.")
            .readBy({Branches::Id, Branches::Joint})
            .advanced());
    table.push_back(
        row<&RunSpec::finetune, &Finetune::embeddingL2>(
            Group::Finetuning, "finetune.embedding_l2", "L2 on the id tables", 1e-5,
            "Half of this times the sum of squares of the id tables is added to the mean loss. The "
            "quality of the id side depends on it more than on the backbone.")
            .from(0, 1000)
            .readBy({Branches::Id, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::from>(
        Group::Finetuning, "finetune.from", "Start from run", "",
        "Run whose weights this run starts from. Empty: the id side starts untrained and the text "
        "side from the language model."));
}

void addFinetuningDetail(std::vector<Option>& table) {
    table.push_back(row<&RunSpec::finetune, &Finetune::idEpochs>(
                        Group::Finetuning, "finetune.id_epochs", "Epochs of the ids alone", 20,
                        "A joint run first trains its id branch alone for at most this many "
                        "epochs, or until patience ends it, and continues from the best one; ids "
                        "need far more epochs than text. Use 0 to train both branches from the "
                        "start, as published, or to start from a run whose ids are trained.")
                        .in("epochs")
                        .from(0, 100000)
                        .published(std::int64_t{0})
                        .readBy({Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::idBatchSize>(
                        Group::Finetuning, "finetune.id_batch_size", "Batch size of the ids alone",
                        1024,
                        "Rows per step while a joint run trains its id branch alone; ids work "
                        "better with larger batches than text.")
                        .in("rows")
                        .from(1, kManyRows)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::idRate>(
                        Group::Finetuning, "finetune.id_rate", "Learning rate factor of ids", 0.1,
                        "Factor on finetune.learning_rate for the id branch while a joint run "
                        "trains both branches; 0 freezes the id branch.")
                        .from(0, 1000)
                        .published(1.0)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::fusionRate>(
                        Group::Finetuning, "finetune.fusion_rate",
                        "Learning rate factor of mixing weights", 10.0,
                        "Factor on finetune.learning_rate for a joint run's mixing weights.")
                        .from(0, 1000)
                        .published(1.0)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(
        row<&RunSpec::finetune, &Finetune::unknownRate>(
            Group::Finetuning, "finetune.unknown_rate", "ID dropout rate", 0.4,
            "ID dropout: share of rows, drawn anew in each step, in which training replaces the "
            "ids of the fields in finetune.unknown_fields with unknown ids, so that a model learns "
            "what to do with users and items it has never seen.")
            .in("share of rows")
            .from(0, 0.99)
            .published(0.0)
            .readBy({Branches::Id, Branches::Joint}));
    table.push_back(
        row<&RunSpec::finetune, &Finetune::unknownFields>(
            Group::Finetuning, "finetune.unknown_fields", "ID dropout fields", "",
            "Fields whose ids become unknown. Empty: those that are unknown in a validation row, "
            "drawn at random for each row; without unknown ids in validation nothing changes. "
            "Otherwise groups of fields, each dropped as a whole and independently at the rate: "
            "fields of a group are separated by commas, groups by semicolons, \"movie_id, title; "
            "user_id\". * makes each field its own group.")
            .readBy({Branches::Id, Branches::Joint})
            .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::maskRatioText>(
                        Group::Finetuning, "finetune.mask_ratio_text", "Masked tokens", 0.0,
                        "Share of the tokens of field values that training replaces with the mask "
                        "token, drawn anew in each step, so that a model does not memorise "
                        "sentences that many rows share. Ignored in runs without text.")
                        .in("share of tokens")
                        .from(0, 0.99)
                        .readBy({Branches::Text, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::textEncoder>(
                        Group::Finetuning, "finetune.text_encoder", "Language model training",
                        TextEncoderMode::Trained,
                        "trained finetunes the language model; frozen computes each sentence "
                        "vector once and trains only what reads it, which is many times faster.")
                        .readBy({Branches::Text, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::textHead>(
                        Group::Finetuning, "finetune.text_head", "Head of the text side",
                        TextHead::Linear,
                        "How a sentence vector becomes a logit: linear, as in FLIP, or through a "
                        "tanh layer, as in CTR-BERT and PTab.")
                        .readBy({Branches::Text, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::textHeadDim>(
                        Group::Finetuning, "finetune.text_head_dim", "Width of the tanh layer", 128,
                        "Width of the tanh layer with finetune.text_head = \"tanh\".")
                        .from(1, kWide)
                        .readBy({Branches::Text, Branches::Joint})
                        .advanced());
    table.push_back(
        row<&RunSpec::finetune, &Finetune::weightDecay>(
            Group::Finetuning, "finetune.weight_decay", "Weight decay", 0.0,
            "Weight decay of AdamW for everything outside the text side: each step moves weights "
            "towards 0 by this share times their learning rate. 0 is plain Adam.")
            .from(0, 10)
            .readBy({Branches::Id, Branches::Joint})
            .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::textWeightDecay>(
                        Group::Finetuning, "finetune.text_weight_decay",
                        "Weight decay of the text side", 1e-3,
                        "Weight decay of AdamW for the text side: each step moves weights towards "
                        "0 by this share times their learning rate.")
                        .from(0, 10)
                        .readBy({Branches::Text, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::decay>(
                        Group::Finetuning, "finetune.decay", "Decayed parameters",
                        DecayedParameters::Weights,
                        "weights excludes biases and normalisation weights from the decay; all "
                        "decays every parameter, as published.")
                        .published(DecayedParameters::All)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::plateauFactor>(
                        Group::Finetuning, "finetune.plateau_factor", "Learning rate on a plateau",
                        0.1,
                        "The learning rates are multiplied by this after an epoch without a better "
                        "validation AUC; 1 leaves them unchanged.")
                        .above(0, 1)
                        .published(1.0)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::alphaStart>(
                        Group::Finetuning, "finetune.alpha_start", "Initial mixing weight", 0.5,
                        "Initial value of a joint run's learned weight of the id branch: 1 is ids "
                        "only, 0 text only.")
                        .from(0, 1)
                        .published(0.0)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::mixing>(
                        Group::Finetuning, "finetune.mixing", "Mixing weights",
                        MixingWeights::Unknown,
                        "one: all rows of a joint run share its learned weight. unknown: each id "
                        "field also has a learned offset, added to the weight where a row's id of "
                        "this field is unknown, so that text counts more where ids know nothing; "
                        "this needs rows with unknown ids in training, see finetune.unknown_rate.")
                        .published(MixingWeights::One)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::mixingFrom>(
                        Group::Finetuning, "finetune.mixing_from", "Mixing weights from",
                        MixingFrom::Validation,
                        "training learns them with the other weights. validation also refits them "
                        "on the validation rows after each epoch: ids memorise training rows, and "
                        "mixing weights learned there rely on ids too much. Not done if "
                        "finetune.select_on is \"test\" or finetune.fusion_rate is 0.")
                        .published(MixingFrom::Training)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::warmup>(
                        Group::Finetuning, "finetune.warmup", "Warm-up", 0.0,
                        "Share of all steps over which the learning rates rise from 0, not "
                        "counting the steps of finetune.id_epochs.")
                        .in("share of steps")
                        .from(0, 1)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::schedule>(
                        Group::Finetuning, "finetune.schedule", "Schedule", Schedule::Constant,
                        "After the warm-up the learning rates stay constant or fall along a cosine "
                        "to 0 at the end of finetune.epochs, in every step or once per epoch. Does "
                        "not apply to the epochs of finetune.id_epochs.")
                        .advanced());
    table.push_back(
        row<&RunSpec::finetune, &Finetune::clipNorm>(
            Group::Finetuning, "finetune.clip_norm", "Gradient norm limit", 0.0,
            "A gradient with a larger norm is scaled down to this norm; 0 turns clipping off.")
            .from(0, 1e6)
            .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::selectOn>(
                        Group::Finetuning, "finetune.select_on", "Select the epoch on",
                        SelectOn::Valid,
                        "The split whose AUC selects the best epoch. test repeats the published "
                        "protocol and makes the result look too good: the run is marked.")
                        .published(SelectOn::Test)
                        .advanced());
    table.push_back(
        row<&RunSpec::finetune, &Finetune::maxSteps>(
            Group::Finetuning, "finetune.max_steps", "Step limit", 0,
            "Finetuning ends after this many steps, and so does the stage of the ids alone "
            "before it; 0 sets no limit.")
            .in("steps")
            .from(0, kManySteps)
            .advanced());
}

} // namespace

const std::vector<Option>& options() {
    static const std::vector<Option> table = [] {
        std::vector<Option> rows;
        addRun(rows);
        addDataAndText(rows);
        addIdOptions(rows);
        addPretrainingSchedule(rows);
        addPretrainingDetail(rows);
        addFinetuningSchedule(rows);
        addFinetuningDetail(rows);
        return rows;
    }();
    return table;
}

} // namespace flip

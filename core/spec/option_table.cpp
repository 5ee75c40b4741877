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
                            "What the run does: pretrain aligns ids and words, finetune trains a "
                            "click model, flip does the first and then the second."));
    table.push_back(row<&RunSpec::seed>(
                        Group::Run, "seed", "Seed", 1,
                        "Start of every random choice: order of rows, masks, noise, dropout and "
                        "first weights. The same seed gives the same run.")
                        .from(0, kLargestSeed));
    table.push_back(row<&RunSpec::device>(Group::Run, "device", "Device", "auto",
                                          "Where the run computes: cpu, cuda, cuda:N for the N-th "
                                          "graphics processor, or auto for "
                                          "a graphics processor when there is one.")
                        .outsideRecipe());
    table.push_back(row<&RunSpec::recipe>(
        Group::Run, "recipe", "Recipe", RecipeKind::Default,
        "Where options that are left open start: default computes the same losses "
        "without waste, published repeats the published computation exactly."));
    table.push_back(row<&RunSpec::threads>(Group::Run, "threads", "Threads", 0,
                                           "Processor threads of the run; 0 takes every core.")
                        .in("threads")
                        .from(0, 1024)
                        .outsideRecipe()
                        .advanced());
    table.push_back(
        row<&RunSpec::checkpoints>(
            Group::Run, "checkpoints", "Weights to keep", KeptWeights::Best,
            "best keeps the weights of each stage's best epoch. last keeps those after the "
            "last epoch too, each-epoch those after every epoch; each of them takes as "
            "much of the disk as the best.")
            .outsideRecipe()
            .advanced());
}

void addDataAndText(std::vector<Option>& table) {
    table.push_back(row<&RunSpec::data, &Data::dataset>(
        Group::Data, "data.dataset", "Dataset", "",
        "The imported dataset the run reads. It must be named."));

    table.push_back(row<&RunSpec::text, &Text::templateText>(
        Group::Text, "text.template", "Template", "",
        "The sentence made of each row; {field} stands for the row's value. Empty: "
        "\"<field> is {field}.\" for every field, joined by blanks."));
    table.push_back(row<&RunSpec::text, &Text::maxTokens>(
                        Group::Text, "text.max_tokens", "Longest sentence", 100,
                        "A longer sentence is cut to this many tokens, its first and last special "
                        "token included.")
                        .in("tokens")
                        .from(3, 8192));
    table.push_back(row<&RunSpec::text, &Text::cut>(
                        Group::Text, "text.cut", "Cut of a long sentence", TextCut::Fields,
                        "fields shortens the longest values, so that every field keeps its "
                        "beginning; end cuts the sentence's end, as published.")
                        .published(TextCut::End)
                        .advanced());
    table.push_back(row<&RunSpec::text, &Text::givesWay>(
                        Group::Text, "text.gives_way", "Fields cut first", "",
                        "Names of fields, parted by commas, whose values are shortened before all "
                        "others, in this order and to nothing. Needs text.cut = \"fields\".")
                        .advanced());
    table.push_back(row<&RunSpec::text, &Text::missing>(
                        Group::Text, "text.missing", "Word for an empty value", "unknown",
                        "What the sentence says where a row's value is empty; nothing, as "
                        "published, leaves a hole.")
                        .published("")
                        .advanced());
    table.push_back(row<&RunSpec::text, &Text::padding>(
                        Group::Text, "text.padding", "Padding", TextPadding::None,
                        "none computes real tokens only; max fills every sentence up to the "
                        "longest allowed, as published, which is slower.")
                        .published(TextPadding::Max)
                        .advanced());
    table.push_back(row<&RunSpec::text, &Text::itemTemplate>(
                        Group::Text, "text.item_template", "Template of a second sentence", "",
                        "A second sentence, of the item, for a second language model; "
                        "text.template then speaks of the user alone and the two sentence vectors "
                        "are classified together (CTR-BERT). Empty: one sentence. Needs kind = "
                        "\"finetune\" and finetune.branches = \"text\".")
                        .advanced());
    table.push_back(row<&RunSpec::plm, &Plm::path>(
        Group::Text, "plm.path", "Language model", "all-MiniLM-L6-v2",
        "A name in a models folder, or a folder in the Hugging Face layout."));
    table.push_back(row<&RunSpec::plm, &Plm::layers>(
                        Group::Text, "plm.layers", "Layers", 0,
                        "How many of the language model's layers are used, counted from the "
                        "first; 0 uses all.")
                        .in("layers")
                        .from(0, 1000));
    table.push_back(row<&RunSpec::plm, &Plm::dropout>(
                        Group::Text, "plm.dropout", "Dropout of the language model", -1.0,
                        "Share of activations switched off inside the language model while "
                        "training; -1 takes what its own config.json says.")
                        .from(-1, 0.99)
                        .advanced());
    table.push_back(row<&RunSpec::plm, &Plm::pooling>(
                        Group::Text, "plm.pooling", "Vector of a sentence", Pooling::First,
                        "first takes the hidden state of the first token, as published; mean "
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
                        "Rows of one step. A larger batch gives the contrast more rows to tell "
                        "apart and needs more memory.")
                        .in("rows")
                        .from(1, kManyRows));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::learningRate>(
                        Group::Pretraining, "pretrain.learning_rate", "Learning rate", 1e-4,
                        "Highest step size of AdamW; the schedule lowers it to 0.")
                        .above(0, 10));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::losses>(
        Group::Pretraining, "pretrain.losses", "Losses",
        std::vector{PretrainLoss::Icl, PretrainLoss::Mfm, PretrainLoss::Mlm},
        "What is learned, with equal weights: icl tells which sentence belongs to "
        "which ids, mfm recovers hidden ids from words, mlm hidden words from ids. "
        "At least one."));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskRatioTable>(
                        Group::Pretraining, "pretrain.mask_ratio_table", "Hidden table fields",
                        0.15, "Share of a row's fields whose ids mfm hides and recovers.")
                        .in("share of fields")
                        .above(0, 1));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskRatioText>(
                        Group::Pretraining, "pretrain.mask_ratio_text", "Hidden text fields", 0.15,
                        "Share of a row's fields whose words mlm hides and recovers.")
                        .in("share of fields")
                        .above(0, 1));
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskRounding>(
                        Group::Pretraining, "pretrain.mask_rounding", "Rounding of hidden fields",
                        MaskRounding::Round,
                        "How fields times ratio becomes a whole number: round to the nearest, but "
                        "at least 1; floor cuts off, as published, and a result of 0 is refused.")
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
                        Group::Pretraining, "pretrain.mask_unit", "Unit of hidden words",
                        MaskUnit::Field,
                        "What mlm hides: field hides every token of a value, so that only the ids "
                        "can tell it; token hides single tokens of all values, the same share of "
                        "them, and the rest of a value gives it away.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::maskedFields>(
                        Group::Pretraining, "pretrain.masked_fields", "Fields hidden in both",
                        MaskedFields::Independent,
                        "How the fields that mlm hides go with those that mfm hides in the same "
                        "row: drawn independently, the same fields, or different ones. same hides "
                        "as many fields in the text as in the table.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::temperature>(
                        Group::Pretraining, "pretrain.temperature", "Temperature", 0.7,
                        "The contrast's scores are divided by it; lower makes it stricter.")
                        .above(0, 100)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::temperatureKind>(
                        Group::Pretraining, "pretrain.temperature_kind", "Kind of temperature",
                        TemperatureKind::Fixed,
                        "fixed keeps the temperature; learned starts from it and trains it with "
                        "everything else, down to a hundredth.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::similarity>(
                        Group::Pretraining, "pretrain.similarity", "Similarity", Similarity::Dot,
                        "How icl compares ids with sentences: by their dot product, as published, "
                        "or by the cosine of the angle between them, which wants a temperature of "
                        "about 0.07.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::projectionDim>(
                        Group::Pretraining, "pretrain.projection_dim", "Projection width", 128,
                        "Width of the space in which icl compares ids with sentences.")
                        .from(1, kWide)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::projectionDropout>(
                        Group::Pretraining, "pretrain.projection_dropout", "Projection dropout",
                        0.1, "Share of activations switched off in the two projections of icl.")
                        .from(0, 0.99)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::tokenDropout>(
                        Group::Pretraining, "pretrain.token_dropout", "Token head dropout", 0.2,
                        "Share of activations switched off before mlm names the hidden token.")
                        .from(0, 0.99)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::noise>(
                        Group::Pretraining, "pretrain.noise", "Noise ids", 25,
                        "False ids that each hidden id of mfm is told apart from, drawn by how "
                        "often they occur in training.")
                        .in("ids")
                        .from(1, 10000)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::noiseFrom>(
                        Group::Pretraining, "pretrain.noise_from", "Noise comes from",
                        NoiseFrom::All,
                        "Which ids the noise of mfm is drawn from: all ids, as published, most of "
                        "which cannot stand in the hidden field, or those of the hidden field "
                        "alone, which are harder to tell apart.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::fieldDim>(
                        Group::Pretraining, "pretrain.field_dim", "Width of recovered fields", 32,
                        "Width of the vector that mfm recovers for a hidden field, and of the "
                        "table it is compared with.")
                        .from(1, kWide)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::fieldAttention>(
                        Group::Pretraining, "pretrain.field_attention", "Attention of mfm",
                        FieldAttention::Tokens,
                        "Where mfm looks for a hidden id: tokens are the real tokens only, padded "
                        "includes the padding, as published.")
                        .published(FieldAttention::Padded)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::attentionScale>(
                        Group::Pretraining, "pretrain.attention_scale", "Scale of mfm's attention",
                        AttentionScale::None,
                        "none leaves the scores of mfm's attention as they are, as published: it "
                        "soon looks at a single token; width divides them by the root of the "
                        "language model's width.")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::cleanPass>(
                        Group::Pretraining, "pretrain.clean_pass", "Clean pass", CleanPass::Shared,
                        "Whether icl and mfm share one pass over the complete sentence, or each "
                        "has its own with its own dropout, as published.")
                        .published(CleanPass::Separate)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::tokenHead>(
                        Group::Pretraining, "pretrain.token_head", "Token head",
                        TokenHead::Labelled,
                        "Where mlm computes its word scores: at the hidden tokens only, or at all "
                        "tokens, as published. The loss is the same; all is slower.")
                        .published(TokenHead::All)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::tokenContext>(
                        Group::Pretraining, "pretrain.token_context", "Context of hidden words",
                        TokenContext::Ids,
                        "What mlm reads beside the masked sentence: the row's ids, or none, which "
                        "is masked language modelling of the text alone (PTab).")
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::weightDecay>(
                        Group::Pretraining, "pretrain.weight_decay", "Weight decay", 1e-3,
                        "How strongly AdamW pulls weights towards 0 in each step, times the "
                        "learning rate.")
                        .from(0, 10)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::decay>(
                        Group::Pretraining, "pretrain.decay", "Decayed parameters",
                        DecayedParameters::Weights,
                        "weights leaves biases and norms out of the decay; all decays every "
                        "parameter, as published.")
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
                        "How the learning rate falls to 0 along a cosine: a little in each step, "
                        "or once an epoch, as published.")
                        .oneOf({Schedule::CosineStep, Schedule::CosineEpoch})
                        .published(Schedule::CosineEpoch)
                        .advanced());
    table.push_back(row<&RunSpec::pretrain, &Pretrain::clipNorm>(
                        Group::Pretraining, "pretrain.clip_norm", "Gradient limit", 1.0,
                        "A longer gradient is shortened to this norm; 0 leaves it as it is.")
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
                        "Passes over the training rows, unless patience ends them earlier.")
                        .in("epochs")
                        .from(1, 100000));
    table.push_back(row<&RunSpec::finetune, &Finetune::batchSize>(
                        Group::Finetuning, "finetune.batch_size", "Batch size", 1024,
                        "Rows of one step. A larger batch often wants a larger learning rate.")
                        .in("rows")
                        .from(1, kManyRows));
    table.push_back(row<&RunSpec::finetune, &Finetune::microBatch>(
                        Group::Finetuning, "finetune.micro_batch", "Rows at once", 256,
                        "A step with text is computed in parts of this many rows to save memory. "
                        "Apart from what is drawn at random (dropout, unknown ids, hidden words) "
                        "the result does not depend on it.")
                        .in("rows")
                        .from(1, kManyRows)
                        .readBy({Branches::Text, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::learningRate>(
                        Group::Finetuning, "finetune.learning_rate", "Learning rate", 1e-3,
                        "Step size of everything outside the text side.")
                        .above(0, 10)
                        .readBy({Branches::Id, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::textLearningRate>(
                        Group::Finetuning, "finetune.text_learning_rate",
                        "Learning rate of the text side", 5e-5,
                        "Step size of the language model and its output.")
                        .above(0, 10)
                        .readBy({Branches::Text, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::patience>(
                        Group::Finetuning, "finetune.patience", "Patience", 3,
                        "Epochs without a better validation AUC after which finetuning ends; the "
                        "best epoch's weights are kept either way. 0 never ends early.")
                        .in("epochs")
                        .from(0, 100000));
    table.push_back(row<&RunSpec::finetune, &Finetune::tableOptimiser>(
                        Group::Finetuning, "finetune.table_optimiser", "Optimiser of the id tables",
                        TableOptimiser::AdamW,
                        "adamw as for everything else, or adagrad, whose steps shrink as an id's "
                        "gradients add up; it has no moments that go on where an id is not met.")
                        .readBy({Branches::Id, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::embeddingL2>(
                        Group::Finetuning, "finetune.embedding_l2", "L2 on the id tables", 1e-5,
                        "Half of this times the sum of squares of the id tables is added to the "
                        "mean loss. The id side's quality depends on it more than on the backbone.")
                        .from(0, 1000)
                        .readBy({Branches::Id, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::from>(
        Group::Finetuning, "finetune.from", "Start from run", "",
        "The run whose weights start this one. Empty: the id side starts untrained and the text "
        "side from the language model."));
}

void addFinetuningDetail(std::vector<Option>& table) {
    table.push_back(row<&RunSpec::finetune, &Finetune::idEpochs>(
                        Group::Finetuning, "finetune.id_epochs", "Epochs of the ids alone", 20,
                        "A joint run first trains its id branch alone for so many epochs, or "
                        "until patience ends it, and goes on from the best of them; ids need far "
                        "more epochs than words. 0 starts both together, as published, or from a "
                        "run whose ids are trained.")
                        .in("epochs")
                        .from(0, 100000)
                        .published(std::int64_t{0})
                        .readBy({Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::idBatchSize>(
                        Group::Finetuning, "finetune.id_batch_size", "Batch size of the ids alone",
                        1024,
                        "Rows of one step while a joint run trains its ids alone; ids like larger "
                        "steps than words.")
                        .in("rows")
                        .from(1, kManyRows)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::idRate>(
                        Group::Finetuning, "finetune.id_rate", "Rate of the id branch", 0.1,
                        "What finetune.learning_rate is multiplied by for the id branch while a "
                        "joint run trains both; 0 leaves the id branch as it is.")
                        .from(0, 1000)
                        .published(1.0)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::fusionRate>(
                        Group::Finetuning, "finetune.fusion_rate", "Rate of the mixing weights",
                        10.0,
                        "What finetune.learning_rate is multiplied by for a joint run's mixing "
                        "weights.")
                        .from(0, 1000)
                        .published(1.0)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::unknownRate>(
                        Group::Finetuning, "finetune.unknown_rate", "Ids made unknown", 0.4,
                        "Share of rows whose ids training replaces, drawn anew in each step, by "
                        "the unknown ids of the fields that finetune.unknown_fields says, so that "
                        "a model learns what to do with users and items it has never seen.")
                        .in("share of rows")
                        .from(0, 0.99)
                        .published(0.0)
                        .readBy({Branches::Id, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::unknownFields>(
                        Group::Finetuning, "finetune.unknown_fields", "Fields made unknown", "",
                        "Empty: those that are unknown in a validation row, drawn for each row, so "
                        "that where validation knows all ids nothing changes. Or those named, each "
                        "group of them at the rate by itself, fields that go together parted by "
                        "commas and groups by semicolons: \"movie_id, title; user_id\". * takes "
                        "every field by itself.")
                        .readBy({Branches::Id, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::maskRatioText>(
                        Group::Finetuning, "finetune.mask_ratio_text", "Words hidden", 0.0,
                        "Share of the tokens of field values that training hides behind the mask "
                        "token, drawn anew in each step, so that a sentence is not learned by "
                        "heart where many rows have the same. A run of ids alone has no words.")
                        .in("share of tokens")
                        .from(0, 0.99)
                        .readBy({Branches::Text, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::textEncoder>(
                        Group::Finetuning, "finetune.text_encoder", "Language model is",
                        TextEncoderMode::Trained,
                        "trained finetunes the language model; frozen computes each sentence "
                        "vector once, and only what reads it is trained, which is many times "
                        "faster.")
                        .readBy({Branches::Text, Branches::Joint}));
    table.push_back(row<&RunSpec::finetune, &Finetune::textHead>(
                        Group::Finetuning, "finetune.text_head", "Head of the text side",
                        TextHead::Linear,
                        "How a sentence vector becomes a logit: linear, as in FLIP, or through a "
                        "tanh layer, as CTR-BERT and PTab do.")
                        .readBy({Branches::Text, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::textHeadDim>(
                        Group::Finetuning, "finetune.text_head_dim", "Width of the tanh layer", 128,
                        "Width of the layer of finetune.text_head = \"tanh\".")
                        .from(1, kWide)
                        .readBy({Branches::Text, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::weightDecay>(
                        Group::Finetuning, "finetune.weight_decay", "Weight decay", 0.0,
                        "How strongly AdamW pulls everything outside the text side towards 0 in "
                        "each step, times its learning rate. At 0 it is plain Adam.")
                        .from(0, 10)
                        .readBy({Branches::Id, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::textWeightDecay>(
                        Group::Finetuning, "finetune.text_weight_decay",
                        "Weight decay of the text side", 1e-3,
                        "How strongly AdamW pulls the text side's weights towards 0 in each step, "
                        "times its learning rate.")
                        .from(0, 10)
                        .readBy({Branches::Text, Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::decay>(
                        Group::Finetuning, "finetune.decay", "Decayed parameters",
                        DecayedParameters::Weights,
                        "weights leaves biases and norms out of the decay; all decays every "
                        "parameter, as published.")
                        .published(DecayedParameters::All)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::plateauFactor>(
                        Group::Finetuning, "finetune.plateau_factor", "Learning rate on a plateau",
                        0.1,
                        "The learning rates are multiplied by this after an epoch without a better "
                        "validation AUC; 1 leaves them as they are.")
                        .above(0, 1)
                        .published(1.0)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::alphaStart>(
                        Group::Finetuning, "finetune.alpha_start", "First mixing weight", 0.5,
                        "Where a joint run's learned weight of the id branch starts: 1 is all ids, "
                        "0 all text.")
                        .from(0, 1)
                        .published(0.0)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::mixing>(
                        Group::Finetuning, "finetune.mixing", "Mixing weights",
                        MixingWeights::Unknown,
                        "one: all rows of a joint run share its learned weight. unknown: each id "
                        "field has an amount besides that is learned and added where a row's id "
                        "of it is unknown, so that words count for more where ids know nothing; "
                        "training must show such rows, see finetune.unknown_rate.")
                        .published(MixingWeights::One)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::mixingFrom>(
                        Group::Finetuning, "finetune.mixing_from", "Mixing weights from",
                        MixingFrom::Validation,
                        "training learns them with everything else. validation also sets them to "
                        "what is best on the validation rows after each epoch: ids know training "
                        "rows by heart, and what is learned there leans on them too much. Not "
                        "where the test rows choose the epoch, or finetune.fusion_rate is 0.")
                        .published(MixingFrom::Training)
                        .readBy({Branches::Joint})
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::warmup>(
                        Group::Finetuning, "finetune.warmup", "Warm-up", 0.0,
                        "Share of all steps over which the learning rates rise from 0; the steps "
                        "of finetune.id_epochs are not meant.")
                        .in("share of steps")
                        .from(0, 1)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::schedule>(
                        Group::Finetuning, "finetune.schedule", "Schedule", Schedule::Constant,
                        "After the warm-up the learning rates stay (constant) or fall along a "
                        "cosine to 0 at the last of finetune.epochs, step by step or epoch by "
                        "epoch. The epochs of finetune.id_epochs are not meant.")
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::clipNorm>(
                        Group::Finetuning, "finetune.clip_norm", "Gradient limit", 0.0,
                        "A longer gradient is shortened to this norm; 0 leaves it as it is.")
                        .from(0, 1e6)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::selectOn>(
                        Group::Finetuning, "finetune.select_on", "Choose the epoch on",
                        SelectOn::Valid,
                        "The split whose AUC chooses the best epoch. test repeats the published "
                        "protocol and flatters the result: the run is marked.")
                        .published(SelectOn::Test)
                        .advanced());
    table.push_back(row<&RunSpec::finetune, &Finetune::maxSteps>(
                        Group::Finetuning, "finetune.max_steps", "Step limit", 0,
                        "Finetuning ends after this many steps, and so do the ids alone before it; "
                        "0 sets no limit.")
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

#pragma once

#include "core/spec/choice.h"

#include <array>
#include <string_view>

namespace flip {

// The options of a run that are one of a few words: the enum, and below it the words as a person
// writes them. The option table (option_table.cpp) takes its choices from here, in this order, and
// says in its help what each of them means.

// Choices of the run.

/// What a run does.
enum class RunKind { Pretrain, Finetune, Flip };
template <>
struct ChoiceWords<RunKind> {
    static constexpr std::array<std::string_view, 3> kWords = {"pretrain", "finetune", "flip"};
};

/// Where options that are left open start.
enum class RecipeKind { Default, Published };
template <>
struct ChoiceWords<RecipeKind> {
    static constexpr std::array<std::string_view, 2> kWords = {"default", "published"};
};

/// Which weights a run keeps of each stage.
enum class KeptWeights { Best, Last, EachEpoch };
template <>
struct ChoiceWords<KeptWeights> {
    static constexpr std::array<std::string_view, 3> kWords = {"best", "last", "each-epoch"};
};

// Choices of sentences and the language model.

/// What a sentence that is too long loses.
enum class TextCut { Fields, End };
template <>
struct ChoiceWords<TextCut> {
    static constexpr std::array<std::string_view, 2> kWords = {"fields", "end"};
};

/// Up to where sentences are filled.
enum class TextPadding { None, Max };
template <>
struct ChoiceWords<TextPadding> {
    static constexpr std::array<std::string_view, 2> kWords = {"none", "max"};
};

/// What the vector of a sentence is made of.
enum class Pooling { First, Mean };
template <>
struct ChoiceWords<Pooling> {
    static constexpr std::array<std::string_view, 2> kWords = {"first", "mean"};
};

// Choices of the ids.

/// The click models over ids; makers and papers are in model/id/registry.cpp.
enum class BackboneKind {
    Lr,
    Fm,
    Ffm,
    Afm,
    Nfm,
    Pnn,
    WideDeep,
    DeepFm,
    XDeepFm,
    Dcn,
    DcnV2,
    DcnMix,
    Gdcn,
    AutoInt,
    FiBiNet,
    Afn,
    MaskNet,
    FinalMlp,
    Din
};
template <>
struct ChoiceWords<BackboneKind> {
    static constexpr std::array<std::string_view, 19> kWords = {
        "lr",      "fm",      "ffm",     "afm",      "nfm",     "pnn",  "wide-deep",
        "deepfm",  "xdeepfm", "dcn",     "dcnv2",    "dcn-mix", "gdcn", "autoint",
        "fibinet", "afn",     "masknet", "finalmlp", "din"};
};

/// How the parts of dcnv2, gdcn and masknet join.
enum class Structure { Parallel, Stacked };
template <>
struct ChoiceWords<Structure> {
    static constexpr std::array<std::string_view, 2> kWords = {"parallel", "stacked"};
};

/// What pnn multiplies.
enum class PairProduct { Inner, Outer, Both };
template <>
struct ChoiceWords<PairProduct> {
    static constexpr std::array<std::string_view, 3> kWords = {"inner", "outer", "both"};
};

/// Which maps of a layer xdeepfm outputs.
enum class CinOutputs { All, Half };
template <>
struct ChoiceWords<CinOutputs> {
    static constexpr std::array<std::string_view, 2> kWords = {"all", "half"};
};

/// Whether autoint has a deep part.
enum class DeepPart { With, Without };
template <>
struct ChoiceWords<DeepPart> {
    static constexpr std::array<std::string_view, 2> kWords = {"with", "without"};
};

/// For whom fibinet has a matrix of its own.
enum class BilinearWeights { All, Each, Interaction };
template <>
struct ChoiceWords<BilinearWeights> {
    static constexpr std::array<std::string_view, 3> kWords = {"all", "each", "interaction"};
};

/// How din weighs the items of a history.
enum class HistoryWeights { Raw, Softmax };
template <>
struct ChoiceWords<HistoryWeights> {
    static constexpr std::array<std::string_view, 2> kWords = {"raw", "softmax"};
};

/// Which rows of the id tables a step computes.
enum class TableUpdates { Auto, Touched, All };
template <>
struct ChoiceWords<TableUpdates> {
    static constexpr std::array<std::string_view, 3> kWords = {"auto", "touched", "all"};
};

// Choices of pretraining.

enum class PretrainLoss { Icl, Mfm, Mlm };
template <>
struct ChoiceWords<PretrainLoss> {
    static constexpr std::array<std::string_view, 3> kWords = {"icl", "mfm", "mlm"};
};

/// How fields times ratio becomes a whole number.
enum class MaskRounding { Round, Floor };
template <>
struct ChoiceWords<MaskRounding> {
    static constexpr std::array<std::string_view, 2> kWords = {"round", "floor"};
};

/// What mlm hides.
enum class MaskUnit { Field, Token };
template <>
struct ChoiceWords<MaskUnit> {
    static constexpr std::array<std::string_view, 2> kWords = {"field", "token"};
};

/// How the fields that mlm hides go with those that mfm hides.
enum class MaskedFields { Independent, Same, Different };
template <>
struct ChoiceWords<MaskedFields> {
    static constexpr std::array<std::string_view, 3> kWords = {"independent", "same", "different"};
};

enum class TemperatureKind { Fixed, Learned };
template <>
struct ChoiceWords<TemperatureKind> {
    static constexpr std::array<std::string_view, 2> kWords = {"fixed", "learned"};
};

/// How icl compares ids with sentences.
enum class Similarity { Dot, Cosine };
template <>
struct ChoiceWords<Similarity> {
    static constexpr std::array<std::string_view, 2> kWords = {"dot", "cosine"};
};

/// Which ids the noise of mfm is drawn from.
enum class NoiseFrom { All, Field };
template <>
struct ChoiceWords<NoiseFrom> {
    static constexpr std::array<std::string_view, 2> kWords = {"all", "field"};
};

/// Where mfm looks for a hidden id.
enum class FieldAttention { Tokens, Padded };
template <>
struct ChoiceWords<FieldAttention> {
    static constexpr std::array<std::string_view, 2> kWords = {"tokens", "padded"};
};

/// What the scores of mfm's attention are divided by.
enum class AttentionScale { None, Width };
template <>
struct ChoiceWords<AttentionScale> {
    static constexpr std::array<std::string_view, 2> kWords = {"none", "width"};
};

/// Whether icl and mfm share one pass over the complete sentence.
enum class CleanPass { Shared, Separate };
template <>
struct ChoiceWords<CleanPass> {
    static constexpr std::array<std::string_view, 2> kWords = {"shared", "separate"};
};

/// Where mlm computes its word scores.
enum class TokenHead { Labelled, All };
template <>
struct ChoiceWords<TokenHead> {
    static constexpr std::array<std::string_view, 2> kWords = {"labelled", "all"};
};

/// What mlm reads beside the masked sentence.
enum class TokenContext { Ids, None };
template <>
struct ChoiceWords<TokenContext> {
    static constexpr std::array<std::string_view, 2> kWords = {"ids", "none"};
};

// Choices of finetuning, and of both stages.

/// Which parameters weight decay pulls.
enum class DecayedParameters { Weights, All };
template <>
struct ChoiceWords<DecayedParameters> {
    static constexpr std::array<std::string_view, 2> kWords = {"weights", "all"};
};

/// How learning rates go on after the warm-up; pretraining's always fall.
enum class Schedule { Constant, CosineStep, CosineEpoch };
template <>
struct ChoiceWords<Schedule> {
    static constexpr std::array<std::string_view, 3> kWords = {"constant", "cosine-step",
                                                               "cosine-epoch"};
};

/// What predicts the click.
enum class Branches { Id, Text, Joint };
template <>
struct ChoiceWords<Branches> {
    static constexpr std::array<std::string_view, 3> kWords = {"id", "text", "joint"};
};

/// Whether finetuning trains the language model.
enum class TextEncoderMode { Trained, Frozen };
template <>
struct ChoiceWords<TextEncoderMode> {
    static constexpr std::array<std::string_view, 2> kWords = {"trained", "frozen"};
};

/// How a sentence vector becomes a logit.
enum class TextHead { Linear, Tanh };
template <>
struct ChoiceWords<TextHead> {
    static constexpr std::array<std::string_view, 2> kWords = {"linear", "tanh"};
};

enum class TableOptimiser { AdamW, Adagrad };
template <>
struct ChoiceWords<TableOptimiser> {
    static constexpr std::array<std::string_view, 2> kWords = {"adamw", "adagrad"};
};

/// Whether rows whose ids are unknown are mixed by weights of their own.
enum class MixingWeights { One, Unknown };
template <>
struct ChoiceWords<MixingWeights> {
    static constexpr std::array<std::string_view, 2> kWords = {"one", "unknown"};
};

/// Which rows say the mixing weights.
enum class MixingFrom { Validation, Training };
template <>
struct ChoiceWords<MixingFrom> {
    static constexpr std::array<std::string_view, 2> kWords = {"validation", "training"};
};

/// The split whose AUC chooses the best epoch.
enum class SelectOn { Valid, Test };
template <>
struct ChoiceWords<SelectOn> {
    static constexpr std::array<std::string_view, 2> kWords = {"valid", "test"};
};

} // namespace flip

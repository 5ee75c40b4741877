#pragma once

#include "core/spec/choice.h"

#include <array>
#include <string_view>

namespace flip {

// Options that take one of a few words: each enum, followed by its words as users write them. The
// option table (option_table.cpp) offers them in this order; its help explains each of them.

// Choices of the run.

/// What a run does.
enum class RunKind { Pretrain, Finetune, Flip };
template <>
struct ChoiceWords<RunKind> {
    static constexpr std::array<std::string_view, 3> kWords = {"pretrain", "finetune", "flip"};
};

/// Which defaults unset options take.
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

/// How a sentence that is too long is truncated.
enum class TextCut { Fields, End };
template <>
struct ChoiceWords<TextCut> {
    static constexpr std::array<std::string_view, 2> kWords = {"fields", "end"};
};

/// To which length sentences are padded.
enum class TextPadding { None, Max };
template <>
struct ChoiceWords<TextPadding> {
    static constexpr std::array<std::string_view, 2> kWords = {"none", "max"};
};

/// How the sentence vector is computed from the token vectors.
enum class Pooling { First, Mean };
template <>
struct ChoiceWords<Pooling> {
    static constexpr std::array<std::string_view, 2> kWords = {"first", "mean"};
};

// Choices of the ids.

/// The click models over ids; model/id/registry.cpp lists their papers.
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

/// How the parts of dcnv2, gdcn and masknet are combined.
enum class Structure { Parallel, Stacked };
template <>
struct ChoiceWords<Structure> {
    static constexpr std::array<std::string_view, 2> kWords = {"parallel", "stacked"};
};

/// Which products pnn computes.
enum class PairProduct { Inner, Outer, Both };
template <>
struct ChoiceWords<PairProduct> {
    static constexpr std::array<std::string_view, 3> kWords = {"inner", "outer", "both"};
};

/// Which feature maps of a layer xdeepfm outputs.
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

/// Which fields share a matrix in fibinet.
enum class BilinearWeights { All, Each, Interaction };
template <>
struct ChoiceWords<BilinearWeights> {
    static constexpr std::array<std::string_view, 3> kWords = {"all", "each", "interaction"};
};

/// How din weights the items of a history.
enum class HistoryWeights { Raw, Softmax };
template <>
struct ChoiceWords<HistoryWeights> {
    static constexpr std::array<std::string_view, 2> kWords = {"raw", "softmax"};
};

/// Which rows of the id tables a step updates.
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

/// How the number of masked fields is rounded.
enum class MaskRounding { Round, Floor };
template <>
struct ChoiceWords<MaskRounding> {
    static constexpr std::array<std::string_view, 2> kWords = {"round", "floor"};
};

/// What mlm masks.
enum class MaskUnit { Field, Token };
template <>
struct ChoiceWords<MaskUnit> {
    static constexpr std::array<std::string_view, 2> kWords = {"field", "token"};
};

/// How the fields that mlm masks relate to those that mfm masks.
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

/// Which ids the noise ids of mfm are drawn from.
enum class NoiseFrom { All, Field };
template <>
struct ChoiceWords<NoiseFrom> {
    static constexpr std::array<std::string_view, 2> kWords = {"all", "field"};
};

/// Which positions mfm attends to when it recovers a masked id.
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

/// Whether icl and mfm share one forward pass over the unmasked sentence.
enum class CleanPass { Shared, Separate };
template <>
struct ChoiceWords<CleanPass> {
    static constexpr std::array<std::string_view, 2> kWords = {"shared", "separate"};
};

/// At which tokens mlm computes its vocabulary scores.
enum class TokenHead { Labelled, All };
template <>
struct ChoiceWords<TokenHead> {
    static constexpr std::array<std::string_view, 2> kWords = {"labelled", "all"};
};

/// What mlm reads besides the masked sentence.
enum class TokenContext { Ids, None };
template <>
struct ChoiceWords<TokenContext> {
    static constexpr std::array<std::string_view, 2> kWords = {"ids", "none"};
};

// Choices of finetuning, and of both stages.

/// Which parameters weight decay applies to.
enum class DecayedParameters { Weights, All };
template <>
struct ChoiceWords<DecayedParameters> {
    static constexpr std::array<std::string_view, 2> kWords = {"weights", "all"};
};

/// How learning rates change after the warm-up; in pretraining they always fall.
enum class Schedule { Constant, CosineStep, CosineEpoch };
template <>
struct ChoiceWords<Schedule> {
    static constexpr std::array<std::string_view, 3> kWords = {"constant", "cosine-step",
                                                               "cosine-epoch"};
};

/// Which branches predict the click.
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

/// Whether the mixing weight of a row depends on which of its ids are unknown.
enum class MixingWeights { One, Unknown };
template <>
struct ChoiceWords<MixingWeights> {
    static constexpr std::array<std::string_view, 2> kWords = {"one", "unknown"};
};

/// Which rows the mixing weights are learned from.
enum class MixingFrom { Validation, Training };
template <>
struct ChoiceWords<MixingFrom> {
    static constexpr std::array<std::string_view, 2> kWords = {"validation", "training"};
};

/// The split whose AUC selects the best epoch.
enum class SelectOn { Valid, Test };
template <>
struct ChoiceWords<SelectOn> {
    static constexpr std::array<std::string_view, 2> kWords = {"valid", "test"};
};

} // namespace flip

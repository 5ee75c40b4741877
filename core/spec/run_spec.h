#pragma once

#include "core/spec/choices.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// The complete recipe of one run: everything that decides its numbers. Made by resolve()
/// (options.h); the option table documents each member, its range and its default.
struct RunSpec {
    RunKind kind;
    std::int64_t seed;
    std::string device; // auto | cpu | cuda | cuda:N
    RecipeKind recipe;
    std::int64_t threads;
    KeptWeights checkpoints;

    struct Data {
        std::string dataset;
    } data;

    struct Text {
        std::string templateText; // empty: "<field> is {field}." for every field
        std::int64_t maxTokens;
        TextCut cut;
        std::string givesWay; // fields whose values are cut first, "genre, title"
        std::string missing;  // text for an empty value
        TextPadding padding;
        std::string itemTemplate; // a second sentence for a second tower; empty: one tower
    } text;

    struct Plm {
        std::string path;
        std::int64_t layers; // 0 = all
        double dropout;      // below 0: the value in the model's config.json
        Pooling pooling;
    } plm;

    struct Id {
        BackboneKind backbone;
        std::int64_t embeddingDim;
        std::vector<std::int64_t> hidden;
        std::int64_t crossLayers;
        std::int64_t experts;
        std::int64_t rank;
        Structure structure;
        std::int64_t heads;
        std::int64_t attentionDim;
        std::int64_t attentionLayers;
        DeepPart deepPart;
        PairProduct product;
        std::vector<std::int64_t> cinLayers;
        CinOutputs cinOutputs;
        BilinearWeights bilinear;
        std::int64_t reduction;
        std::int64_t logNeurons;
        std::vector<std::int64_t> maskBlocks;
        double maskRatio;
        std::string gateFields; // "user_id, age; movie_id": first stream; second stream
        std::int64_t gateContext;
        std::int64_t gateHidden;
        std::string historyBy; // the field that identifies the user
        std::string historyOf; // the item's id fields, "movie_id, genre"
        std::int64_t historyLength;
        std::vector<std::int64_t> historyHidden; // of the attention over it
        HistoryWeights historyWeights;
        double dropout;
        double initStd;
        std::string fieldDims;    // "movie_id = 16, gender = 4"; empty: embeddingDim for all
        std::int64_t minCount;    // ids in fewer training rows are unknown
        std::int64_t hashBuckets; // maximum table rows of a field; 0 = one for each id
        TableUpdates tableUpdates;
    } id;

    struct Pretrain {
        std::int64_t epochs;
        std::int64_t batchSize;
        double learningRate;
        std::vector<PretrainLoss> losses;
        double maskRatioTable;
        double maskRatioText;
        MaskRounding maskRounding;
        MaskUnit maskUnit;
        MaskedFields maskedFields;
        std::int64_t maxSteps; // 0 = no limit
        double temperature;
        TemperatureKind temperatureKind;
        Similarity similarity;
        std::int64_t projectionDim;
        double projectionDropout;
        double tokenDropout;
        std::int64_t noise;
        NoiseFrom noiseFrom;
        std::int64_t fieldDim; // width of a recovered field and of its noise-contrastive table
        FieldAttention fieldAttention;
        AttentionScale attentionScale;
        CleanPass cleanPass;
        TokenHead tokenHead;
        TokenContext tokenContext;
        double weightDecay;
        DecayedParameters decay;
        double warmup; // share of all steps
        Schedule schedule;
        double clipNorm; // 0 = off
        std::int64_t alignmentRows;
    } pretrain;

    struct Finetune {
        Branches branches;
        std::int64_t epochs;
        std::int64_t batchSize;
        std::int64_t microBatch;
        double learningRate;
        double textLearningRate;
        double weightDecay;
        double textWeightDecay;
        DecayedParameters decay;
        TextEncoderMode textEncoder;
        TextHead textHead;
        std::int64_t textHeadDim;
        std::int64_t idEpochs; // of the id branch alone, before joint training
        std::int64_t idBatchSize;
        double idRate;     // of the id branch in a joint run, as a multiple of learningRate
        double fusionRate; // of the mixing weight, likewise
        double unknownRate;
        std::string unknownFields; // "movie_id, title; user_id": groups dropped together
        double maskRatioText;      // share of field-value tokens that a step masks
        std::int64_t patience;
        double plateauFactor;
        TableOptimiser tableOptimiser;
        double embeddingL2;
        double alphaStart;
        MixingWeights mixing;
        MixingFrom mixingFrom;
        double warmup;
        Schedule schedule;
        double clipNorm;
        SelectOn selectOn;
        std::int64_t maxSteps;
        std::string from;
    } finetune;
};

/// Whether a run trains its id branch alone before it trains both branches together.
inline bool trainsIdsFirst(const RunSpec& spec) {
    return spec.kind != RunKind::Pretrain && spec.finetune.branches == Branches::Joint &&
           spec.finetune.idEpochs > 0;
}

} // namespace flip

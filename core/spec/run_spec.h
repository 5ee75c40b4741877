#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// The complete recipe of one run: everything that decides its numbers, nothing else. Made by
/// resolve() (options.h), which also says what each member means, its range and its default.
struct RunSpec {
    std::string kind; // pretrain | finetune | flip
    std::int64_t seed;
    std::string device; // auto | cpu | cuda | cuda:N
    std::string recipe; // default | published
    std::int64_t threads;

    struct Data {
        std::string dataset;
    } data;

    struct Text {
        std::string templateText; // empty: "<field> is {field}." for every field
        std::int64_t maxTokens;
        std::string cut;      // fields | end
        std::string givesWay; // fields whose values are cut first, "genre, title"
        std::string missing;  // words for a value that is empty
        std::string padding;  // none | max
    } text;

    struct Plm {
        std::string path;
        std::int64_t layers; // 0 = all
        double dropout;      // below 0: as the model's own config.json says
    } plm;

    struct Id {
        std::string backbone;
        std::int64_t embeddingDim;
        std::vector<std::int64_t> hidden;
        std::int64_t crossLayers;
        std::int64_t experts;
        std::int64_t rank;
        double dropout;
        double initStd;
        std::string fieldDims;    // "movie_id = 16, gender = 4"; empty: embeddingDim for all
        std::int64_t minCount;    // ids that fewer training rows hold are unknown
        std::int64_t hashBuckets; // most rows of a field in the tables; 0 = one for each id
        std::string tableUpdates; // auto | touched | all
    } id;

    struct Pretrain {
        std::int64_t epochs;
        std::int64_t batchSize;
        double learningRate;
        std::vector<std::string> losses; // of icl, mfm, mlm
        double maskRatioTable;
        double maskRatioText;
        std::string maskRounding; // round | floor
        std::int64_t maxSteps;    // 0 = no limit
        double temperature;
        std::int64_t projectionDim;
        double projectionDropout;
        double tokenDropout;
        std::int64_t noise;
        std::int64_t fieldDim;      // width of a recovered field and of its noise-contrastive table
        std::string fieldAttention; // tokens | padded
        std::string cleanPass;      // shared | separate
        std::string tokenHead;      // labelled | all
        double weightDecay;
        std::string decay;    // weights | all
        double warmup;        // share of all steps
        std::string schedule; // cosine-step | cosine-epoch
        double clipNorm;      // 0 = off
        std::int64_t alignmentRows;
    } pretrain;

    struct Finetune {
        std::string branches; // id | text | joint
        std::int64_t epochs;
        std::int64_t batchSize;
        std::int64_t microBatch;
        double learningRate;
        double textLearningRate;
        double weightDecay;
        double textWeightDecay;
        std::string decay; // weights | all
        std::int64_t patience;
        double plateauFactor;
        std::string tableOptimiser; // adamw | adagrad
        double embeddingL2;
        double alphaStart;
        double warmup;
        double clipNorm;
        std::string selectOn; // valid | test
        std::int64_t maxSteps;
        std::string from;
    } finetune;
};

} // namespace flip

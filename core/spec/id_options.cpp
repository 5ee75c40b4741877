#include "core/spec/id_options.h"

#include "core/spec/option_row.h"

#include <algorithm>
#include <iterator>

namespace flip {

namespace {

using Id = RunSpec::Id;

constexpr double kWide = 4096;
constexpr double kManyLayers = 64;

using enum BackboneKind;

std::vector<BackboneKind> allBut(const std::vector<BackboneKind>& some) {
    std::vector<BackboneKind> others;
    std::ranges::copy_if(
        allChoices<BackboneKind>(), std::back_inserter(others),
        [&](BackboneKind one) { return std::ranges::find(some, one) == some.end(); });
    return others;
}

const std::vector<BackboneKind> kDeepAndCross = {Dcn, DcnV2, DcnMix, Gdcn};

/// A row of this table, under RunSpec::id.
template <auto Member>
auto idRow(std::string key, std::string label, auto defaultValue, std::string help) {
    return row<&RunSpec::id, Member>(OptionGroup::Ids, "id." + std::move(key), std::move(label),
                                     std::move(defaultValue), std::move(help));
}

void addSizes(std::vector<Option>& table) {
    table.push_back(idRow<&Id::backbone>(
        "backbone", "Backbone", DcnMix,
        "The click model over ids. lr weighs single ids; fm, ffm, afm and nfm pairs of them; "
        "pnn, wide-deep and deepfm add a deep part; xdeepfm, dcn, dcnv2, dcn-mix and gdcn "
        "cross features explicitly; autoint lets fields attend to each other; fibinet, "
        "masknet and finalmlp weigh fields before they mix them; afn learns the powers of its "
        "products; din looks at what the user clicked before."));
    table.push_back(
        idRow<&Id::embeddingDim>("embedding_dim", "Embedding width", 32,
                                 "Numbers learned for each id; lr learns one. ffm learns that many "
                                 "for each id and other field: 4 is its published width.")
            .from(1, kWide)
            .ofBackbones(allBut({Lr})));
    table.push_back(idRow<&Id::hidden>("hidden", "Hidden layers",
                                       std::vector<std::int64_t>{300, 300, 128},
                                       "Widths of the deep part's layers, first to last, at least "
                                       "one; of both streams in finalmlp. lr, fm, ffm and afm have "
                                       "no deep part and ignore them.")
                        .from(1, 65536)
                        .ofBackbones(allBut({Lr, Fm, Ffm, Afm})));
    table.push_back(
        idRow<&Id::crossLayers>("cross_layers", "Cross layers", 2,
                                "Layers of explicit feature crossing in dcn, dcnv2, dcn-mix and "
                                "gdcn; the other backbones have none.")
            .in("layers")
            .from(1, kManyLayers)
            .ofBackbones(kDeepAndCross));
}

void addCrossing(std::vector<Option>& table) {
    table.push_back(idRow<&Id::experts>("experts", "Experts", 4,
                                        "Low-rank experts that each cross layer of dcn-mix mixes.")
                        .from(1, 64)
                        .ofBackbones({DcnMix})
                        .advanced());
    table.push_back(idRow<&Id::rank>("rank", "Rank", 32, "Inner width of each expert of dcn-mix.")
                        .from(1, kWide)
                        .ofBackbones({DcnMix})
                        .advanced());
    table.push_back(
        idRow<&Id::structure>("structure", "Structure", Structure::Parallel,
                              "How the parts of dcnv2, gdcn and masknet join: parallel puts the "
                              "cross layers beside the deep part and the blocks of masknet beside "
                              "each other, under a deep part; stacked puts each on the one before "
                              "it, and then masknet has no deep part.")
            .ofBackbones({DcnV2, Gdcn, MaskNet})
            .advanced());
    table.push_back(idRow<&Id::product>("product", "Products", PairProduct::Inner,
                                        "What pnn hands to its deep part beside the embeddings: "
                                        "inner products of all pairs of fields, the outer product "
                                        "of the fields' sum with itself, or both.")
                        .ofBackbones({Pnn})
                        .advanced());
    table.push_back(idRow<&Id::cinLayers>("cin_layers", "Interaction maps",
                                          std::vector<std::int64_t>{200, 200, 200},
                                          "Maps of each layer of xdeepfm's compressed interaction "
                                          "network, first to last, at least one.")
                        .from(1, kWide)
                        .ofBackbones({XDeepFm})
                        .advanced());
    table.push_back(
        idRow<&Id::cinOutputs>("cin_outputs", "Maps that are output", CinOutputs::All,
                               "Which maps of a layer xdeepfm outputs: all, which go on to the "
                               "next layer as well; or half, and the other half goes on. The last "
                               "layer outputs all of its maps.")
            .ofBackbones({XDeepFm})
            .advanced());
}

void addAttention(std::vector<Option>& table) {
    table.push_back(
        idRow<&Id::heads>("heads", "Heads", 2,
                          "Heads of autoint's attention, which share its width, and of finalmlp's "
                          "fusion, which share the last hidden layer; both must be divisible.")
            .in("heads")
            .from(1, 256)
            .ofBackbones({AutoInt, FinalMlp})
            .advanced());
    table.push_back(idRow<&Id::attentionDim>("attention_dim", "Attention width", 64,
                                             "Width of the attention of afm, and of autoint over "
                                             "all of its heads.")
                        .from(1, kWide)
                        .ofBackbones({Afm, AutoInt})
                        .advanced());
    table.push_back(idRow<&Id::attentionLayers>("attention_layers", "Attention layers", 3,
                                                "Layers of attention between fields in autoint.")
                        .in("layers")
                        .from(1, kManyLayers)
                        .ofBackbones({AutoInt})
                        .advanced());
    table.push_back(idRow<&Id::deepPart>("deep_part", "Deep part", DeepPart::With,
                                         "Whether autoint has a deep part beside its attention "
                                         "(published as AutoInt+) or stands without.")
                        .ofBackbones({AutoInt})
                        .advanced());
}

void addWeighing(std::vector<Option>& table) {
    table.push_back(
        idRow<&Id::bilinear>("bilinear", "Bilinear weights", BilinearWeights::Interaction,
                             "For whom fibinet has a matrix of its own between two fields: all "
                             "share one, each left field has one, or each interaction, that is "
                             "pair, has one.")
            .ofBackbones({FiBiNet})
            .advanced());
    table.push_back(
        idRow<&Id::reduction>("reduction", "Squeeze ratio", 3,
                              "By what fibinet divides the number of fields where it squeezes "
                              "them to weigh them; one number is left at least.")
            .from(1, 1024)
            .ofBackbones({FiBiNet})
            .advanced());
    table.push_back(idRow<&Id::logNeurons>("log_neurons", "Logarithmic neurons", 256,
                                           "Products with learned powers that afn makes of the "
                                           "fields.")
                        .in("neurons")
                        .from(1, 65536)
                        .ofBackbones({Afn})
                        .advanced());
    table.push_back(idRow<&Id::maskBlocks>("mask_blocks", "Mask blocks",
                                           std::vector<std::int64_t>{64, 64, 64},
                                           "Widths of masknet's blocks, first to last, at least "
                                           "one.")
                        .from(1, 65536)
                        .ofBackbones({MaskNet})
                        .advanced());
    table.push_back(
        idRow<&Id::maskRatio>("mask_ratio", "Mask ratio", 2.0,
                              "Inner width of the masks of masknet, as a multiple of the width of "
                              "all embeddings of a row.")
            .above(0, 64)
            .ofBackbones({MaskNet})
            .advanced());
    table.push_back(
        idRow<&Id::gateFields>("gate_fields", "Fields of the gates", "",
                               "Fields that the two gates of finalmlp look at, parted by commas: "
                               "those of the first stream, a semicolon, those of the second. A "
                               "gate without fields is the same for every row.")
            .ofBackbones({FinalMlp})
            .advanced());
    table.push_back(idRow<&Id::gateContext>("gate_context", "Context of a gate", 16,
                                            "Numbers learned for a gate of finalmlp that looks at "
                                            "no field.")
                        .from(1, kWide)
                        .ofBackbones({FinalMlp})
                        .advanced());
    table.push_back(idRow<&Id::gateHidden>("gate_hidden", "Hidden layer of a gate", 64,
                                           "Width of the hidden layer of each gate of finalmlp.")
                        .from(1, 65536)
                        .ofBackbones({FinalMlp})
                        .advanced());
}

/// How ids become rows of tables, and which rows a step computes.
void addTables(std::vector<Option>& table) {
    table.push_back(idRow<&Id::fieldDims>(
                        "field_dims", "Widths of single fields", "",
                        "Fields whose ids have vectors of another width, \"movie_id = 16, gender = "
                        "4\"; a matrix of its own brings each to the embedding width. lr and ffm "
                        "have no such vectors.")
                        .ofBackbones(allBut({Lr, Ffm}))
                        .advanced());
    table.push_back(
        idRow<&Id::minCount>("min_count", "Rarest id", 1,
                             "Ids that stand in fewer training rows share the unknown id of their "
                             "field, as if the dataset had been imported with this minimum count.")
            .in("rows")
            .from(1, 1e6)
            .advanced());
    table.push_back(
        idRow<&Id::hashBuckets>("hash_buckets", "Table rows of a field", 0,
                                "A field with more ids than this shares so many table rows: half "
                                "of them belong to its most frequent ids, a hash spreads the "
                                "others over the rest. 0 gives each id its own row.")
            .in("rows")
            .from(0, 2147483647)
            .advanced());
    table.push_back(
        idRow<&Id::tableUpdates>(
            "table_updates", "Updated table rows", TableUpdates::Auto,
            "touched computes the rows that a step reads and makes up for the steps that a row has "
            "missed, all computes every row in every step; the weights are the same. auto is "
            "touched on a processor where the tables have more rows than a batch has ids, or, "
            "without L2 on them, more than 200 times as many; else all. The loss tables that "
            "touched tells counts each row "
            "as the last step that read it left it, and anew at each epoch's end.")
            .advanced());
}

void addHistory(std::vector<Option>& table) {
    table.push_back(
        idRow<&Id::historyBy>("history_by", "History of whom", "",
                              "Field that names the user, e.g. user_id. din reads the items that "
                              "the same user clicked before: training rows with label 1, strictly "
                              "earlier in time, so the dataset needs [time] in its schema. A row "
                              "whose value is empty has no history. The other backbones read none.")
            .ofBackbones({Din})
            .advanced());
    table.push_back(
        idRow<&Id::historyOf>("history_of", "What of an item", "",
                              "Id fields that say what an item of din's history is, parted by "
                              "commas, e.g. \"movie_id, genre\". din compares them with the same "
                              "fields of the row.")
            .ofBackbones({Din})
            .advanced());
    table.push_back(idRow<&Id::historyLength>("history_length", "Length of the history", 20,
                                              "Items of the history that din reads, the latest.")
                        .in("items")
                        .from(1, 1024)
                        .ofBackbones({Din})
                        .advanced());
    table.push_back(idRow<&Id::historyHidden>("history_hidden", "Layers of the interest",
                                              std::vector<std::int64_t>{64, 32},
                                              "Widths of the hidden layers by which din says how "
                                              "much an item of the history counts, at least one.")
                        .from(1, 65536)
                        .ofBackbones({Din})
                        .advanced());
    table.push_back(
        idRow<&Id::historyWeights>("history_weights", "Weights of the history", HistoryWeights::Raw,
                                   "How much the items of din's history count: raw numbers, as "
                                   "published, so that a long history can count more than a short "
                                   "one; or softmax, which makes them shares of one.")
            .ofBackbones({Din})
            .advanced());
}

} // namespace

void addIdOptions(std::vector<Option>& table) {
    addSizes(table);
    addCrossing(table);
    addAttention(table);
    addWeighing(table);
    addHistory(table);
    table.push_back(
        idRow<&Id::dropout>("dropout", "Dropout", 0.0,
                            "Share of activations switched off while training: in the deep part, "
                            "in the attention of autoint, in the blocks of masknet and in the "
                            "pooled pairs of afm. lr, fm and ffm have none.")
            .from(0, 0.99)
            .ofBackbones(allBut({Lr, Fm, Ffm})));
    table.push_back(idRow<&Id::initStd>("init_std", "Spread of first embeddings", 1e-4,
                                        "Standard deviation of the normal distribution that the id "
                                        "tables start from.")
                        .above(0, 10)
                        .advanced());
    addTables(table);
}

} // namespace flip

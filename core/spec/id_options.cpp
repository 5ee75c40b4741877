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

/// A row of this table, for a member of RunSpec::id.
template <auto Member>
auto idRow(std::string key, std::string label, auto defaultValue, std::string help) {
    return row<&RunSpec::id, Member>(OptionGroup::Ids, "id." + std::move(key), std::move(label),
                                     std::move(defaultValue), std::move(help));
}

void addSizes(std::vector<Option>& table) {
    table.push_back(idRow<&Id::backbone>(
        "backbone", "Backbone", DcnMix,
        "The click model over ids. lr weights single ids; fm, ffm, afm and nfm pairs of ids; pnn, "
        "wide-deep and deepfm add a deep part; xdeepfm, dcn, dcnv2, dcn-mix and gdcn cross "
        "features explicitly; autoint lets fields attend to each other; fibinet, masknet and "
        "finalmlp weight fields before they combine them; afn learns the exponents of its "
        "products; din reads what the user clicked before."));
    table.push_back(
        idRow<&Id::embeddingDim>("embedding_dim", "Embedding width", 32,
                                 "Numbers learned for each id; lr learns one. ffm learns this many "
                                 "for each id and other field: 4 is its published width.")
            .from(1, kWide)
            .ofBackbones(allBut({Lr})));
    table.push_back(
        idRow<&Id::hidden>(
            "hidden", "Hidden layers", std::vector<std::int64_t>{300, 300, 128},
            "Widths of the deep part's layers, first to last, at least one; in finalmlp those of "
            "both streams. lr, fm, ffm and afm have no deep part and ignore them.")
            .from(1, 65536)
            .ofBackbones(allBut({Lr, Fm, Ffm, Afm})));
    table.push_back(idRow<&Id::crossLayers>("cross_layers", "Cross layers", 2,
                                            "Number of cross layers in dcn, dcnv2, dcn-mix and "
                                            "gdcn; the other backbones have none.")
                        .in("layers")
                        .from(1, kManyLayers)
                        .ofBackbones(kDeepAndCross));
}

void addCrossing(std::vector<Option>& table) {
    table.push_back(
        idRow<&Id::experts>("experts", "Experts", 4,
                            "Number of low-rank experts in each cross layer of dcn-mix.")
            .from(1, 64)
            .ofBackbones({DcnMix})
            .advanced());
    table.push_back(idRow<&Id::rank>("rank", "Rank", 32, "Inner width of each expert of dcn-mix.")
                        .from(1, kWide)
                        .ofBackbones({DcnMix})
                        .advanced());
    table.push_back(
        idRow<&Id::structure>(
            "structure", "Structure", Structure::Parallel,
            "How the parts of dcnv2, gdcn and masknet are combined: parallel places the cross "
            "layers next to the deep part, and the blocks of masknet next to each other below a "
            "deep part; stacked feeds each into the next, and masknet has no deep part.")
            .ofBackbones({DcnV2, Gdcn, MaskNet})
            .advanced());
    table.push_back(
        idRow<&Id::product>(
            "product", "Products", PairProduct::Inner,
            "What the deep part of pnn reads besides the embeddings: inner products of all pairs "
            "of fields, the outer product of the fields' sum with itself, or both.")
            .ofBackbones({Pnn})
            .advanced());
    table.push_back(idRow<&Id::cinLayers>(
                        "cin_layers", "CIN feature maps", std::vector<std::int64_t>{200, 200, 200},
                        "Number of feature maps in each layer of xdeepfm's compressed interaction "
                        "network (CIN), first to last, at least one.")
                        .from(1, kWide)
                        .ofBackbones({XDeepFm})
                        .advanced());
    table.push_back(
        idRow<&Id::cinOutputs>("cin_outputs", "CIN outputs", CinOutputs::All,
                               "Which feature maps of a layer xdeepfm outputs: all outputs every "
                               "map and also passes it to the next layer; half outputs one half "
                               "and passes on the other. The last layer outputs all of its maps.")
            .ofBackbones({XDeepFm})
            .advanced());
}

void addAttention(std::vector<Option>& table) {
    table.push_back(
        idRow<&Id::heads>(
            "heads", "Heads", 2,
            "Number of heads of autoint's attention, which split its width, and of finalmlp's "
            "fusion, which split the last hidden layer; both widths must be divisible by it.")
            .in("heads")
            .from(1, 256)
            .ofBackbones({AutoInt, FinalMlp})
            .advanced());
    table.push_back(idRow<&Id::attentionDim>(
                        "attention_dim", "Attention width", 64,
                        "Width of the attention of afm, and of autoint over all of its heads.")
                        .from(1, kWide)
                        .ofBackbones({Afm, AutoInt})
                        .advanced());
    table.push_back(
        idRow<&Id::attentionLayers>("attention_layers", "Attention layers", 3,
                                    "Number of attention layers between fields in autoint.")
            .in("layers")
            .from(1, kManyLayers)
            .ofBackbones({AutoInt})
            .advanced());
    table.push_back(idRow<&Id::deepPart>("deep_part", "Deep part", DeepPart::With,
                                         "Whether autoint has a deep part next to its attention "
                                         "(published as AutoInt+) or only the attention.")
                        .ofBackbones({AutoInt})
                        .advanced());
}

void addWeighing(std::vector<Option>& table) {
    table.push_back(
        idRow<&Id::bilinear>(
            "bilinear", "Bilinear weights", BilinearWeights::Interaction,
            "Which matrix fibinet uses between two fields: all fields share one, each left field "
            "has its own, or each interaction, that is each pair of fields, has its own.")
            .ofBackbones({FiBiNet})
            .advanced());
    table.push_back(
        idRow<&Id::reduction>("reduction", "Squeeze ratio", 3,
                              "The number of fields is divided by this where fibinet squeezes them "
                              "to weight them; at least one number remains.")
            .from(1, 1024)
            .ofBackbones({FiBiNet})
            .advanced());
    table.push_back(
        idRow<&Id::logNeurons>("log_neurons", "Logarithmic neurons", 256,
                               "Number of products of fields with learned exponents in afn.")
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
    table.push_back(idRow<&Id::maskRatio>("mask_ratio", "Mask ratio", 2.0,
                                          "Inner width of masknet's masks, as a multiple of the "
                                          "width of all embeddings of a row.")
                        .above(0, 64)
                        .ofBackbones({MaskNet})
                        .advanced());
    table.push_back(
        idRow<&Id::gateFields>("gate_fields", "Gate fields", "",
                               "Fields that the two gates of finalmlp read, separated by commas: "
                               "those of the first stream, a semicolon, those of the second. A "
                               "gate without fields is the same for every row.")
            .ofBackbones({FinalMlp})
            .advanced());
    table.push_back(
        idRow<&Id::gateContext>("gate_context", "Gate context", 16,
                                "Numbers learned for a gate of finalmlp that reads no field.")
            .from(1, kWide)
            .ofBackbones({FinalMlp})
            .advanced());
    table.push_back(idRow<&Id::gateHidden>("gate_hidden", "Gate hidden layer", 64,
                                           "Width of the hidden layer of each gate of finalmlp.")
                        .from(1, 65536)
                        .ofBackbones({FinalMlp})
                        .advanced());
}

/// Options for how ids map to table rows, and which rows a step updates.
void addTables(std::vector<Option>& table) {
    table.push_back(
        idRow<&Id::fieldDims>(
            "field_dims", "Embedding width by field", "",
            "Fields with another embedding width, \"movie_id = 16, gender = 4\"; a matrix per "
            "field projects these vectors to the common width. lr and ffm have no such vectors.")
            .ofBackbones(allBut({Lr, Ffm}))
            .advanced());
    table.push_back(
        idRow<&Id::minCount>("min_count", "Minimum id count", 1,
                             "Ids that occur in fewer training rows share the unknown id of their "
                             "field, as if the dataset had been imported with this minimum count.")
            .in("rows")
            .from(1, 1e6)
            .advanced());
    table.push_back(
        idRow<&Id::hashBuckets>("hash_buckets", "Table rows per field", 0,
                                "Maximum number of table rows of a field. If a field has more ids, "
                                "half of the rows belong to its most frequent ids, and a hash "
                                "spreads the others over the rest. 0 gives each id its own row.")
            .in("rows")
            .from(0, 2147483647)
            .advanced());
    table.push_back(
        idRow<&Id::tableUpdates>(
            "table_updates", "Updated table rows", TableUpdates::Auto,
            "touched updates only the rows that a step reads and later catches up on the steps "
            "that a row has missed (lazy update); all updates every row in every step; the weights "
            "are the same. auto is touched on a CPU if the tables have more rows than a batch has "
            "ids, or, without L2 on them, more than 200 times as many; otherwise all. With "
            "touched, the loss \"tables\" uses each row as the last step that read it left it, and "
            "is recomputed at the end of each epoch.")
            .advanced());
}

void addHistory(std::vector<Option>& table) {
    table.push_back(idRow<&Id::historyBy>(
                        "history_by", "User field of the history", "",
                        "Field that identifies the user, e.g. user_id. din reads the items that "
                        "the same user clicked before: training rows with label 1, strictly "
                        "earlier in time, so the dataset needs [time] in its schema. A row whose "
                        "value is empty has no history. The other backbones read no history.")
                        .ofBackbones({Din})
                        .advanced());
    table.push_back(
        idRow<&Id::historyOf>(
            "history_of", "Item fields of the history", "",
            "Id fields that describe an item of din's history, separated by commas, e.g. "
            "\"movie_id, genre\". din compares them with the same fields of the row.")
            .ofBackbones({Din})
            .advanced());
    table.push_back(
        idRow<&Id::historyLength>("history_length", "Length of the history", 20,
                                  "Number of most recent items of the history that din reads.")
            .in("items")
            .from(1, 1024)
            .ofBackbones({Din})
            .advanced());
    table.push_back(
        idRow<&Id::historyHidden>(
            "history_hidden", "History attention layers", std::vector<std::int64_t>{64, 32},
            "Widths of the hidden layers of din's attention over the history, at least one.")
            .from(1, 65536)
            .ofBackbones({Din})
            .advanced());
    table.push_back(
        idRow<&Id::historyWeights>(
            "history_weights", "Weights of the history", HistoryWeights::Raw,
            "How din weights the items of the history: raw numbers, as published, so that a long "
            "history can count more than a short one; or softmax, which makes them sum to 1.")
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
                            "Share of activations dropped during training: in the deep part, in "
                            "the attention of autoint, in the blocks of masknet and in the pooled "
                            "pairs of afm. lr, fm and ffm have none.")
            .from(0, 0.99)
            .ofBackbones(allBut({Lr, Fm, Ffm})));
    table.push_back(idRow<&Id::initStd>("init_std", "Initial embedding spread", 1e-4,
                                        "Standard deviation of the normal distribution from which "
                                        "the id tables are initialised.")
                        .above(0, 10)
                        .advanced());
    addTables(table);
}

} // namespace flip

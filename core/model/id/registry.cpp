#include "core/model/id/backbone.h"
#include "core/model/id/zoo.h"

#include <algorithm>
#include <cassert>

namespace flip {

namespace {

constexpr bool kPairs = true;
constexpr bool kHistory = true;

const BackboneEntry& entryOf(BackboneKind kind) {
    const auto found = std::ranges::find(backbones(), kind, &BackboneEntry::kind);
    assert(found != backbones().end());
    return *found;
}

/// Rejects id.field_dims for a backbone without id vectors of a common width.
Result<void> checkOneWidth(const BackboneOptions& options) {
    if (!options.fieldDims.empty()) {
        return Problem{"has no effect in lr and ffm, whose id vectors cannot be projected to a "
                       "common width; leave it empty",
                       "id.field_dims"};
    }
    return {};
}

} // namespace

const std::vector<BackboneEntry>& backbones() {
    using enum BackboneKind;
    static const std::vector<BackboneEntry> entries = {
        {Lr, "logistic regression on ids", makeLr, !kPairs, checkOneWidth},
        {Fm, "Rendle, Factorization Machines, ICDM 2010", makeFm, kPairs},
        {Ffm, "Juan et al., Field-aware Factorization Machines, RecSys 2016", makeFfm, kPairs,
         checkOneWidth},
        {Afm, "Xiao et al., Attentional Factorization Machines, IJCAI 2017", makeAfm, kPairs},
        {Nfm, "He and Chua, Neural Factorization Machines, SIGIR 2017", makeNfm, kPairs},
        {Pnn, "Qu et al., Product-based Neural Networks, ICDM 2016", makePnn},
        {WideDeep, "Cheng et al., Wide & Deep Learning, DLRS 2016", makeWideDeep},
        {DeepFm, "Guo et al., DeepFM, IJCAI 2017", makeDeepFm},
        {XDeepFm, "Lian et al., xDeepFM, KDD 2018", makeXDeepFm},
        {Dcn, "Wang et al., Deep & Cross Network, ADKDD 2017", makeDcn},
        {DcnV2, "Wang et al., DCN V2, WWW 2021", makeDcnV2},
        {DcnMix, "Wang et al., DCN V2 (mixture of low-rank experts), WWW 2021", makeDcnMix},
        {Gdcn, "Wang et al., Gated Deep & Cross Network, CIKM 2023", makeGdcn},
        {AutoInt, "Song et al., AutoInt, CIKM 2019", makeAutoInt, !kPairs, checkAutoInt},
        {FiBiNet, "Huang et al., FiBiNET, RecSys 2019", makeFiBiNet, kPairs},
        {Afn, "Cheng et al., Adaptive Factorization Network, AAAI 2020", makeAfn},
        {MaskNet, "Wang et al., MaskNet, DLP-KDD 2021", makeMaskNet},
        {FinalMlp, "Mao et al., FinalMLP, AAAI 2023", makeFinalMlp, !kPairs, checkFinalMlp},
        {Din, "Zhou et al., Deep Interest Network, KDD 2018", makeDin, !kPairs, checkDin, kHistory},
    };
    return entries;
}

Result<void> checkBackbone(BackboneKind kind, const BackboneOptions& options) {
    const BackboneEntry& entry = entryOf(kind);
    if (options.fields < (entry.pairsFields ? 2 : 1)) {
        return Problem{entry.pairsFields
                           ? "is " + std::string(wordOf(kind)) +
                                 ", which computes with pairs of id fields, but the "
                                 "dataset has " +
                                 std::to_string(options.fields) +
                                 "; choose lr, or set use = \"both\" for more fields in its schema"
                           : "computes with ids, but the dataset has no id field; set use = "
                             "\"both\" for some field in its schema",
                       "id.backbone"};
    }
    return entry.check == nullptr ? Result<void>() : entry.check(options);
}

std::vector<std::int64_t> historyFields(BackboneKind kind, const BackboneOptions& options) {
    return entryOf(kind).readsHistory ? itemFields(options) : std::vector<std::int64_t>();
}

Result<std::unique_ptr<Backbone>> makeBackbone(BackboneKind kind, Parameters& parameters,
                                               const Initialiser& init, const std::string& prefix,
                                               const BackboneOptions& options) {
    if (auto checked = checkBackbone(kind, options); !checked) {
        return checked.problem();
    }
    return entryOf(kind).make(parameters, init, prefix, options);
}

bool isIdTable(std::string_view parameterName) {
    return parameterName.ends_with("embedding.table") || parameterName.ends_with("linear.table");
}

} // namespace flip

#include "core/model/id/backbone.h"
#include "core/model/id/zoo.h"

#include <algorithm>

namespace flip {

namespace {

constexpr bool kPairs = true;
constexpr bool kHistory = true;

const BackboneEntry* find(const std::string& name) {
    const auto found = std::find_if(backbones().begin(), backbones().end(),
                                    [&](const BackboneEntry& entry) { return entry.name == name; });
    return found == backbones().end() ? nullptr : &*found;
}

/// Of a backbone whose ids have no vectors that a matrix could bring to one width.
Result<void> checkOneWidth(const BackboneOptions& options) {
    if (!options.fieldDims.empty()) {
        return Problem{"has no effect in lr and ffm, whose ids have no vectors of one width to "
                       "bring others to; leave it empty",
                       "id.field_dims"};
    }
    return {};
}

} // namespace

const std::vector<BackboneEntry>& backbones() {
    static const std::vector<BackboneEntry> entries = {
        {"lr", "logistic regression on ids", makeLr, !kPairs, checkOneWidth},
        {"fm", "Rendle, Factorization Machines, ICDM 2010", makeFm, kPairs},
        {"ffm", "Juan et al., Field-aware Factorization Machines, RecSys 2016", makeFfm, kPairs,
         checkOneWidth},
        {"afm", "Xiao et al., Attentional Factorization Machines, IJCAI 2017", makeAfm, kPairs},
        {"nfm", "He and Chua, Neural Factorization Machines, SIGIR 2017", makeNfm, kPairs},
        {"pnn", "Qu et al., Product-based Neural Networks, ICDM 2016", makePnn},
        {"wide-deep", "Cheng et al., Wide & Deep Learning, DLRS 2016", makeWideDeep},
        {"deepfm", "Guo et al., DeepFM, IJCAI 2017", makeDeepFm},
        {"xdeepfm", "Lian et al., xDeepFM, KDD 2018", makeXDeepFm},
        {"dcn", "Wang et al., Deep & Cross Network, ADKDD 2017", makeDcn},
        {"dcnv2", "Wang et al., DCN V2, WWW 2021", makeDcnV2},
        {"dcn-mix", "Wang et al., DCN V2 (mixture of low-rank experts), WWW 2021", makeDcnMix},
        {"gdcn", "Wang et al., Gated Deep & Cross Network, CIKM 2023", makeGdcn},
        {"autoint", "Song et al., AutoInt, CIKM 2019", makeAutoInt, !kPairs, checkAutoInt},
        {"fibinet", "Huang et al., FiBiNET, RecSys 2019", makeFiBiNet, kPairs},
        {"afn", "Cheng et al., Adaptive Factorization Network, AAAI 2020", makeAfn},
        {"masknet", "Wang et al., MaskNet, DLP-KDD 2021", makeMaskNet},
        {"finalmlp", "Mao et al., FinalMLP, AAAI 2023", makeFinalMlp, !kPairs, checkFinalMlp},
        {"din", "Zhou et al., Deep Interest Network, KDD 2018", makeDin, !kPairs, checkDin,
         kHistory},
    };
    return entries;
}

Result<void> checkBackbone(const std::string& name, const BackboneOptions& options) {
    const BackboneEntry* entry = find(name);
    if (entry == nullptr) {
        std::string known;
        for (const BackboneEntry& other : backbones()) {
            known += (known.empty() ? "" : ", ") + other.name;
        }
        return Problem{"no backbone is named '" + name + "'; there are " + known, "id.backbone"};
    }
    if (options.fields < (entry->pairsFields ? 2 : 1)) {
        return Problem{entry->pairsFields
                           ? "is " + name +
                                 ", which computes with pairs of id fields, but the "
                                 "dataset has " +
                                 std::to_string(options.fields) +
                                 "; choose lr, or set use = \"both\" for more fields in its schema"
                           : "computes with ids, but the dataset has no id field; set use = "
                             "\"both\" for some field in its schema",
                       "id.backbone"};
    }
    return entry->check == nullptr ? Result<void>() : entry->check(options);
}

std::vector<std::int64_t> historyFields(const std::string& name, const BackboneOptions& options) {
    const BackboneEntry* entry = find(name);
    return entry != nullptr && entry->readsHistory ? itemFields(options)
                                                   : std::vector<std::int64_t>();
}

Result<std::unique_ptr<Backbone>> makeBackbone(const std::string& name, Parameters& parameters,
                                               const Initialiser& init, const std::string& prefix,
                                               const BackboneOptions& options) {
    if (auto checked = checkBackbone(name, options); !checked) {
        return checked.problem();
    }
    return find(name)->make(parameters, init, prefix, options);
}

bool isIdTable(std::string_view parameterName) {
    return parameterName.ends_with("embedding.table") || parameterName.ends_with("linear.table");
}

} // namespace flip

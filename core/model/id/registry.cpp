#include "core/model/id/backbone.h"
#include "core/model/id/zoo.h"

#include <algorithm>

namespace flip {

const std::vector<BackboneEntry>& backbones() {
    static const std::vector<BackboneEntry> entries = {
        {"lr", "logistic regression on ids", makeLr},
        {"fm", "Rendle, Factorization Machines, ICDM 2010", makeFm},
        {"deepfm", "Guo et al., DeepFM, IJCAI 2017", makeDeepFm},
        {"dcnv2", "Wang et al., DCN V2, WWW 2021", makeDcnV2},
        {"dcn-mix", "Wang et al., DCN V2 (mixture of low-rank experts), WWW 2021", makeDcnMix},
    };
    return entries;
}

Result<std::unique_ptr<Backbone>> makeBackbone(const std::string& name, Parameters& parameters,
                                               const Initialiser& init, const std::string& prefix,
                                               const BackboneOptions& options) {
    const auto found = std::find_if(backbones().begin(), backbones().end(),
                                    [&](const BackboneEntry& entry) { return entry.name == name; });
    if (found == backbones().end()) {
        std::string known;
        for (const BackboneEntry& entry : backbones()) {
            known += (known.empty() ? "" : ", ") + entry.name;
        }
        return Problem{"no backbone is named '" + name + "'; there are " + known, "id.backbone"};
    }
    return found->make(parameters, init, prefix, options);
}

bool isIdTable(std::string_view parameterName) {
    return parameterName.ends_with("embedding.table") || parameterName.ends_with("linear.table");
}

} // namespace flip

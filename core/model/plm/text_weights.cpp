#include "core/model/plm/text_weights.h"

#include <torch/types.h>

#include <algorithm>
#include <set>

namespace flip {

namespace {

/// A tensor that every encoder has; the prefix of its name is the prefix of all names.
constexpr std::string_view kAnchor = "embeddings.word_embeddings.weight";

const char* modelPrefix(TextConfig::Family family) {
    switch (family) {
    case TextConfig::Family::Bert:
        return "bert.";
    case TextConfig::Family::Roberta:
        return "roberta.";
    case TextConfig::Family::DistilBert:
        return "distilbert.";
    case TextConfig::Family::Electra:
        return "electra.";
    }
    return "";
}

/// The prefix of the encoder's names. If a file holds several encoders, the one under the usual
/// name is used.
Result<std::string> prefixIn(const WeightsFile& file, TextConfig::Family family) {
    std::vector<std::string> found;
    for (const auto& [name, entry] : file.entries()) {
        if (name.ends_with(kAnchor)) {
            const std::string prefix = name.substr(0, name.size() - kAnchor.size());
            if (prefix.empty() || prefix.ends_with('.')) {
                found.push_back(prefix);
            }
        }
    }
    const std::string own = modelPrefix(family);
    if (found.empty()) {
        return std::string(); // the missing tensors are reported later
    }
    for (const std::string& usual :
         {own, std::string(), "model." + own, "module." + own, std::string("model."),
          std::string("module."), "module.model." + own}) {
        if (std::find(found.begin(), found.end(), usual) != found.end()) {
            return usual;
        }
    }
    if (found.size() > 1) {
        return Problem{"holds " + std::to_string(found.size()) + " encoders, '" + found[0] +
                           "' and '" + found[1] + "' among them; save only the encoder to use",
                       file.path().string()};
    }
    return found.front();
}

/// Files converted from TensorFlow call the weight of a norm gamma and its bias beta.
std::string oldName(const std::string& name) {
    for (const auto& [current, old] :
         {std::pair{".weight", ".gamma"}, std::pair{".bias", ".beta"}}) {
        if (name.ends_with(std::string("LayerNorm") + current)) {
            return name.substr(0, name.rfind('.')) + old;
        }
    }
    return name;
}

bool isFraction(NumberType type) {
    return type == NumberType::F64 || type == NumberType::F32 || type == NumberType::F16 ||
           type == NumberType::BF16;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (const std::int64_t extent : shape) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
    }
    return text + "]";
}

} // namespace

Result<void> TextWeightsMatch::check(const WeightsFile& file) const {
    const std::string where = file.path().string();
    if (!missing.empty()) {
        const std::string more =
            missing.size() == 1
                ? ""
                : ", one of " + std::to_string(missing.size()) + " that are missing";
        return Problem{"the tensor '" + missing.front() + "' is missing" + more +
                           "; these are not the weights of this config.json",
                       where};
    }
    if (!wrongShapes.empty()) {
        const WrongShape& wrong = wrongShapes.front();
        return Problem{"the tensor '" + wrong.name + "' has the shape " + shapeText(wrong.found) +
                           " where config.json says " + shapeText(wrong.expected) +
                           "; get the folder again",
                       where};
    }
    if (!wrongTypes.empty()) {
        return Problem{"the tensor '" + wrongTypes.front() +
                           "' holds whole numbers, as a quantised model does; use the model "
                           "before quantisation",
                       where};
    }
    return {};
}

Result<TextWeightsMatch> matchTextWeights(const WeightsFile& file, const TextConfig& config,
                                          const std::vector<TextParameter>& wanted) {
    const auto prefix = prefixIn(file, config.family);
    if (!prefix) {
        return prefix.problem();
    }
    TextWeightsMatch match;
    match.prefix = *prefix;
    std::set<std::string> used;
    for (const TextParameter& parameter : wanted) {
        std::string name = *prefix + parameter.name;
        auto entry = file.entries().find(name);
        if (entry == file.entries().end()) {
            entry = file.entries().find(oldName(name));
        }
        if (entry == file.entries().end()) {
            match.missing.push_back(name);
            continue;
        }
        name = entry->first;
        used.insert(name);
        if (entry->second.shape != parameter.shape) {
            match.wrongShapes.push_back({name, entry->second.shape, parameter.shape});
        } else if (!isFraction(entry->second.type)) {
            match.wrongTypes.push_back(name);
        } else {
            match.names[parameter.name] = name;
        }
    }
    for (const auto& [name, entry] : file.entries()) {
        if (!used.contains(name)) {
            match.ignored.push_back(name);
        }
    }
    return match;
}

Result<at::Tensor> readTextWeight(const WeightsFile& file, const std::string& name) {
    auto tensor = file.read(name);
    if (tensor && !tensor->isfinite().all().item<bool>()) {
        return Problem{"the tensor '" + name +
                           "' holds numbers that are not finite; the file is damaged, get it again",
                       file.path().string()};
    }
    return tensor;
}

Result<void> loadTextWeights(const std::filesystem::path& folder, const TextConfig& config,
                             Parameters& parameters, const std::string& prefix) {
    const auto opened = openWeights(folder);
    if (!opened) {
        return opened.problem();
    }
    const WeightsFile& file = **opened;
    std::vector<TextParameter> wanted;
    for (const Parameters::Entry& entry : parameters.entries()) {
        if (entry.name.starts_with(prefix)) {
            wanted.push_back({entry.name.substr(prefix.size()), entry.tensor.sizes().vec()});
        }
    }
    const auto match = matchTextWeights(file, config, wanted);
    if (!match) {
        return match.problem();
    }
    if (auto complete = match->check(file); !complete) {
        return complete;
    }
    if (auto sound = file.verify(); !sound) {
        return sound;
    }
    const at::NoGradGuard noGradient;
    for (const auto& [own, name] : match->names) {
        const auto tensor = readTextWeight(file, name);
        if (!tensor) {
            return tensor.problem();
        }
        parameters.find(prefix + own)->detach().copy_(*tensor);
    }
    return {};
}

} // namespace flip

#include "core/trained/model_check.h"

#include "core/base/files.h"
#include "core/device/safety_net.h"
#include "core/model/plm/model_folder.h"
#include "core/model/plm/text_weights.h"

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include <algorithm>
#include <map>
#include <system_error>

namespace flip {

namespace {

using Json = nlohmann::json;

/// The kind of tokenizer that the folder's files are for; empty if there are none.
std::string tokenizerKind(const std::filesystem::path& folder) {
    std::error_code ignored;
    const auto holds = [&](const char* name) {
        return std::filesystem::exists(folder / name, ignored);
    };
    if (holds("tokenizer.json")) {
        const auto text = readFile(folder / "tokenizer.json");
        const Json json = text ? Json::parse(*text, nullptr, /*allow_exceptions=*/false) : Json();
        const auto model = json.is_object() ? json.find("model") : json.end();
        if (json.is_object() && model != json.end() && model->is_object() &&
            model->contains("type") && (*model)["type"].is_string()) {
            return (*model)["type"].get<std::string>();
        }
    }
    if (holds("vocab.txt")) {
        return "WordPiece";
    }
    if (holds("vocab.json") && holds("merges.txt")) {
        return "BPE";
    }
    if (holds("sentencepiece.bpe.model") || holds("spiece.model")) {
        return "SentencePiece";
    }
    return "";
}

void addTokenizer(ModelReport& report) {
    report.tokenizer = tokenizerKind(report.folder);
    const auto tokenizer = openTokenizer(report.folder);
    if (!tokenizer) {
        report.problems.push_back(tokenizer.problem());
        return;
    }
    report.pieces = (*tokenizer)->vocabularySize();
    if (report.config) {
        if (auto together = checkTokenizer(**tokenizer, *report.config, report.folder); !together) {
            report.problems.push_back(together.problem());
        }
    }
}

void addWeights(ModelReport& report, ModelCheckDepth depth) {
    const auto file = findWeights(report.folder);
    if (!file) {
        report.problems.push_back(file.problem());
        return;
    }
    report.weights = *file;
    const auto opened = openWeights(report.folder);
    if (!opened) {
        report.problems.push_back(opened.problem());
        return;
    }
    const WeightsFile& weights = **opened;
    report.container = weights.container();
    if (!report.config) {
        return;
    }
    const auto match = matchTextWeights(weights, *report.config, textParameters(*report.config));
    if (!match) {
        report.problems.push_back(match.problem());
        return;
    }
    report.prefix = match->prefix;
    report.missing = match->missing;
    report.ignored = match->ignored;
    for (const auto& wrong : match->wrongShapes) {
        report.wrongShapes.push_back({wrong.name, wrong.found, wrong.expected});
    }
    std::map<NumberType, std::int64_t> counts;
    for (const auto& [parameter, name] : match->names) {
        const WeightsFile::Entry& entry = weights.entries().at(name);
        std::int64_t count = 1;
        for (const std::int64_t extent : entry.shape) {
            count *= extent;
        }
        counts[entry.type] += count;
        report.parameters += count;
    }
    if (!counts.empty()) {
        const auto most =
            std::max_element(counts.begin(), counts.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
        report.numbers = numberTypeName(most->first);
    }
    if (auto complete = match->check(weights); !complete) {
        report.problems.push_back(complete.problem());
    }
    if (depth == ModelCheckDepth::Headers) {
        return;
    }
    if (auto sound = weights.verify(); !sound) {
        report.problems.push_back(sound.problem());
        return;
    }
    for (const auto& [parameter, name] : match->names) {
        if (const auto read = readTextWeight(weights, name); !read) {
            report.problems.push_back(read.problem());
        }
    }
}

} // namespace

ModelReport checkModel(const std::filesystem::path& folder, ModelCheckDepth depth) {
    ModelReport report;
    report.folder = folder;
    if (auto problem = catchAll([&] {
            if (const auto config = readTextConfig(folder)) {
                report.config = *config;
            } else {
                report.problems.push_back(config.problem());
            }
            addWeights(report, depth);
            addTokenizer(report);
        })) {
        report.problems.push_back(*problem);
    }
    return report;
}

} // namespace flip

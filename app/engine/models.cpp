#include "app/engine/engine.h"

#include "core/base/byte_count.h"
#include "core/trained/bundle.h"
#include "core/trained/model_check.h"
#include "core/trained/model_export.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace flip::command::engine {

namespace {

using Json = nlohmann::ordered_json;

void print(const Json& json) {
    std::printf("%s\n", json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

/// What both list and check report about a folder; null where it is not known.
Json outline(const ModelReport& report) {
    const auto& config = report.config;
    const auto known = [&](const auto& value) { return config ? Json(value) : Json(); };
    const TextConfig shape = config.value_or(TextConfig{});
    return {
        {"name", report.folder.filename().string()},
        {"path", report.folder.string()},
        {"readable", report.usable()},
        {"problem", report.usable() ? Json() : Json(report.problems.front().text())},
        {"family", known(shape.type)},
        {"layers", known(shape.layers)},
        {"hidden", known(shape.hidden)},
        {"vocabulary", known(shape.vocabulary)},
        {"weights", report.weights.empty() ? Json() : Json(report.weights.filename().string())}};
}

std::string shapeText(const TextConfig& config) {
    return config.type + ", " + std::to_string(config.layers) +
           (config.layers == 1 ? " layer, " : " layers, ") + std::to_string(config.hidden) +
           " wide, vocabulary of " + std::to_string(config.vocabulary);
}

void printReport(const ModelReport& report) {
    const auto line = [](const char* what, const std::string& value) {
        if (!value.empty()) {
            std::printf("%-12s %s\n", what, value.c_str());
        }
    };
    line("folder", report.folder.string());
    line("model", report.config ? shapeText(*report.config) : "");
    if (!report.container.empty()) {
        line("weights", report.weights.filename().string() + ", " + report.container +
                            (report.numbers.empty() ? "" : ", " + report.numbers) + ", " +
                            std::to_string(report.parameters) + " parameters");
        line("prefix", report.prefix);
    }
    line("tokenizer",
         report.tokenizer + (report.pieces > 0 ? ", " + std::to_string(report.pieces) + " tokens"
                                               : std::string()));
    for (const std::string& name : report.missing) {
        line("missing", name);
    }
    for (const ModelReport::WrongShape& wrong : report.wrongShapes) {
        line("wrong shape",
             wrong.name + ": " + Json(wrong.found).dump() + ", not " + Json(wrong.expected).dump());
    }
    for (const std::string& name : report.ignored) {
        line("ignored", name);
    }
    if (report.usable()) {
        std::printf("can be used\n");
    }
}

void printJson(const ModelReport& report) {
    Json json = outline(report);
    if (report.config) {
        json["heads"] = report.config->heads;
        json["intermediate"] = report.config->intermediate;
        json["embedding"] = report.config->embeddingWidth();
        json["max_tokens"] = report.config->maximumTokens();
    }
    json["container"] = report.container.empty() ? Json() : Json(report.container);
    json["numbers"] = report.numbers.empty() ? Json() : Json(report.numbers);
    json["parameters"] = report.parameters;
    json["prefix"] = report.prefix;
    json["tokenizer"] = report.tokenizer.empty() ? Json() : Json(report.tokenizer);
    json["tokenizer_pieces"] = report.pieces;
    json["missing"] = report.missing;
    json["ignored"] = report.ignored;
    json["wrong_shapes"] = Json::array();
    for (const ModelReport::WrongShape& wrong : report.wrongShapes) {
        json["wrong_shapes"].push_back(
            {{"name", wrong.name}, {"found", wrong.found}, {"expected", wrong.expected}});
    }
    json["problems"] = Json::array();
    for (const Problem& problem : report.problems) {
        json["problems"].push_back(problem.text());
    }
    print(json);
}

} // namespace

void listModels(bool json, Context& context) {
    const auto workspace = context.openWorkspace(WorkspaceUse::Read);
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    Json all = Json::array();
    const auto folders = workspace->modelFolders();
    for (const std::filesystem::path& folder : folders) {
        const ModelReport report = flip::checkModel(folder, ModelCheckDepth::Headers);
        if (json) {
            all.push_back(outline(report));
        } else if (report.usable()) {
            std::printf("%-28s %s, in %s\n", folder.filename().c_str(),
                        shapeText(*report.config).c_str(), report.weights.filename().c_str());
        } else {
            std::printf("%-28s cannot be used: %s\n", folder.filename().c_str(),
                        report.problems.front().text().c_str());
        }
    }
    if (json) {
        print(all);
    } else if (folders.empty()) {
        std::printf("no language models; put a folder in the Hugging Face layout into %s\n",
                    workspace->models().c_str());
    }
}

void checkModel(const std::string& model, bool json, Context& context) {
    const auto found = context.findModel(model);
    if (!found) {
        return context.fail(found.problem());
    }
    std::error_code ignored;
    const auto folder = std::filesystem::weakly_canonical(*found, ignored);
    const ModelReport report = flip::checkModel(folder, ModelCheckDepth::Weights);
    if (json) {
        printJson(report);
    } else {
        printReport(report);
    }
    for (const Problem& problem : report.problems) {
        context.fail(problem, kWrongInput);
    }
}

void exportModel(const std::string& run, const std::string& checkpoint, const std::string& output,
                 Context& context) {
    const auto workspace = context.openWorkspace(WorkspaceUse::Read);
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    const auto done = flip::exportModel(run, checkpoint, *workspace, output);
    if (!done) {
        return context.fail(done.problem());
    }
    std::printf("%lld layers, %lld parameters of %s written to %s\n",
                static_cast<long long>(done->layers), static_cast<long long>(done->parameters),
                run.c_str(), output.c_str());
}

void exportBundle(const std::string& run, const std::string& checkpoint, const std::string& folder,
                  Context& context) {
    const auto workspace = context.openWorkspace(WorkspaceUse::Read);
    if (!workspace) {
        return context.fail(workspace.problem());
    }
    const auto bytes = writeBundle(run, checkpoint, *workspace, folder);
    if (!bytes) {
        return context.fail(bytes.problem());
    }
    std::printf("bundle of %s written to %s, %s\n", run.c_str(), folder.c_str(),
                inMebibytes(*bytes).c_str());
}

} // namespace flip::command::engine

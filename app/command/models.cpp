#include "app/command/command.h"
#include "app/engine/engine.h"

#include <CLI/CLI.hpp>

namespace flip::command {

namespace {

struct ModelsOptions {
    std::string model;
    std::string run;
    std::string checkpoint;
    std::string output;
    std::string bundle;
    bool json = false;
};

void exportRun(const ModelsOptions& options, Context& context) {
    if (!options.bundle.empty()) {
        engine::exportBundle(options.run, options.checkpoint, options.bundle, context);
    } else if (!options.output.empty()) {
        engine::exportModel(options.run, options.checkpoint, options.output, context);
    } else {
        context.fail({"name the folder to create with --out or --bundle", "models export"});
    }
}

} // namespace

void addModels(CLI::App& app, Context& context) {
    auto* command =
        app.add_subcommand("models", "list and check language models, export trained ones");
    command->require_subcommand(1);
    auto options = std::make_shared<ModelsOptions>();
    auto* listing =
        command->add_subcommand("list", "list the model folders, and why one cannot be used");
    listing->add_flag("--json", options->json, "print a JSON list");
    listing->callback([options, &context] { engine::listModels(options->json, context); });
    auto* checking = command->add_subcommand(
        "check", "report what a model folder contains, what is missing, and what is ignored");
    checking
        ->add_option("folder", options->model,
                     "language model: a folder, or a name that 'flip models list' shows")
        ->required()
        ->type_name("MODEL");
    checking->add_flag("--json", options->json, "print a JSON object");
    checking->callback(
        [options, &context] { engine::checkModel(options->model, options->json, context); });
    auto* exporting = command->add_subcommand(
        "export", "write a run's trained text encoder, or a bundle with all that prediction needs");
    exporting->add_option("run", options->run, "the run's name")->required()->type_name("RUN");
    auto* folder =
        exporting->add_option("--out", options->output,
                              "folder to create for the text encoder, in the Hugging Face layout");
    folder->type_name("DIR");
    exporting
        ->add_option("--bundle", options->bundle,
                     "folder to create for the bundle: weights, recipe, vocabulary, schema, "
                     "tokenizer; see 'flip predict'")
        ->type_name("DIR")
        ->excludes(folder);
    addCheckpointOption(*exporting, options->checkpoint);
    exporting->callback([options, &context] { exportRun(*options, context); });
    command->footer(
        R"(A language model is a folder in the Hugging Face layout: config.json, a tokenizer
and weights. A model is searched for by its name in models/ of the workspace, in
$FLIP_MODELS, in models/ of the default workspace, and among those installed
with the program.)");
}

} // namespace flip::command

#include "app/command/command.h"
#include "app/engine/engine.h"

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
        context.fail({"name the folder to make with --out or --bundle", "models export"});
    }
}

} // namespace

void addModels(CLI::App& app, Context& context) {
    auto* command =
        app.add_subcommand("models", "list and check language models, export trained ones");
    command->require_subcommand(1);
    auto options = std::make_shared<ModelsOptions>();
    auto* listing =
        command->add_subcommand("list", "list the model folders, and say why one cannot be used");
    listing->add_flag("--json", options->json, "print a JSON list");
    listing->callback([options, &context] { engine::listModels(options->json, context); });
    auto* checking = command->add_subcommand(
        "check", "say what a model folder holds, lacks, and what of it is passed over");
    checking
        ->add_option("folder", options->model,
                     "language model: a folder, or a name where the workspace looks for models")
        ->required()
        ->type_name("MODEL");
    checking->add_flag("--json", options->json, "print a JSON object");
    checking->callback(
        [options, &context] { engine::checkModel(options->model, options->json, context); });
    auto* exporting = command->add_subcommand(
        "export",
        "write a run's trained text encoder, or all that predicting with its model needs");
    exporting->add_option("run", options->run, "the run's name")->required()->type_name("RUN");
    auto* folder = exporting->add_option(
        "--out", options->output, "folder to make, of the text encoder in the Hugging Face layout");
    folder->type_name("DIR");
    exporting
        ->add_option("--bundle", options->bundle,
                     "folder to make, of the click model: weights, recipe, vocabulary, schema, "
                     "tokenizer; see 'flip predict'")
        ->type_name("DIR")
        ->excludes(folder);
    addCheckpointOption(*exporting, options->checkpoint);
    exporting->callback([options, &context] { exportRun(*options, context); });
    command->footer(
        R"(A language model is a folder in the Hugging Face layout: config.json, a tokenizer
and weights. It is looked for under its name in models/ of the workspace, in
$FLIP_MODELS, in models/ of the default workspace, and among those that the
installer brought.)");
}

} // namespace flip::command

#include "app/command/command.h"
#include "app/engine/engine.h"

namespace flip::command {

namespace {

struct ModelsOptions {
    std::string model;
    std::string run;
    std::string output;
    bool json = false;
};

} // namespace

void addModels(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("models", "language models: those there are, those trained");
    command->require_subcommand(1);
    auto options = std::make_shared<ModelsOptions>();
    auto* listing = command->add_subcommand("list", "the model folders, and which can be used");
    listing->add_flag("--json", options->json, "machine-readable");
    listing->callback([options, &context] { engine::listModels(options->json, context); });
    auto* checking = command->add_subcommand("check", "what a model folder holds and lacks");
    checking->add_option("folder", options->model, "model folder or name")->required();
    checking->add_flag("--json", options->json, "machine-readable");
    checking->callback(
        [options, &context] { engine::checkModel(options->model, options->json, context); });
    auto* exporting =
        command->add_subcommand("export", "a run's text encoder as a model folder of its own");
    exporting->add_option("run", options->run, "the run's name")->required();
    exporting->add_option("--out", options->output, "folder to make")->required();
    exporting->callback(
        [options, &context] { engine::exportModel(options->run, options->output, context); });
}

} // namespace flip::command

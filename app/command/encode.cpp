#include "app/command/command.h"
#include "app/engine/engine.h"

namespace flip::command {

namespace {

struct EncodeOptions {
    std::string model;
    std::string input;
    std::string output;
};

} // namespace

void addEncode(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("encode", "lines in, sentence vectors out");
    auto options = std::make_shared<EncodeOptions>();
    command->add_option("--plm", options->model, "model folder or name")->required();
    command->add_option("--input", options->input, "file of lines")->required();
    command->add_option("--out", options->output, "safetensors file to write")->required();
    command->callback([options, &context] {
        engine::encode(options->model, options->input, options->output, context);
    });
}

} // namespace flip::command

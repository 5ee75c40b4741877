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
    auto* command = app.add_subcommand("encode", "write the language model's vector of each line");
    command->footer(
        R"(The file holds one tensor, cls, of 32-bit floats: a row for each line, the hidden
state of the line's first token. Lines that are longer than the model reads are
cut, and counted.

  flip encode --plm all-MiniLM-L6-v2 --input titles.txt --out titles.safetensors)");
    auto options = std::make_shared<EncodeOptions>();
    addModelOption(*command, options->model);
    command->add_option("--input", options->input, "text file; each line is a sentence")
        ->required()
        ->type_name("FILE");
    command->add_option("--out", options->output, "file to write, in the safetensors format")
        ->required()
        ->type_name("FILE.safetensors");
    command->callback([options, &context] {
        engine::encode(options->model, options->input, options->output, context);
    });
}

} // namespace flip::command

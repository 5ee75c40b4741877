#include "app/command/command.h"
#include "app/engine/engine.h"

#include <CLI/CLI.hpp>

namespace flip::command {

namespace {

struct EncodeOptions {
    engine::EncoderChoice encoder;
    std::string input;
    std::string output;
};

} // namespace

void addEncode(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("encode", "write a text encoder's vector of each line");
    command->footer(
        R"(The output file holds one tensor, cls, of 32-bit floats, with a row for each line:
the hidden state of the line's first token, or what the run's plm.pooling selects.
Lines longer than the model's maximum are truncated, and counted.

  flip encode --plm all-MiniLM-L6-v2 --input titles.txt --out titles.safetensors
  flip encode --run ml100k-1 --input titles.txt --out trained.safetensors)");
    auto options = std::make_shared<EncodeOptions>();
    auto* model = addModelOption(*command, options->encoder.model)->required(false);
    auto* run = command->add_option("--run", options->encoder.run,
                                    "run whose trained text encoder encodes the lines");
    run->type_name("RUN")->excludes(model);
    addCheckpointOption(*command, options->encoder.checkpoint);
    command->add_option("--input", options->input, "text file; each line is a sentence")
        ->required()
        ->type_name("FILE");
    command->add_option("--out", options->output, "file to write, in safetensors format")
        ->required()
        ->type_name("FILE.safetensors");
    command->callback([options, &context] {
        if (options->encoder.model.empty() && options->encoder.run.empty()) {
            return context.fail(
                {"name a language model with --plm, or a run with --run", "encode"});
        }
        engine::encode(options->encoder, options->input, options->output, context);
    });
}

} // namespace flip::command

#include "app/command/command.h"
#include "app/command/interrupt.h"
#include "app/command/progress.h"

#include "core/run/encode_lines.h"

#include <cstdio>

namespace flip::command {

namespace {

struct EncodeOptions {
    std::string model;
    std::string input;
    std::string output;
};

void encode(const EncodeOptions& options, Context& context) {
    const auto folder = context.findModel(options.model);
    if (!folder) {
        return context.fail(folder.problem());
    }
    const Interrupt interrupt;
    StatusLine line;
    const auto report = encodeLines(
        *folder, options.input, options.output,
        [&](std::int64_t done, std::int64_t all) {
            line.show("encoded " + std::to_string(done) + " of " + std::to_string(all) + " lines");
        },
        interrupt.token());
    line.clear();
    if (!report) {
        context.fail(report.problem());
        context.exitCode = interrupt.happened() ? kInterrupted : context.exitCode;
        return;
    }
    std::printf("%lld lines, %lld cut at the model's length, in %s\n",
                static_cast<long long>(report->lines), static_cast<long long>(report->cut),
                duration(report->seconds).c_str());
}

} // namespace

void addEncode(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("encode", "lines in, sentence vectors out");
    auto options = std::make_shared<EncodeOptions>();
    command->add_option("--plm", options->model, "model folder or name")->required();
    command->add_option("--input", options->input, "file of lines")->required();
    command->add_option("--out", options->output, "safetensors file to write")->required();
    command->callback([options, &context] { encode(*options, context); });
}

} // namespace flip::command

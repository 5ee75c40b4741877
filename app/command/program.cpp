#include "app/command/program.h"

#include "app/command/command.h"
#include "app/command/unknown_argument.h"
#include "core/base/version.h"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace flip::command {

namespace {

/// Wraps long option descriptions within their own column.
class Help final : public CLI::Formatter {
public:
    std::string make_option_desc(const CLI::Option* option) const override {
        constexpr std::size_t kWidth = 70;
        std::string text;
        std::size_t length = 0; // of the last line
        for (const std::string& word : CLI::detail::split(option->get_description(), ' ')) {
            const bool fits = length + 1 + word.size() <= kWidth;
            text += (text.empty() ? "" : fits ? " " : "\n") + word;
            length = fits ? length + 1 + word.size() : word.size();
        }
        return text;
    }
};

} // namespace

void buildProgram(CLI::App& app, Context& context) {
    app.name("flip");
    app.description("train, measure and compare click models that learn from ids and from text");
    app.formatter(std::make_shared<Help>());
    app.set_help_flag("-h,--help", "print this help and exit");
    app.set_version_flag("--version", std::string("flip ") + programVersion(),
                         "print the version and exit");
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--workspace", context.workspace,
                   "folder of datasets, runs and models (default: $FLIP_WORKSPACE, else the "
                   "platform's data folder)")
        ->type_name("DIR");
    app.add_option("--torch", context.torch,
                   "for packages without LibTorch: a Python with PyTorch, or the folder of PyTorch "
                   "(default: $FLIP_TORCH, else the last choice)")
        ->type_name("PLACE");
    for (const auto add :
         {addImport, addDatasets, addRun, addSweep, addRuns, addModels, addTokenize, addEncode,
          addPredict, addBench, addMachine, addDoctor, addDemo}) {
        add(app, context);
    }
    // Set last, since subcommands inherit the footer of their parent.
    app.footer(
        R"(Does a language model help your recommender, where, and why? flip imports raw files
into a dataset, trains a model over ids and a language model over the same rows
written as sentences, jointly or separately, and compares runs on the same rows.
flip does without a display what the window, flip-workbench, does with data and
runs; both share one workspace.

'flip demo' shows all steps on a small sample. With your own data:

  flip import ml-100k --preset movielens-100k --name movielens-100k
  flip run experiments/ml100k.toml
  flip runs list

Results go to standard output, messages to standard error as 'file:line: what is
wrong; what to do'. Every command has its own --help.)");
}

int runProgram(int argc, char** argv) {
    CLI::App app;
    Context context;
    context.files = ReadFiles::takeOver();
    buildProgram(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error); // --help, --version
        }
        const auto unknown = unknownArgument(app, std::vector<std::string>(argv + 1, argv + argc));
        const std::string trouble =
            unknown.value_or(std::string(error.what()) + "; see 'flip --help'");
        std::fprintf(stderr, "%s\n", trouble.c_str());
        return kWrongInput;
    }
    // Output that was lost, by a full disk or a closed pipe, is a failure.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        context.fail({"cannot be written", "standard output", /*systemError=*/true});
    }
    return context.exitCode;
}

} // namespace flip::command

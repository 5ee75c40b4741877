#include "app/command/command.h"
#include "app/engine/engine.h"

#include <CLI/CLI.hpp>

namespace flip::command {

void addPredict(CLI::App& app, Context& context) {
    auto* command = app.add_subcommand("predict", "predict rows that are not in the dataset");
    command->footer(
        R"(The input is a table whose columns have the names of the dataset's fields: CSV
with a header, JSON lines or Parquet. Or it has the form that the dataset was
imported from: its folder or archive, or with --source one file that replaces its
first table. The label is not read. Values that are not in the model's vocabulary
get the unknown id; their number is reported for each field.

The output has a line for each row that is not left out: row_index from 0, logit, p, and for joint
runs logit_id and logit_text.

  flip predict --run ml100k-1 --input tomorrow.csv --out p.csv
  flip models export ml100k-1 --bundle served
  flip predict --bundle served --input u.new --source ml-100k --out p.csv)");
    auto work = std::make_shared<engine::PredictWork>();
    auto* run = command->add_option("--run", work->run, "run whose model predicts");
    run->type_name("RUN");
    auto* bundle = command->add_option("--bundle", work->bundle,
                                       "folder written by 'flip models export --bundle'");
    bundle->type_name("DIR")->excludes(run);
    addCheckpointOption(*command, work->checkpoint);
    command->add_option("--input", work->input, "rows to predict: a file, a folder or an archive")
        ->required()
        ->type_name("FILE");
    command
        ->add_option("--source", work->source,
                     "folder or archive with the other tables; --input is then one file in the "
                     "form of the first table")
        ->type_name("DIR");
    command->add_option("--out", work->output, "file to write")->required()->type_name("FILE.csv");
    command->add_flag("--json", work->json, "print the counts as a JSON object");
    command->callback([work, &context] {
        if (work->run.empty() && work->bundle.empty()) {
            return context.fail({"name a run with --run, or a bundle with --bundle", "predict"});
        }
        engine::predict(*work, context);
    });
}

} // namespace flip::command

#pragma once

#include "app/command/command.h"

#include "core/launch/sweep_plan.h"
#include "core/spec/run_spec.h"

#include <optional>
#include <string>
#include <vector>

// The commands that need LibTorch, whose loading takes a fifth of a second. flip-engine implements
// them. In flip, which parses and checks the command line, each of them executes flip-engine with
// the same arguments and returns only if that cannot be started.
namespace flip::command::engine {

/// The recipe to train, or the run to resume.
struct RunWork {
    std::optional<RunSpec> spec;
    std::string resume; // the run's name, if there is no spec
    std::string name;   // empty: generated
    bool json = false;
    bool events = false;
};

/// Trains in the foreground.
void run(const RunWork& work, Context& context);

/// A sweep whose grid has been expanded.
struct SweepWork {
    SweepRequest request;
    std::vector<Combination> combinations;
    std::string name; // empty: made from the experiment's name
    std::int64_t jobs = 1;
    bool resume = false;
    bool json = false;
};

/// Searches, repeats the best combination, and prints the result.
void sweep(SweepWork work, Context& context);

/// Which text encoder to use: a language model, or the text encoder of a run's checkpoint.
struct EncoderChoice {
    std::string model;
    std::string run;
    std::string checkpoint;
};

/// The options of `flip doctor`.
struct DoctorWork {
    bool repair = false;
    bool json = false;
};

/// Writes the sentence vectors of the lines of `input` to `output`.
void encode(const EncoderChoice& encoder, const std::string& input, const std::string& output,
            Context& context);

/// The rows to predict, and the model: a run's checkpoint or a bundle.
struct PredictWork {
    std::string run;
    std::string checkpoint;
    std::string bundle;
    std::string input;
    std::string source;
    std::string output;
    bool json = false;
};

/// Predicts the rows and writes a CSV file.
void predict(const PredictWork& work, Context& context);

/// Writes a bundle of the model of a run's checkpoint.
void exportBundle(const std::string& run, const std::string& checkpoint, const std::string& folder,
                  Context& context);

/// Prints the model folders, and which of them can be used.
void listModels(bool json, Context& context);

/// Prints what a model folder contains and what is missing.
void checkModel(const std::string& model, bool json, Context& context);

/// Writes the text encoder of a run as a model folder.
void exportModel(const std::string& run, const std::string& checkpoint, const std::string& output,
                 Context& context);

/// Runs the sample project from import to result.
void demo(Context& context);

/// Prints what runs can compute on here.
void machine(bool json, Context& context);

/// Checks machine and workspace, and repairs if requested.
void doctor(const DoctorWork& work, Context& context);

} // namespace flip::command::engine

#pragma once

#include "app/command/command.h"

#include "core/launch/sweep_plan.h"
#include "core/spec/run_spec.h"

#include <optional>
#include <string>
#include <vector>

// What needs LibTorch, whose loading costs a fifth of a second. flip-engine does it. In flip, which
// reads the words and refuses what it can, each of these becomes flip-engine with the same words;
// it returns only if that cannot be started.
namespace flip::command::engine {

/// A recipe to train, or the run to go on with.
struct RunWork {
    std::optional<RunSpec> spec;
    std::string resume; // without a spec: a run's name
    std::string name;   // empty: one is made
    bool json = false;
    bool events = false;
};

/// Trains in the foreground.
void run(const RunWork& work, Context& context);

/// A search whose grid has been expanded.
struct SweepWork {
    SweepRequest request;
    std::vector<Combination> combinations;
    std::string name; // empty: made from the experiment's
    std::int64_t jobs = 1;
    bool resume = false;
    bool json = false;
};

/// Searches, repeats the best, and tells.
void sweep(SweepWork work, Context& context);

/// Which text encoder is meant: a language model's, or that of a run's checkpoint.
struct EncoderChoice {
    std::string model;
    std::string run;
    std::string checkpoint;
};

/// A check of machine and workspace.
struct DoctorWork {
    bool repair = false;
    bool json = false;
};

/// Lines of `input` as sentence vectors in `output`.
void encode(const EncoderChoice& encoder, const std::string& input, const std::string& output,
            Context& context);

/// Rows to predict, and the model: of a run's checkpoint, or of a bundle.
struct PredictWork {
    std::string run;
    std::string checkpoint;
    std::string bundle;
    std::string input;
    std::string source;
    std::string output;
    bool json = false;
};

void predict(const PredictWork& work, Context& context);

/// All that the model of a run's checkpoint needs, in a folder.
void exportBundle(const std::string& run, const std::string& checkpoint, const std::string& folder,
                  Context& context);

/// The model folders, and which can be used.
void listModels(bool json, Context& context);

/// What a model folder holds and lacks.
void checkModel(const std::string& model, bool json, Context& context);

/// The text encoder of a run as a model folder of its own.
void exportModel(const std::string& run, const std::string& checkpoint, const std::string& output,
                 Context& context);

/// The sample project from import to result.
void demo(Context& context);

/// What runs can compute on here.
void machine(bool json, Context& context);

/// Checks machine and workspace, and repairs where that is asked.
void doctor(const DoctorWork& work, Context& context);

} // namespace flip::command::engine

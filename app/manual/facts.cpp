#include "app/manual/facts.h"

#include "app/command/command.h"

#include <array>

namespace flip::manual {

namespace {

constexpr std::array kExitStatuses = {
    Fact{"0", "Done."},
    Fact{"1", "It failed at work: the disk is full, a file is damaged, a run diverged."},
    Fact{"2", "The words, or what they name, are wrong; the message says what to do."},
    Fact{"130", "Ended by Ctrl-C. A run has kept a checkpoint to go on from."}};
static_assert(command::kDone == 0 && command::kFailed == 1 && command::kWrongInput == 2 &&
              command::kInterrupted == 130);

constexpr std::array kEnvironment = {
    Fact{"FLIP_WORKSPACE", "The workspace where --workspace does not name one."},
    Fact{"FLIP_MODELS", "A further folder in which language models are looked for by name, after "
                        "models/ of the workspace."},
    Fact{"FLIP_TORCH",
         "For packages without LibTorch: a Python that has PyTorch, or its folder, where "
         "--torch does not name one."},
    Fact{"VIRTUAL_ENV", "The active environment, whose PyTorch such a package takes where nothing "
                        "else names one."},
    Fact{"CONDA_PREFIX", "The same, of conda."},
    Fact{"LD_LIBRARY_PATH", "Set by such a package for what it starts, to find that PyTorch."},
    Fact{"DISPLAY", "The display of the window."},
    Fact{"WAYLAND_DISPLAY", "The same, on Wayland."},
    Fact{"XDG_CONFIG_HOME", "Where a choice of PyTorch is kept; ~/.config where it is not set."},
    Fact{"XDG_DATA_HOME",
         "Where neither --workspace nor FLIP_WORKSPACE says it, the workspace is flip-workbench in "
         "this folder; a relative path is passed over."},
    Fact{"HOME", "Where XDG_DATA_HOME does not say it either, the workspace is "
                 ".local/share/flip-workbench in this folder; where this is not set, in "
                 "the one that the system knows for the user."}};

constexpr std::array kFiles = {
    Fact{"~/.local/share/flip-workbench",
         "The default workspace. Whoever copies the folder has copied everything in it."},
    Fact{"~/.config/flip-workbench/pytorch", "The PyTorch that was chosen for a package without "
                                             "LibTorch."},
    Fact{"WORKSPACE/flip.db", "The runs with all they have told, in one SQLite database."},
    Fact{"WORKSPACE/datasets/NAME", "An imported dataset."},
    Fact{"WORKSPACE/checkpoints/RUN",
         "Weights, predictions, and what a stopped run needs to go on."},
    Fact{"WORKSPACE/models/NAME", "A language model in the Hugging Face layout."},
    Fact{"WORKSPACE/flip.log, WORKSPACE/workbench.log",
         "What flip and flip-workbench note down for those who look for a fault."}};

} // namespace

std::span<const Fact> exitStatuses(bool window) {
    return std::span<const Fact>(kExitStatuses).first(window ? 3 : kExitStatuses.size());
}

std::span<const Fact> environment() {
    return kEnvironment;
}

std::span<const Fact> files() {
    return kFiles;
}

} // namespace flip::manual

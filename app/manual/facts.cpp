#include "app/manual/facts.h"

#include "app/command/command.h"

#include <array>

namespace flip::manual {

namespace {

constexpr std::array kExitStatuses = {
    ManualEntry{"0", "Success."},
    ManualEntry{"1", "Failure at run time: the disk is full, a file is damaged, a run diverged."},
    ManualEntry{"2", "Wrong usage or invalid input; the message says what to do."},
    ManualEntry{"130", "Ended by Ctrl-C. A run has saved a checkpoint to resume from."}};
static_assert(command::kDone == 0 && command::kFailed == 1 && command::kWrongInput == 2 &&
              command::kInterrupted == 130);

constexpr std::array kEnvironment = {
    ManualEntry{"FLIP_WORKSPACE", "The workspace, if --workspace does not name one."},
    ManualEntry{"FLIP_MODELS",
                "An additional folder to search for language models by name, after models/ of "
                "the workspace."},
    ManualEntry{"FLIP_TORCH",
                "For packages without LibTorch: a Python with PyTorch, or the folder of PyTorch, "
                "if --torch does not name one."},
    ManualEntry{"VIRTUAL_ENV",
                "The active environment, whose PyTorch such a package uses if nothing else "
                "names one."},
    ManualEntry{"CONDA_PREFIX", "The same, for conda."},
    ManualEntry{
        "LD_LIBRARY_PATH",
        "Set by such a package for the programs it starts, so that they find that PyTorch."},
    ManualEntry{"DISPLAY", "The display of the window."},
    ManualEntry{"WAYLAND_DISPLAY", "The same, on Wayland."},
    ManualEntry{"XDG_CONFIG_HOME",
                "The folder in which the choice of PyTorch is stored; ~/.config if not set."},
    ManualEntry{
        "XDG_DATA_HOME",
        "If neither --workspace nor FLIP_WORKSPACE is set, the workspace is flip-workbench in this "
        "folder; a relative path is ignored."},
    ManualEntry{"HOME", "If XDG_DATA_HOME is not set either, the workspace is "
                        ".local/share/flip-workbench in this folder; if HOME is not set, in the "
                        "user's home folder according to the system."}};

constexpr std::array kFiles = {
    ManualEntry{"~/.local/share/flip-workbench",
                "The default workspace. A copy of the folder is a complete copy of the workspace."},
    ManualEntry{"~/.config/flip-workbench/pytorch",
                "The chosen PyTorch, for a package without LibTorch."},
    ManualEntry{"WORKSPACE/flip.db", "The runs with their history, in one SQLite database."},
    ManualEntry{"WORKSPACE/datasets/NAME", "An imported dataset."},
    ManualEntry{"WORKSPACE/checkpoints/RUN",
                "Weights, predictions, and what a stopped run needs to resume."},
    ManualEntry{"WORKSPACE/models/NAME", "A language model in the Hugging Face layout."},
    ManualEntry{"WORKSPACE/flip.log, WORKSPACE/workbench.log",
                "The log files of flip and flip-workbench, for diagnosing faults."}};

} // namespace

std::span<const ManualEntry> exitStatuses(bool window) {
    return std::span<const ManualEntry>(kExitStatuses).first(window ? 3 : kExitStatuses.size());
}

std::span<const ManualEntry> environment() {
    return kEnvironment;
}

std::span<const ManualEntry> files() {
    return kFiles;
}

} // namespace flip::manual

#pragma once

#include "core/spec/choice.h"

#include <array>
#include <string_view>

namespace flip {

/// The status of a run. Its last fact gives the status at its end; without one, the store reports
/// Running, or Crashed if the run's process is gone.
enum class RunStatus { Running, Finished, Stopped, Failed, Diverged, Crashed };
template <>
struct ChoiceWords<RunStatus> {
    static constexpr std::array<std::string_view, 6> kWords = {"running", "finished", "stopped",
                                                               "failed",  "diverged", "crashed"};
};

/// The stages of training; IdsAlone trains a joint run's id branch before both branches together.
enum class RunStage { Pretrain, IdsAlone, Finetune };
template <>
struct ChoiceWords<RunStage> {
    static constexpr std::array<std::string_view, 3> kWords = {"pretrain", "finetune-id",
                                                               "finetune"};
};

} // namespace flip

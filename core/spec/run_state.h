#pragma once

#include "core/spec/choice.h"

#include <array>
#include <string_view>

namespace flip {

/// How a run stands. Facts of a run tell its end; Running is what the store says of one that has
/// none, Crashed of one whose process is gone.
enum class RunStatus { Running, Finished, Stopped, Failed, Diverged, Crashed };
template <>
struct ChoiceWords<RunStatus> {
    static constexpr std::array<std::string_view, 6> kWords = {"running", "finished", "stopped",
                                                               "failed",  "diverged", "crashed"};
};

/// The parts of training; IdsAlone is a joint run's ids before both of its branches.
enum class RunStage { Pretrain, IdsAlone, Finetune };
template <>
struct ChoiceWords<RunStage> {
    static constexpr std::array<std::string_view, 3> kWords = {"pretrain", "finetune-id",
                                                               "finetune"};
};

} // namespace flip

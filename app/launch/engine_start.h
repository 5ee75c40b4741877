#pragma once

#include "app/launch/torch_place.h"

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// How a program without LibTorch becomes one with it. A build and the full package have LibTorch
/// where their programs look for it. The slim package has none: it is built for one version of
/// PyTorch, written in a file beside its programs, and uses the one of an environment.
namespace flip::launch {

/// Asks a person for the PyTorch to use; `trouble` says why none was found or why the last answer
/// was no good. Nothing where they give up.
using AskForTorch = std::function<std::optional<std::string>(const std::string& wanted,
                                                             const std::string& trouble)>;

/// What PyTorch a slim package wants, "2.13"; nothing in a build and in the full package.
std::optional<std::string> wantedTorch(const std::filesystem::path& program);

/// Where to look, first to last: what --torch names, $FLIP_TORCH, what was chosen before, the
/// active environment ($VIRTUAL_ENV, $CONDA_PREFIX); then the person is asked. What was named and
/// is no good is a Problem; nothing else is taken in its place. An answer is kept for the next
/// time.
Result<TorchPlace> findTorch(const std::string& wanted, const std::string& named,
                             const AskForTorch& ask);

/// Lets libraries of a package with a window find its own fonts, keyboard tables, and libraries of
/// the display where the system has none.
void standInForTheSystem();

/// Becomes that program with these words; returns only the reason why that failed. `named` is the
/// value of --torch, or empty.
Problem become(const std::string& program, char** words, const std::string& named,
               const AskForTorch& ask);

} // namespace flip::launch

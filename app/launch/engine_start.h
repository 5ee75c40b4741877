#pragma once

#include "app/launch/torch_installation.h"

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// How a program without LibTorch starts one that links it. In a build and in the full package the
/// programs find LibTorch by their run path. The slim package has no LibTorch: it is built for one
/// minor version of PyTorch, named in a file beside its programs, and uses the PyTorch of a Python
/// environment.
namespace flip::launch {

/// Asks the user for the PyTorch to use; `trouble` states why none was found or why the last answer
/// cannot be used. Nothing if the user cancels.
using AskForTorch = std::function<std::optional<std::string>(const std::string& wanted,
                                                             const std::string& trouble)>;

/// The PyTorch version that a slim package needs, "2.13"; nothing in a build and the full package.
std::optional<std::string> requiredTorchVersion(const std::filesystem::path& program);

/// Looks in this order: --torch (`named`), $FLIP_TORCH, the user's last answer, the active
/// environment ($VIRTUAL_ENV, $CONDA_PREFIX); then asks the user. If --torch or $FLIP_TORCH names a
/// PyTorch that cannot be used, that is a Problem and nothing else is tried. The answer is stored.
Result<TorchInstallation> findTorch(const std::string& wanted, const std::string& named,
                                    const AskForTorch& ask);

/// Makes libraries use the package's own fonts, keyboard tables and display libraries where the
/// system has none.
void useBundledResources();

/// Replaces this process by that program with these arguments; returns only if that fails, with the
/// reason. `named` is the value of --torch, or empty.
Problem execProgram(const std::string& program, char** arguments, const std::string& named,
                    const AskForTorch& ask);

} // namespace flip::launch

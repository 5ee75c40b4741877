#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>

namespace flip::launch {

/// A PyTorch on this machine.
struct TorchInstallation {
    std::filesystem::path folder; // with lib/libtorch_cpu.so
    std::string version;          // "2.13.0"
};

/// The PyTorch at a place that the user named: a Python that has it, an environment, the folder of
/// PyTorch or of its libraries, or a LibTorch unpacked from a zip. If there is none, a Problem that
/// names the place and the reason ("has no PyTorch in it"), but not what to do.
Result<TorchInstallation> torchAt(const std::filesystem::path& place);

/// The same, for the wanted version: "2.13" accepts every 2.13.x. Another version, or a PyTorch
/// that cannot be loaded, is a Problem.
Result<TorchInstallation> torchAt(const std::filesystem::path& place, const std::string& wanted);

/// Where the user's choice of PyTorch is stored: the file pytorch in the configuration folder.
std::filesystem::path rememberedTorchFile();

} // namespace flip::launch

#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <optional>
#include <string>

namespace flip::launch {

/// A PyTorch on this machine.
struct TorchPlace {
    std::filesystem::path folder; // with lib/libtorch_cpu.so
    std::string version;          // "2.13.0"
};

/// The PyTorch that a person means: a Python that has it, an environment, its folder or the one of
/// its libraries, or a LibTorch that was unpacked from a zip. Where there is none, a Problem that
/// names the place and says why ("has no PyTorch in it"), not what to do.
Result<TorchPlace> torchAt(const std::filesystem::path& place);

/// The same, of the version that is wanted: "2.13" takes every 2.13.x. One of another version, and
/// one that cannot be loaded, is a Problem.
Result<TorchPlace> torchAt(const std::filesystem::path& place, const std::string& wanted);

/// Where the person's choice of a PyTorch is kept: pytorch in the program's configuration folder.
std::filesystem::path rememberedTorchFile();

} // namespace flip::launch

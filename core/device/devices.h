#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// A GPU, as the driver reports it.
struct GraphicsProcessor {
    std::string name; // "NVIDIA H200"
    std::int64_t memoryBytes = 0;
};

/// "2.13.0, CUDA 13.0 build" or "2.13.0, CPU build".
std::string libTorchText();

/// The folder that LibTorch's libraries were loaded from.
std::string libTorchFolder();

/// The name of the CPU, e.g. "AMD EPYC 9B14"; empty if unknown.
std::string processorName();

/// The GPUs that runs can use on this machine. Does not change while the program
/// runs.
struct Devices {
    std::vector<GraphicsProcessor> graphics; // usable ones, cuda:0 first
    std::string graphicsProblem;             // why there are none, without a full stop; else empty
};

/// Detects the devices on the first call; any thread. If there is a driver and LibTorch is a CUDA
/// build, this loads its CUDA part, which can take seconds; without a driver nothing is loaded.
/// Call it (or chooseDevice()) before the program creates its first tensor: LibTorch also looks for
/// its CUDA part only once.
const Devices& devices();

/// The device that a name selects on this machine.
struct ChosenDevice {
    std::string device; // "cpu" or "cuda:0", as LibTorch writes it
    std::string name;   // of the processor or GPU; may be empty
    std::string note;   // why `auto` chose the CPU, as a sentence; else empty
};

/// Accepts "auto", "cpu", "cuda" or "cuda:N"; "cpu" does not query the driver. `auto` is the first
/// GPU if it can compute a small matrix product, else the CPU. A named device that
/// cannot be used is a Problem that states why.
Result<ChosenDevice> chooseDevice(const std::string& name);

} // namespace flip

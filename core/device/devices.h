#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// A graphics processor as its driver names it.
struct GraphicsProcessor {
    std::string name; // "NVIDIA H200"
    std::int64_t memoryBytes = 0;
};

/// "2.13.0, CUDA 13.0 build" or "2.13.0, CPU build".
std::string libTorchText();

/// The folder that LibTorch's libraries were loaded from.
std::string libTorchFolder();

/// "AMD EPYC 9B14"; empty where it has no name.
std::string processorName();

/// The graphics processors that runs can use here. The same as long as the program lives.
struct Devices {
    std::vector<GraphicsProcessor> graphics; // cuda:0 first; those that runs can use
    std::string whyNoGraphics;               // a sentence without its full stop; empty if there are
};

/// Looks once, from any thread. Where there is a driver and LibTorch is a CUDA build, its CUDA part
/// is loaded, which can take seconds; without a driver nothing is. To be called before the first
/// tensor of the program, as chooseDevice() does: LibTorch, too, looks for its CUDA part only once.
const Devices& devices();

/// What a name of a device means here.
struct ChosenDevice {
    std::string device; // "cpu" or "cuda:0", as LibTorch writes it
    std::string name;   // of the processor or graphics processor; may be empty
    std::string note;   // why `auto` is the processor, as a sentence; else empty
};

/// "auto", "cpu", "cuda" or "cuda:N"; for "cpu" no driver is asked. `auto` is the first graphics
/// processor if it computes a small product; else the processor. One that is named and cannot be
/// used is a Problem that says why.
Result<ChosenDevice> chooseDevice(const std::string& name);

} // namespace flip

#pragma once

#include "core/device/devices.h"

#include <string>
#include <vector>

namespace flip {

/// What the NVIDIA driver reports, queried without LibTorch and without CUDA's own libraries.
struct CudaDriver {
    std::string problem; // why it cannot be used, as a sentence without a full stop; else empty
    int version = 0;     // newest CUDA version it supports, 13000 for 13.0; 0 if unknown
    std::vector<GraphicsProcessor> processors; // those that CUDA_VISIBLE_DEVICES allows
};

/// Loads libcuda.so.1 and queries it.
CudaDriver queryCudaDriver();

/// "13.0" for 13000.
std::string cudaVersionText(int version);

} // namespace flip

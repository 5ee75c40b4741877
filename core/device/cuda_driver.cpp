#include "core/device/cuda_driver.h"

#include <array>
#include <cstddef>

#include <dlfcn.h>

namespace flip {

namespace {

constexpr int kSuccess = 0;
constexpr int kNoDevice = 100; // CUDA_ERROR_NO_DEVICE

/// Looks up a function of the driver by name; the caller gives the C signature that NVIDIA
/// documents.
template <typename Signature>
Signature* findFunction(void* driver, const char* name) {
    return reinterpret_cast<Signature*>(::dlsym(driver, name));
}

} // namespace

std::string cudaVersionText(int version) {
    constexpr int kMajor = 1000;
    constexpr int kMinor = 10;
    return std::to_string(version / kMajor) + "." + std::to_string(version % kMajor / kMinor);
}

CudaDriver queryCudaDriver() {
    CudaDriver answer;
    // Never closed: a driver that has started threads cannot be unloaded.
    void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (driver == nullptr) {
        answer.problem = "there is no NVIDIA driver (libcuda.so.1)";
        return answer;
    }
    auto* initialise = findFunction<int(unsigned)>(driver, "cuInit");
    auto* getVersion = findFunction<int(int*)>(driver, "cuDriverGetVersion");
    auto* getCount = findFunction<int(int*)>(driver, "cuDeviceGetCount");
    auto* getDevice = findFunction<int(int*, int)>(driver, "cuDeviceGet");
    auto* getName = findFunction<int(char*, int, int)>(driver, "cuDeviceGetName");
    auto* getMemory = findFunction<int(std::size_t*, int)>(driver, "cuDeviceTotalMem_v2");
    if (initialise == nullptr || getVersion == nullptr || getCount == nullptr ||
        getDevice == nullptr || getName == nullptr || getMemory == nullptr) {
        answer.problem = "libcuda.so.1 is not an NVIDIA driver";
        return answer;
    }
    if (getVersion(&answer.version) != kSuccess) {
        answer.version = 0;
    }
    int count = 0;
    int state = initialise(0);
    if (state == kSuccess) {
        state = getCount(&count);
    }
    if (state == kNoDevice || (state == kSuccess && count == 0)) {
        answer.problem = "the NVIDIA driver finds no GPU";
        return answer;
    }
    if (state != kSuccess) {
        answer.problem = "the NVIDIA driver does not start (error " + std::to_string(state) + ")";
        return answer;
    }
    for (int index = 0; index < count; ++index) {
        GraphicsProcessor processor;
        int device = 0;
        std::array<char, 256> name{};
        std::size_t bytes = 0;
        if (getDevice(&device, index) == kSuccess) {
            if (getName(name.data(), static_cast<int>(name.size()) - 1, device) == kSuccess) {
                processor.name = name.data();
            }
            if (getMemory(&bytes, device) == kSuccess) {
                processor.memoryBytes = static_cast<std::int64_t>(bytes);
            }
        }
        answer.processors.push_back(std::move(processor));
    }
    return answer;
}

} // namespace flip

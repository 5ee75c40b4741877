#include "core/device/cuda_driver.h"

#include <array>
#include <cstddef>

#include <dlfcn.h>

namespace flip {

namespace {

constexpr int kSuccess = 0;
constexpr int kNoDevice = 100; // CUDA_ERROR_NO_DEVICE

/// The entry of that name in the driver, with the C signature that NVIDIA documents for it.
template <typename Signature>
Signature* entry(void* driver, const char* name) {
    return reinterpret_cast<Signature*>(::dlsym(driver, name));
}

} // namespace

std::string cudaVersionText(int version) {
    constexpr int kMajor = 1000;
    constexpr int kMinor = 10;
    return std::to_string(version / kMajor) + "." + std::to_string(version % kMajor / kMinor);
}

CudaDriver askCudaDriver() {
    CudaDriver answer;
    // Never closed again: a driver that has started threads cannot be unloaded.
    void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (driver == nullptr) {
        answer.problem = "there is no NVIDIA driver (libcuda.so.1)";
        return answer;
    }
    auto* initialise = entry<int(unsigned)>(driver, "cuInit");
    auto* askVersion = entry<int(int*)>(driver, "cuDriverGetVersion");
    auto* askCount = entry<int(int*)>(driver, "cuDeviceGetCount");
    auto* askDevice = entry<int(int*, int)>(driver, "cuDeviceGet");
    auto* askName = entry<int(char*, int, int)>(driver, "cuDeviceGetName");
    auto* askMemory = entry<int(std::size_t*, int)>(driver, "cuDeviceTotalMem_v2");
    if (initialise == nullptr || askVersion == nullptr || askCount == nullptr ||
        askDevice == nullptr || askName == nullptr || askMemory == nullptr) {
        answer.problem = "libcuda.so.1 is not an NVIDIA driver";
        return answer;
    }
    if (askVersion(&answer.version) != kSuccess) {
        answer.version = 0;
    }
    int count = 0;
    int state = initialise(0);
    if (state == kSuccess) {
        state = askCount(&count);
    }
    if (state == kNoDevice || (state == kSuccess && count == 0)) {
        answer.problem = "the NVIDIA driver finds no graphics processor";
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
        if (askDevice(&device, index) == kSuccess) {
            if (askName(name.data(), static_cast<int>(name.size()) - 1, device) == kSuccess) {
                processor.name = name.data();
            }
            if (askMemory(&bytes, device) == kSuccess) {
                processor.memoryBytes = static_cast<std::int64_t>(bytes);
            }
        }
        answer.processors.push_back(std::move(processor));
    }
    return answer;
}

} // namespace flip

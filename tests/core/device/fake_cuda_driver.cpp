// Replaces the NVIDIA driver in tests: a libcuda.so.1 that reports what environment variables set:
// FAKE_CUDA_VERSION (13000), FAKE_CUDA_DEVICES (1), FAKE_CUDA_START (0, an error code of cuInit).

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

int number(const char* name, int otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::atoi(value);
}

} // namespace

extern "C" {

int cuInit(unsigned) {
    return number("FAKE_CUDA_START", 0);
}
int cuDriverGetVersion(int* version) {
    *version = number("FAKE_CUDA_VERSION", 13000);
    return 0;
}
int cuDeviceGetCount(int* count) {
    *count = number("FAKE_CUDA_DEVICES", 1);
    return 0;
}
int cuDeviceGet(int* device, int ordinal) {
    *device = ordinal;
    return 0;
}
int cuDeviceGetName(char* name, int length, int device) {
    std::snprintf(name, static_cast<std::size_t>(length), "Imaginary %d", device);
    return 0;
}
int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
    *bytes = std::size_t{8} << 30;
    return 0;
}

} // extern "C"

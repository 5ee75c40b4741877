#include "core/device/devices.h"

#include "core/device/cuda_driver.h"

#include <torch/cuda.h>
#include <torch/types.h>
#include <torch/version.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <dlfcn.h>

namespace flip {

namespace {

/// The CUDA version that LibTorch was built for, 13000 for 13.0; 0 in a build without CUDA. The CPU
/// part of a CUDA build links the CUDA runtime library, so its version can be queried.
int cudaOfBuild() {
    auto* getVersion =
        reinterpret_cast<int (*)(int*)>(::dlsym(RTLD_DEFAULT, "cudaRuntimeGetVersion"));
    int version = 0;
    return getVersion != nullptr && getVersion(&version) == 0 ? version : 0;
}

/// Loads the library that registers the device with LibTorch. Returns why that failed, or an empty
/// string.
std::string loadCudaPart(const std::filesystem::path& library) {
    if (::dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) {
        return {};
    }
    const char* reason = ::dlerror();
    return std::string("LibTorch's CUDA part cannot be loaded: ") +
           (reason == nullptr ? "no reason was given" : reason);
}

/// Fills in the usable GPUs, or the reason why there are none.
void findGraphics(Devices& found, int cuda) {
    CudaDriver driver = queryCudaDriver();
    const auto library = std::filesystem::path(libTorchFolder()) / "libtorch_cuda.so";
    std::error_code ignored;
    if (!std::filesystem::exists(library, ignored)) {
        found.graphicsProblem = cuda == 0 ? "this LibTorch is a CPU build"
                                          : "LibTorch's part for CUDA is not installed";
        if (driver.problem.empty()) {
            found.graphicsProblem +=
                "; with a CUDA build of it, runs can use the " + driver.processors.front().name;
        }
        return;
    }
    if (!driver.problem.empty()) {
        found.graphicsProblem = driver.problem;
        return;
    }
    // A driver runs programs built for any minor version of its own major CUDA version.
    constexpr int kMajor = 1000;
    if (driver.version / kMajor < cuda / kMajor) {
        found.graphicsProblem = "the NVIDIA driver is too old: it runs CUDA " +
                                cudaVersionText(driver.version) + ", and LibTorch needs " +
                                std::to_string(cuda / kMajor) + ".0 or newer";
        return;
    }
    found.graphicsProblem = loadCudaPart(library);
    if (!found.graphicsProblem.empty()) {
        return;
    }
    const auto usable = static_cast<std::size_t>(torch::cuda::device_count());
    if (usable == 0) {
        found.graphicsProblem = "LibTorch cannot start the GPU";
        return;
    }
    driver.processors.resize(std::min(usable, driver.processors.size()));
    found.graphics = std::move(driver.processors);
}

Devices findDevices() {
    Devices found;
    findGraphics(found, cudaOfBuild());
    return found;
}

/// Why the device cannot compute, or an empty string: the driver and LibTorch may both accept a
/// processor that LibTorch has no code for.
std::string productProblem(const at::Device& device) {
    try {
        const at::Tensor ones =
            at::ones({2, 2}, at::TensorOptions().device(device).dtype(at::kFloat));
        if (ones.matmul(ones).sum().item<float>() == 8.0F) {
            return {};
        }
        return "it computes wrong numbers";
    } catch (const c10::Error& error) {
        const std::string text = error.what_without_backtrace();
        return text.substr(0, text.find('\n'));
    }
}

ChosenDevice chosenCpu(std::string note) {
    return {.device = "cpu", .name = processorName(), .note = std::move(note)};
}

std::string deviceProblem(std::size_t index) {
    const Devices& here = devices();
    if (index < here.graphics.size()) {
        return productProblem(at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index)));
    }
    if (here.graphics.empty()) {
        return here.graphicsProblem;
    }
    const std::size_t count = here.graphics.size();
    return "there " + std::string(count == 1 ? "is " : "are ") + std::to_string(count) +
           " here, cuda:0" + (count == 1 ? "" : " to cuda:" + std::to_string(count - 1));
}

} // namespace

std::string libTorchText() {
    const int cuda = cudaOfBuild();
    return std::string(TORCH_VERSION) +
           (cuda == 0 ? ", CPU build" : ", CUDA " + cudaVersionText(cuda) + " build");
}

std::string libTorchFolder() {
    Dl_info found{};
    if (::dladdr(reinterpret_cast<const void*>(&at::globalContext), &found) == 0 ||
        found.dli_fname == nullptr) {
        return {};
    }
    std::error_code ignored;
    return std::filesystem::canonical(found.dli_fname, ignored).parent_path().string();
}

std::string processorName() {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return {};
}

const Devices& devices() {
    static const Devices found = findDevices();
    return found;
}

Result<ChosenDevice> chooseDevice(const std::string& name) {
    if (name == "cpu") {
        return chosenCpu({});
    }
    const std::string number = name.starts_with("cuda:") ? name.substr(5) : "0";
    const bool isNumber = !number.empty() && number.size() < 4 &&
                          number.find_first_not_of("0123456789") == std::string::npos;
    if ((name != "auto" && name != "cuda" && !name.starts_with("cuda:")) || !isNumber) {
        return Problem{"'" + name + "' is not a device; write auto, cpu, cuda or cuda:0", "device"};
    }
    const auto index = static_cast<std::size_t>(std::stoi(number));
    const std::string reason = deviceProblem(index);
    if (reason.empty()) {
        return ChosenDevice{.device = "cuda:" + std::to_string(index),
                            .name = devices().graphics[index].name,
                            .note = {}};
    }
    if (name == "auto") {
        return chosenCpu("Computing on the CPU: " + reason + ".");
    }
    return Problem{"'" + name + "' cannot be used: " + reason + "; write cpu or auto", "device"};
}

} // namespace flip

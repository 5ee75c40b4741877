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

/// The CUDA version that LibTorch was built for, 13000 for 13.0; 0 in a build without CUDA. A CUDA
/// build of the processor's part links the CUDA run-time library, so it can be asked.
int cudaOfBuild() {
    auto* ask = reinterpret_cast<int (*)(int*)>(::dlsym(RTLD_DEFAULT, "cudaRuntimeGetVersion"));
    int version = 0;
    return ask != nullptr && ask(&version) == 0 ? version : 0;
}

/// Loads what registers the device with LibTorch; the answer is why that failed, or empty.
std::string loadCudaPart(const std::filesystem::path& library) {
    if (::dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) {
        return {};
    }
    const char* reason = ::dlerror();
    return std::string("LibTorch's CUDA part cannot be loaded: ") +
           (reason == nullptr ? "no reason was given" : reason);
}

/// Fills in the graphics processors, or why there are none.
void findGraphics(Devices& found, int cuda) {
    CudaDriver driver = askCudaDriver();
    const auto library = std::filesystem::path(libTorchFolder()) / "libtorch_cuda.so";
    std::error_code ignored;
    if (!std::filesystem::exists(library, ignored)) {
        found.whyNoGraphics = cuda == 0 ? "this LibTorch is a CPU build"
                                        : "LibTorch's part for CUDA is not installed";
        if (driver.problem.empty()) {
            found.whyNoGraphics +=
                "; with a CUDA build of it, runs can use the " + driver.processors.front().name;
        }
        return;
    }
    if (!driver.problem.empty()) {
        found.whyNoGraphics = driver.problem;
        return;
    }
    // From its first minor version on, a driver runs what was built for any of the same major one.
    constexpr int kMajor = 1000;
    if (driver.version / kMajor < cuda / kMajor) {
        found.whyNoGraphics = "the NVIDIA driver is too old: it runs CUDA " +
                              cudaVersionText(driver.version) + ", and LibTorch needs " +
                              std::to_string(cuda / kMajor) + ".0 or newer";
        return;
    }
    found.whyNoGraphics = loadCudaPart(library);
    if (!found.whyNoGraphics.empty()) {
        return;
    }
    const auto usable = static_cast<std::size_t>(torch::cuda::device_count());
    if (usable == 0) {
        found.whyNoGraphics = "LibTorch cannot start the graphics processor";
        return;
    }
    driver.processors.resize(std::min(usable, driver.processors.size()));
    found.graphics = std::move(driver.processors);
}

Devices look() {
    Devices found;
    findGraphics(found, cudaOfBuild());
    return found;
}

/// Why the device computes nothing, or empty: a driver and LibTorch can agree on a processor for
/// which LibTorch holds no code.
std::string whyNoProduct(const at::Device& device) {
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

ChosenDevice processorAs(std::string note) {
    return {.device = "cpu", .name = processorName(), .note = std::move(note)};
}

std::string whyUnusable(std::size_t index) {
    const Devices& here = devices();
    if (index < here.graphics.size()) {
        return whyNoProduct(at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index)));
    }
    if (here.graphics.empty()) {
        return here.whyNoGraphics;
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
    static const Devices found = look();
    return found;
}

Result<ChosenDevice> chooseDevice(const std::string& name) {
    if (name == "cpu") {
        return processorAs({});
    }
    const std::string number = name.starts_with("cuda:") ? name.substr(5) : "0";
    const bool isNumber = !number.empty() && number.size() < 4 &&
                          number.find_first_not_of("0123456789") == std::string::npos;
    if ((name != "auto" && name != "cuda" && !name.starts_with("cuda:")) || !isNumber) {
        return Problem{"'" + name + "' is no device; write auto, cpu, cuda or cuda:0", "device"};
    }
    const auto index = static_cast<std::size_t>(std::stoi(number));
    const std::string reason = whyUnusable(index);
    if (reason.empty()) {
        return ChosenDevice{.device = "cuda:" + std::to_string(index),
                            .name = devices().graphics[index].name,
                            .note = {}};
    }
    if (name == "auto") {
        return processorAs("Computing on the processor: " + reason + ".");
    }
    return Problem{"'" + name + "' cannot be used: " + reason + "; write cpu or auto", "device"};
}

} // namespace flip

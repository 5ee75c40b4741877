#include "core/run/machine.h"

#include <torch/torch.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <thread>

namespace flip {

namespace {

/// Largest error of a 256 x 256 product, relative to its largest number.
double productError() {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{1});
    const at::Tensor a = at::empty({256, 256}, at::kFloat).normal_(0, 1, generator);
    const at::Tensor b = at::empty({256, 256}, at::kFloat).normal_(0, 1, generator);
    const at::Tensor exact = a.to(at::kDouble).matmul(b.to(at::kDouble));
    const at::Tensor error = (a.matmul(b).to(at::kDouble) - exact).abs().max() / exact.abs().max();
    return error.item<double>();
}

} // namespace

Result<at::Device> findDevice(const std::string& name) {
    if (name == "cpu" || (name == "auto" && !torch::cuda::is_available())) {
        return at::Device(at::kCPU);
    }
    if (name == "auto") {
        return at::Device(at::kCUDA, 0);
    }
    const std::string number = name.starts_with("cuda:") ? name.substr(5) : "0";
    const bool isNumber = !number.empty() && number.size() < 4 &&
                          number.find_first_not_of("0123456789") == std::string::npos;
    if ((name != "cuda" && !name.starts_with("cuda:")) || !isNumber) {
        return Problem{"'" + name + "' is no device; write auto, cpu, cuda or cuda:0", "device"};
    }
    const int index = std::stoi(number);
    const auto count = static_cast<int>(torch::cuda::device_count());
    if (index >= count) {
        return Problem{"'" + name + "' is not on this machine, which has " + std::to_string(count) +
                           " CUDA devices; write cpu or auto",
                       "device"};
    }
    return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

std::int64_t useThreads(std::int64_t threads) {
    const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
    const std::int64_t count = threads > 0 ? threads : std::max<std::int64_t>(cores, 1);
    if (at::get_num_threads() != static_cast<int>(count)) {
        at::set_num_threads(static_cast<int>(count));
    }
    return count;
}

std::string chooseMatrixProducts() {
    static const std::string choice = [] {
        constexpr double kSingleError = 1e-5; // 16-bit arithmetic errs by 1e-3 here
        at::globalContext().setFloat32MatmulPrecision("medium");
        if (productError() < kSingleError) {
            return std::string("float32 matrix products: fast path, 32-bit error");
        }
        at::globalContext().setFloat32MatmulPrecision("highest");
        return std::string("float32 matrix products: standard path");
    }();
    return choice;
}

} // namespace flip

#include "core/device/machine.h"

#include <torch/types.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>

#include <thread>

namespace flip {

namespace {

/// Largest error of a 256 x 256 product, relative to its largest element.
double productError() {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(std::uint64_t{1});
    const at::Tensor a = at::empty({256, 256}, at::kFloat).normal_(0, 1, generator);
    const at::Tensor b = at::empty({256, 256}, at::kFloat).normal_(0, 1, generator);
    const at::Tensor exact = a.to(at::kDouble).matmul(b.to(at::kDouble));
    const at::Tensor error = (a.matmul(b).to(at::kDouble) - exact).abs().max() / exact.abs().max();
    return error.item<double>();
}

} // namespace

std::string processorFeatures() {
    return at::get_cpu_capability();
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
        constexpr double kSingleError = 1e-5; // 16-bit arithmetic has an error of 1e-3 here
        // On a GPU, products keep full 32-bit precision, even if the environment
        // allows LibTorch to round to 10 bits.
        at::globalContext().setFloat32MatmulPrecision("highest");
        // The fast path exists only in the CPU's library.
        const auto set = [](at::Float32Precision precision) {
            at::globalContext().setFloat32Precision(at::Float32Backend::MKLDNN,
                                                    at::Float32Op::MATMUL, precision);
        };
        set(at::Float32Precision::BF16);
        if (productError() < kSingleError) {
            return std::string("float32 matrix products: fast path, 32-bit error");
        }
        set(at::Float32Precision::IEEE);
        return std::string("float32 matrix products: standard path");
    }();
    return choice;
}

} // namespace flip

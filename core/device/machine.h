#pragma once

#include <cstdint>
#include <string>

namespace flip {

/// The instruction set that LibTorch uses on this CPU: "AVX512", "AVX2", "DEFAULT".
std::string processorFeatures();

/// Sets the number of threads for tensor computations, 0 = all cores. Returns the number set.
std::int64_t useThreads(std::int64_t threads);

/// Selects the fastest 32-bit matrix product of this CPU that keeps 32-bit error, and returns a
/// description of it. The fast path is tested on a product first: some CPUs compute it in 16-bit
/// arithmetic, and then it is not used. On a GPU, products are computed with 32 bits
/// from then on.
std::string chooseMatrixProducts();

} // namespace flip

#pragma once

#include <cstdint>
#include <string>

namespace flip {

/// What LibTorch uses of this processor: "AVX512", "AVX2", "DEFAULT".
std::string processorFeatures();

/// Sets how many threads tensors are computed with, 0 = all cores; returns the number.
std::int64_t useThreads(std::int64_t threads);

/// Lets 32-bit matrix products take the fastest way of this processor that keeps 32-bit error, and
/// returns in words which that is. The way is tried on a product first: some processors answer the
/// same request with 16-bit arithmetic, and then it is not taken. On a graphics processor they are
/// computed with 32 bits from then on.
std::string chooseMatrixProducts();

} // namespace flip

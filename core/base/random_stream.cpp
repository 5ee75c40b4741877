#include "core/base/random_stream.h"

#include "core/base/hashing.h"

#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace flip {

namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15ULL;

std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

} // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose) {
    // Hashing seed and purpose together keeps neighbouring seeds and purposes unrelated.
    state_.key = mix(hash64(purpose) ^ mix(seed + kGolden));
}

std::uint64_t RandomStream::next() {
    state_.counter += 1;
    return mix(state_.key + state_.counter * kGolden);
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
    assert(bound > 0);
    // Lemire 2019: multiply, reject the few products that would bias the low results.
    unsigned __int128 product = static_cast<unsigned __int128>(next()) * bound;
    auto low = static_cast<std::uint64_t>(product);
    if (low < bound) {
        const std::uint64_t threshold = (0 - bound) % bound;
        while (low < threshold) {
            product = static_cast<unsigned __int128>(next()) * bound;
            low = static_cast<std::uint64_t>(product);
        }
    }
    return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::uniform() {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

double RandomStream::normal() {
    // Box-Muller, using one of the pair only: a draw then always advances the counter by two.
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t count) {
    return sample(count, count);
}

std::vector<std::int64_t> RandomStream::sample(std::int64_t count, std::int64_t chosen) {
    assert(0 <= chosen && chosen <= count);
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    for (std::int64_t i = 0; i < chosen; ++i) {
        const auto other =
            i + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(count - i)));
        std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(other)]);
    }
    order.resize(static_cast<std::size_t>(chosen));
    return order;
}

} // namespace flip

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace flip {

/// Reproducible random numbers for one purpose ("shuffle", "masks", ...) of one seed. Counter-based
/// (SplitMix64, Steele et al. 2014): the n-th draw is a function of key and n, so a stream is saved
/// as two numbers, and drawing for one purpose never affects another.
class RandomStream {
public:
    struct State {
        std::uint64_t key = 0;
        std::uint64_t counter = 0;
        bool operator==(const State&) const = default;
    };

    RandomStream(std::uint64_t seed, std::string_view purpose);
    explicit RandomStream(State state) : state_(state) {}

    State state() const { return state_; }

    std::uint64_t next();                     // all 64 bits uniform
    std::uint64_t below(std::uint64_t bound); // uniform in [0, bound), unbiased; bound > 0
    double uniform();                         // [0, 1), 53 bits
    double normal();                          // N(0, 1)

    /// Fisher-Yates order of 0 .. count-1.
    std::vector<std::int64_t> permutation(std::int64_t count);

    /// `chosen` distinct numbers of 0 .. count-1, uniform without replacement, in drawing order.
    std::vector<std::int64_t> sample(std::int64_t count, std::int64_t chosen);

private:
    State state_;
};

} // namespace flip

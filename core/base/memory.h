#pragma once

#include <cstdint>

namespace flip {

/// The most memory this process has held so far.
std::int64_t peakRssBytes();

/// While it lives, memory that is freed stays with the process for the next to ask: a training step
/// allocates again what the last one freed, and memory from the system costs a fault for each page.
/// Its end gives back what is free then. For the whole process; without effect where the C library
/// is not glibc.
class KeptMemory {
public:
    KeptMemory();
    ~KeptMemory();
    KeptMemory(const KeptMemory&) = delete;
    KeptMemory& operator=(const KeptMemory&) = delete;
};

} // namespace flip

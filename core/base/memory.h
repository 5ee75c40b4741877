#pragma once

#include <cstdint>

namespace flip {

/// The peak resident memory of this process so far.
std::int64_t peakRssBytes();

/// While it exists, freed memory stays with the process for reuse: a training step allocates again
/// what the last one freed, and memory from the system costs a page fault per page. The destructor
/// returns free memory to the system. Affects the whole process; no effect if the C library is not
/// glibc.
class KeptMemory {
public:
    KeptMemory();
    ~KeptMemory();
    KeptMemory(const KeptMemory&) = delete;
    KeptMemory& operator=(const KeptMemory&) = delete;
};

} // namespace flip

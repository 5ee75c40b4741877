#include "core/base/memory.h"

#include <limits>

#include <malloc.h>
#include <sys/resource.h>

namespace flip {

std::int64_t peakRssBytes() {
    struct rusage usage {};
    return ::getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss * std::int64_t{1024} : 0;
}

#ifdef __GLIBC__

KeptMemory::KeptMemory() {
    // Allocations larger than this are few and live long. Smaller ones come from the heap, which is
    // then never trimmed.
    constexpr int kMapFrom = 1 << 30;
    ::mallopt(M_MMAP_THRESHOLD, kMapFrom);
    ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

KeptMemory::~KeptMemory() {
    // By itself, glibc would have raised its thresholds to these values because of what a step
    // frees.
    constexpr int kRaised = 32 << 20;
    ::mallopt(M_MMAP_THRESHOLD, kRaised);
    ::mallopt(M_TRIM_THRESHOLD, 2 * kRaised);
    ::malloc_trim(0);
}

#else

KeptMemory::KeptMemory() = default;
KeptMemory::~KeptMemory() = default;

#endif

} // namespace flip

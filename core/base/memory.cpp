#include "core/base/memory.h"

#include <sys/resource.h>

namespace flip {

std::int64_t peakRssBytes() {
    struct rusage usage {};
    return ::getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss * std::int64_t{1024} : 0;
}

} // namespace flip

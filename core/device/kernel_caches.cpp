#include "core/device/kernel_caches.h"

#include <cstdlib>
#include <initializer_list>

namespace flip {

void boundKernelCaches() {
    // Those of oneDNN and of the layer above it; fewer than 32 cost time again.
    for (const char* name : {"ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"}) {
        ::setenv(name, "32", /*overwrite=*/0);
    }
}

} // namespace flip

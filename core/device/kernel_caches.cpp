#include "core/device/kernel_caches.h"

#include <cstdlib>
#include <initializer_list>

namespace flip {

void limitKernelCaches() {
    // The caches of oneDNN and of ideep above it; fewer than 32 entries cost time again.
    for (const char* name : {"ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"}) {
        ::setenv(name, "32", /*overwrite=*/0);
    }
}

} // namespace flip

#include "core/base/version.h"

namespace flip {

const char* programVersion() {
    return FLIP_VERSION;
}

} // namespace flip

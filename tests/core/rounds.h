#pragma once

namespace flip::test {

/// How often a property is tried: fewer times where every memory access is checked, since those
/// builds look for what a wrong access does, not for rare inputs.
constexpr int rounds(int plain) {
#if defined(__SANITIZE_ADDRESS__)
    return plain / 8;
#else
    return plain;
#endif
}

} // namespace flip::test

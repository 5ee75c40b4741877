#pragma once

namespace flip::test {

/// How often to test a property: less often with the address sanitizer, whose builds look for
/// invalid accesses, not for rare inputs.
constexpr int rounds(int plain) {
#if defined(__SANITIZE_ADDRESS__)
    return plain / 8;
#else
    return plain;
#endif
}

} // namespace flip::test

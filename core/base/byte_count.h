#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace flip {

/// A number of bytes in readable form: "12.3 MiB".
inline std::string inMebibytes(std::uintmax_t bytes) {
    char text[64];
    std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
    return text;
}

} // namespace flip

#pragma once

namespace flip {

/// The version of this program, as the build's root names it: "0.1.0".
const char* programVersion();

} // namespace flip

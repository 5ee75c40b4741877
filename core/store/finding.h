#pragma once

#include <string>

namespace flip {

/// Something about a file of the workspace that its owner should know.
struct Finding {
    std::string file;
    std::string problem; // what is wrong with it; after a repair, what was done
    std::string advice;  // what to do; may be empty
};

} // namespace flip

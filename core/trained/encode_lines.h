#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace flip {

struct EncodeReport {
    std::int64_t lines = 0;
    std::int64_t cut = 0; // lines longer than the model reads
    double seconds = 0;
};

/// Writes the last hidden state of position 0 for every line of a text file, as tensor `cls`
/// [lines, H] float32 of a safetensors file. Only a line feed ends a line. Blocks.
Result<EncodeReport> encodeLines(const std::filesystem::path& modelFolder,
                                 const std::filesystem::path& input,
                                 const std::filesystem::path& output,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress,
                                 const std::stop_token& stop);

} // namespace flip

#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

namespace flip {

struct TrainedText;

struct EncodeReport {
    std::int64_t lines = 0;
    std::int64_t truncated = 0; // lines truncated to the length that the model reads
    double seconds = 0;
};

/// What encodes the lines: a language model, or the text encoder that a run has trained.
struct LineEncoder {
    std::filesystem::path folder; // of the language model
    const TrainedText* trained = nullptr;
};

/// Writes the vector of every line of a text file as tensor `cls` [lines, H] float32 of a
/// safetensors file: the last hidden state of position 0, or the sentence vector that the run's
/// recipe chooses. Only a line feed ends a line. Blocks.
Result<EncodeReport> encodeLines(const LineEncoder& encoder, const std::filesystem::path& input,
                                 const std::filesystem::path& output,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress,
                                 const std::stop_token& stop);

} // namespace flip

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// What decides a run's numbers besides its recipe: its inputs and what computed it. Texts are
/// empty if a run has no such part or its program did not store it. Hashes are content hashes
/// (hashing.h).
struct RunIdentity {
    std::string program;      // "0.1.0, commit 3f2a9c1"
    std::string libTorch;     // "2.13.0, CPU build"
    std::string processor;    // "AMD EPYC 9B14"
    std::string features;     // instructions that LibTorch uses: "AVX512"
    std::string device;       // "cpu" or "cuda:0"
    std::string deviceName;   // "NVIDIA H200"; empty if it has none
    std::int64_t threads = 0; // as resolved
    std::string numberFormat; // "float32; matrix products: standard path"

    std::string dataset;       // content and split
    std::string split;         // which row is in which split
    std::string sentences;     // the template or templates
    std::string tokenizer;     // vocabulary and rules
    std::string languageModel; // weights and configuration
    std::string parent;        // weights of the run that it starts from

    bool operator==(const RunIdentity&) const = default;
};

/// The inputs in which two runs differ, in words: "the weights of the language model". A part that
/// is unknown in either of them is skipped.
std::vector<std::string> changedInputs(const RunIdentity& before, const RunIdentity& now);

/// Why the same recipe on the same inputs may not give the same bits, in words: "2 threads, before
/// 1". A part that is unknown in either of them is skipped.
std::vector<std::string> changedComputation(const RunIdentity& before, const RunIdentity& now);

} // namespace flip

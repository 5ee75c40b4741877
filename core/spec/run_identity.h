#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flip {

/// What a run was computed from and by, as far as it decides the numbers beside the recipe. Texts
/// are empty where a run has no such part, or is of a program that did not store it. Hashes are
/// content hashes (hashing.h).
struct RunIdentity {
    std::string program;      // "0.1.0, commit 3f2a9c1"
    std::string libTorch;     // "2.13.0, CPU build"
    std::string processor;    // "AMD EPYC 9B14"
    std::string features;     // what LibTorch uses of it: "AVX512"
    std::string device;       // "cpu" or "cuda:0"
    std::string deviceName;   // "NVIDIA H200"; empty where it has none
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

/// In words, what the second was computed from that the first was not: "the weights of the language
/// model". A part that either of them does not know is passed over.
std::vector<std::string> changedInputs(const RunIdentity& before, const RunIdentity& now);

/// In words, why the same recipe on the same inputs need not give the same bits: "2 threads, before
/// 1". A part that either of them does not know is passed over.
std::vector<std::string> changedComputation(const RunIdentity& before, const RunIdentity& now);

} // namespace flip

#include "core/spec/run_identity.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace flip {

namespace {

using Part = std::string RunIdentity::*;

constexpr std::array<std::pair<Part, const char*>, 6> kInputs = {
    {{&RunIdentity::dataset, "the dataset"},
     {&RunIdentity::split, "the split"},
     {&RunIdentity::sentences, "the template"},
     {&RunIdentity::tokenizer, "the tokenizer"},
     {&RunIdentity::languageModel, "the weights of the language model"},
     {&RunIdentity::parent, "the weights of the run that it starts from"}}};

constexpr std::array<std::pair<Part, const char*>, 7> kComputation = {
    {{&RunIdentity::program, "program"},
     {&RunIdentity::libTorch, "LibTorch"},
     {&RunIdentity::processor, "CPU"},
     {&RunIdentity::features, "CPU features"},
     {&RunIdentity::device, "device"},
     {&RunIdentity::deviceName, "device"},
     {&RunIdentity::numberFormat, "numbers"}}};

bool differ(const std::string& before, const std::string& now) {
    return !before.empty() && !now.empty() && before != now;
}

} // namespace

std::vector<std::string> changedInputs(const RunIdentity& before, const RunIdentity& now) {
    std::vector<std::string> changed;
    for (const auto& [part, name] : kInputs) {
        if (differ(before.*part, now.*part)) {
            changed.emplace_back(name);
        }
    }
    return changed;
}

std::vector<std::string> changedComputation(const RunIdentity& before, const RunIdentity& now) {
    std::vector<std::string> changed;
    for (const auto& [part, name] : kComputation) {
        if (differ(before.*part, now.*part)) {
            changed.push_back(fmt::format("{} {}, before {}", name, now.*part, before.*part));
        }
    }
    if (before.threads > 0 && now.threads > 0 && before.threads != now.threads) {
        changed.push_back(fmt::format("{} {}, before {}", now.threads,
                                      now.threads == 1 ? "thread" : "threads", before.threads));
    }
    return changed;
}

} // namespace flip

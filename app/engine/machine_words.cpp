#include "app/engine/machine_words.h"

#include "core/device/devices.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>

namespace flip::command::engine {

namespace {

std::string gibibytes(std::int64_t bytes) {
    constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / kGibibyte);
    return text;
}

std::string asJson(const Devices& here, const ChosenDevice& automatic, unsigned cores) {
    nlohmann::json graphics = nlohmann::json::array();
    for (const GraphicsProcessor& processor : here.graphics) {
        graphics.push_back({{"name", processor.name}, {"memory_bytes", processor.memoryBytes}});
    }
    const nlohmann::json answer = {
        {"libtorch", libTorchText()},   {"libtorch_folder", libTorchFolder()},
        {"processor", processorName()}, {"cores", cores},
        {"graphics", graphics},         {"why_no_graphics", here.graphicsProblem},
        {"auto", automatic.device},     {"note", automatic.note}};
    return answer.dump();
}

std::string asText(const Devices& here, const ChosenDevice& automatic, unsigned cores) {
    const std::string processor = processorName();
    std::string text = "LibTorch   " + libTorchText() + ", " + libTorchFolder() + "\n";
    text += "CPU        " + (processor.empty() ? "of unknown name" : processor) + ", " +
            std::to_string(cores) + " cores\n";
    for (std::size_t i = 0; i < here.graphics.size(); ++i) {
        text += "cuda:" + std::to_string(i) + "     " + here.graphics[i].name + ", " +
                gibibytes(here.graphics[i].memoryBytes) + "\n";
    }
    if (here.graphics.empty()) {
        text += "GPU        not used: " + here.graphicsProblem + "\n";
    }
    // A GPU that is present but not used has a note with the reason.
    const bool hasReason = !here.graphics.empty() && !automatic.note.empty();
    text += "device     \"auto\" is " + automatic.device +
            (hasReason ? ". " + automatic.note : std::string()) + "\n";
    return text;
}

} // namespace

Result<MachineDescription> describeMachine() {
    const Devices& here = devices();
    const auto automatic = chooseDevice("auto");
    if (!automatic) {
        return automatic.problem();
    }
    const unsigned cores = std::thread::hardware_concurrency();
    return MachineDescription{asJson(here, *automatic, cores), asText(here, *automatic, cores)};
}

} // namespace flip::command::engine

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
        {"graphics", graphics},         {"why_no_graphics", here.whyNoGraphics},
        {"auto", automatic.device},     {"note", automatic.note}};
    return answer.dump();
}

std::string asText(const Devices& here, const ChosenDevice& automatic, unsigned cores) {
    const std::string processor = processorName();
    std::string text = "LibTorch   " + libTorchText() + ", " + libTorchFolder() + "\n";
    text += "processor  " + (processor.empty() ? "of unknown name" : processor) + ", " +
            std::to_string(cores) + " cores\n";
    for (std::size_t i = 0; i < here.graphics.size(); ++i) {
        text += "cuda:" + std::to_string(i) + "     " + here.graphics[i].name + ", " +
                gibibytes(here.graphics[i].memoryBytes) + "\n";
    }
    if (here.graphics.empty()) {
        text += "graphics   not used: " + here.whyNoGraphics + "\n";
    }
    // One that is there and computes nothing has a note of its own.
    const bool tellsWhy = !here.graphics.empty() && !automatic.note.empty();
    text += "device     \"auto\" is " + automatic.device +
            (tellsWhy ? ". " + automatic.note : std::string()) + "\n";
    return text;
}

} // namespace

Result<MachineTold> tellMachine() {
    const Devices& here = devices();
    const auto automatic = chooseDevice("auto");
    if (!automatic) {
        return automatic.problem();
    }
    const unsigned cores = std::thread::hardware_concurrency();
    return MachineTold{asJson(here, *automatic, cores), asText(here, *automatic, cores)};
}

} // namespace flip::command::engine

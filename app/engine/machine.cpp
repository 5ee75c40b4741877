#include "app/engine/engine.h"

#include "core/device/devices.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <thread>

namespace flip::command::engine {

namespace {

std::string gibibytes(std::int64_t bytes) {
    constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / kGibibyte);
    return text;
}

void printAsJson(const Devices& here, const ChosenDevice& automatic, unsigned cores) {
    nlohmann::json graphics = nlohmann::json::array();
    for (const GraphicsProcessor& processor : here.graphics) {
        graphics.push_back({{"name", processor.name}, {"memory_bytes", processor.memoryBytes}});
    }
    const nlohmann::json answer = {
        {"libtorch", libTorchText()},   {"libtorch_folder", libTorchFolder()},
        {"processor", processorName()}, {"cores", cores},
        {"graphics", graphics},         {"why_no_graphics", here.whyNoGraphics},
        {"auto", automatic.device},     {"note", automatic.note}};
    std::printf("%s\n", answer.dump().c_str());
}

} // namespace

void machine(bool json, Context& context) {
    const Devices& here = devices();
    const auto automatic = chooseDevice("auto");
    if (!automatic) {
        return context.fail(automatic.problem());
    }
    const std::string processor = processorName();
    const unsigned cores = std::thread::hardware_concurrency();
    if (json) {
        return printAsJson(here, *automatic, cores);
    }
    std::printf("LibTorch   %s, %s\n", libTorchText().c_str(), libTorchFolder().c_str());
    std::printf("processor  %s, %u cores\n",
                processor.empty() ? "of unknown name" : processor.c_str(), cores);
    for (std::size_t i = 0; i < here.graphics.size(); ++i) {
        std::printf("cuda:%zu     %s, %s\n", i, here.graphics[i].name.c_str(),
                    gibibytes(here.graphics[i].memoryBytes).c_str());
    }
    if (here.graphics.empty()) {
        std::printf("graphics   not used: %s\n", here.whyNoGraphics.c_str());
    }
    // One that is there and computes nothing has a note of its own.
    const bool tellsWhy = !here.graphics.empty() && !automatic->note.empty();
    std::printf("device     \"auto\" is %s%s%s\n", automatic->device.c_str(), tellsWhy ? ". " : "",
                tellsWhy ? automatic->note.c_str() : "");
}

} // namespace flip::command::engine

#include "core/text/text_template.h"

#include <cstdint>
#include <string_view>

using namespace flip;

/// Any text gives a template or a Problem; a template can be rendered.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed =
        TextTemplate::parse({reinterpret_cast<const char*>(data), size}, {"user_id", "title"});
    if (parsed) {
        static_cast<void>(parsed->render({"1", "Alien {1979}"}));
    }
    return 0;
}

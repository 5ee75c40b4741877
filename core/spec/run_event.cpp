#include "core/spec/run_event.h"

namespace flip {

std::string deviceText(const std::string& device, const std::string& name) {
    return name.empty() ? device : device + " (" + name + ")";
}

std::string deviceText(const RunStarted& started) {
    return deviceText(started.identity.device, started.identity.deviceName);
}

} // namespace flip

#include "ui/bridge/machine_reader.h"

#include "core/device/devices.h"
#include "core/spec/run_event.h"

namespace flip::ui {

void MachineReader::start() {
    job_.start([](const std::stop_token&) { return devices(); },
               [this](const Devices& here) {
                   const std::string device =
                       here.graphics.empty() ? deviceText("cpu", processorName())
                                             : deviceText("cuda:0", here.graphics.front().name);
                   Q_EMIT found(QString::fromStdString(device),
                                here.graphics.empty()
                                    ? tr("Runs compute on the CPU: %1.")
                                          .arg(QString::fromStdString(here.graphicsProblem))
                                    : QString());
               });
}

} // namespace flip::ui

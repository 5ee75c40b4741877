#include "app/engine/machine_words.h"

namespace flip::command::engine {

void doctor(const DoctorWork& work, Context& context) {
    const auto machine = describeMachine();
    if (!machine) {
        context.fail(machine.problem(), kFailed); // the workspace is still checked
    }
    runDoctor(work, machine ? *machine : MachineDescription(), context);
}

} // namespace flip::command::engine

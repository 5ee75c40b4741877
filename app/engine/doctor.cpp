#include "app/engine/machine_words.h"

namespace flip::command::engine {

void doctor(const DoctorWork& work, Context& context) {
    const auto told = tellMachine();
    if (!told) {
        context.fail(told.problem(), kFailed); // the workspace is checked all the same
    }
    checkUp(work, told ? *told : MachineTold(), context);
}

} // namespace flip::command::engine

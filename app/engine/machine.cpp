#include "app/engine/machine_words.h"

#include <cstdio>

namespace flip::command::engine {

void machine(bool json, Context& context) {
    const auto told = tellMachine();
    if (!told) {
        return context.fail(told.problem());
    }
    std::fputs(json ? (told->json + "\n").c_str() : told->text.c_str(), stdout);
}

} // namespace flip::command::engine

#include "app/engine/machine_words.h"

#include <cstdio>

namespace flip::command::engine {

void machine(bool json, Context& context) {
    const auto description = describeMachine();
    if (!description) {
        return context.fail(description.problem());
    }
    std::fputs(json ? (description->json + "\n").c_str() : description->text.c_str(), stdout);
}

} // namespace flip::command::engine

#include "app/command/interrupt.h"
#include "app/command/progress.h"
#include "app/engine/engine.h"

#include "core/trained/encode_lines.h"

#include <cstdio>

namespace flip::command::engine {

void encode(const std::string& model, const std::string& input, const std::string& output,
            Context& context) {
    const auto folder = context.findModel(model);
    if (!folder) {
        return context.fail(folder.problem());
    }
    const Interrupt interrupt;
    StatusLine line;
    const auto report = encodeLines(
        *folder, input, output,
        [&](std::int64_t done, std::int64_t all) {
            line.show("encoded " + std::to_string(done) + " of " + std::to_string(all) + " lines");
        },
        interrupt.token());
    line.clear();
    if (!report) {
        context.fail(report.problem());
        if (interrupt.happened() && !report.problem().world) {
            context.exitCode = kInterrupted;
        }
        return;
    }
    std::printf("%lld lines, %lld cut at the model's length, in %s\n",
                static_cast<long long>(report->lines), static_cast<long long>(report->cut),
                duration(report->seconds).c_str());
}

} // namespace flip::command::engine

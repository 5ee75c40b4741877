#include "app/command/interrupt.h"
#include "app/command/progress.h"
#include "app/engine/engine.h"

#include "core/trained/encode_lines.h"
#include "core/trained/trained_text.h"

#include <cstdio>
#include <optional>
#include <utility>

namespace flip::command::engine {

namespace {

Result<TrainedText> trainedText(const EncoderChoice& choice, Context& context) {
    const auto workspace = context.openWorkspace(WorkspaceUse::Read);
    return workspace ? openTrainedText(choice.run, choice.checkpoint, *workspace)
                     : workspace.problem();
}

} // namespace

void encode(const EncoderChoice& choice, const std::string& input, const std::string& output,
            Context& context) {
    std::optional<TrainedText> trained;
    LineEncoder encoder;
    if (choice.run.empty()) {
        const auto folder = context.findModel(choice.model);
        if (!folder) {
            return context.fail(folder.problem());
        }
        encoder.folder = *folder;
    } else {
        auto opened = trainedText(choice, context);
        if (!opened) {
            return context.fail(opened.problem());
        }
        trained = std::move(*opened);
        encoder = {trained->folder, &*trained};
    }
    const Interrupt interrupt;
    StatusLine line;
    const auto report = encodeLines(
        encoder, input, output,
        [&](std::int64_t done, std::int64_t all) {
            line.show("encoded " + std::to_string(done) + " of " + std::to_string(all) + " lines");
        },
        interrupt.token());
    line.clear();
    if (!report) {
        return failOrInterrupted(context, report.problem(), interrupt);
    }
    std::printf("%lld lines, %lld truncated to the model's length, in %s\n",
                static_cast<long long>(report->lines), static_cast<long long>(report->truncated),
                duration(report->seconds).c_str());
}

} // namespace flip::command::engine

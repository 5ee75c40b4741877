#include "app/command/interrupt.h"
#include "app/command/progress.h"
#include "app/engine/engine.h"

#include "core/trained/predict_rows.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

namespace flip::command::engine {

namespace {

/// Prints the lines left out and the missing join matches to stderr, since stdout may be JSON.
void reportLeftOut(const PredictReport& report) {
    for (const Problem& example : report.examples) {
        std::fprintf(stderr, "%s\n", example.text().c_str());
    }
    if (report.badLines > 0) {
        std::fprintf(stderr, "left out: %lld bad lines\n", static_cast<long long>(report.badLines));
    }
    for (const JoinMatches& join : report.joins) {
        if (join.unmatched > 0) {
            std::fprintf(stderr,
                         "%lld rows have no match in %s; its fields are empty in these rows\n",
                         static_cast<long long>(join.unmatched), join.table.c_str());
        }
    }
}

void print(const PredictReport& report, const std::string& output) {
    const double seconds = std::max(report.seconds, 1e-9);
    std::printf("%lld rows in %s, %.0f rows/s, written to %s\n",
                static_cast<long long>(report.rows), duration(report.seconds).c_str(),
                static_cast<double>(report.rows) / seconds, output.c_str());
    for (const auto& [field, rows] : report.unknown) {
        if (rows > 0) {
            std::printf("  %s: %lld %s an unknown value\n", field.c_str(),
                        static_cast<long long>(rows), rows == 1 ? "row has" : "rows have");
        }
    }
}

void printJson(const PredictReport& report) {
    const double seconds = std::max(report.seconds, 1e-9);
    const nlohmann::ordered_json json{{"rows", report.rows},
                                      {"unknown", report.unknown},
                                      {"bad_lines", report.badLines},
                                      {"rows_per_s", static_cast<double>(report.rows) / seconds}};
    std::printf("%s\n",
                json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

} // namespace

void predict(const PredictWork& work, Context& context) {
    std::optional<Workspace> workspace;
    if (!work.run.empty()) {
        auto opened = context.openWorkspace(WorkspaceUse::Read);
        if (!opened) {
            return context.fail(opened.problem());
        }
        workspace = std::move(*opened);
    }
    const Interrupt interrupt;
    StatusLine line;
    const auto report = predictRows(
        {work.run, work.checkpoint, workspace ? &*workspace : nullptr, work.bundle},
        {work.input, work.source}, work.output,
        [&](const PredictProgress& done) {
            line.show("predicted " + std::to_string(done.rows) + " rows");
        },
        interrupt.token());
    line.clear();
    if (!report) {
        return failOrInterrupted(context, report.problem(), interrupt);
    }
    reportLeftOut(*report);
    work.json ? printJson(*report) : print(*report, work.output);
}

} // namespace flip::command::engine

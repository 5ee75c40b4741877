#include "ui/bridge/quality_reader.h"

#include <algorithm>
#include <utility>

namespace flip::ui {

QualityReader::QualityReader(Workspace workspace, QObject* parent)
    : QObject(parent), workspace_(std::move(workspace)) {}

void QualityReader::measure(const RunSummary& run, const std::string& field) {
    job_.start(
        [workspace = workspace_, run, field](std::stop_token) {
            ReadQuality read;
            MetricsRequest request;
            if (const auto fields = fieldsOfRun(workspace, run)) {
                read.fields = *fields;
                read.field =
                    std::ranges::count(*fields, field) > 0 ? field : likelyUserField(*fields);
            } else {
                read.fieldsProblem = fields.problem();
            }
            if (!read.field.empty()) {
                request.by = {read.field};
            }
            auto quality = measureRun(workspace, run, request);
            if (quality) {
                read.quality = std::move(*quality);
            } else {
                read.problem = quality.problem();
            }
            return read;
        },
        [this](const ReadQuality& read) { Q_EMIT measured(read); });
}

} // namespace flip::ui

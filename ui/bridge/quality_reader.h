#pragma once

#include "core/report/run_metrics.h"
#include "ui/bridge/background_job.h"

#include <QObject>

#include <optional>
#include <string>
#include <vector>

namespace flip::ui {

/// The quality of a run's stored predictions, and the fields that its AUC can be grouped by.
struct ReadQuality {
    std::optional<RunQuality> quality;
    std::optional<Problem> problem;       // why there is no quality
    std::vector<std::string> fields;      // of the run's dataset; empty if it is gone or changed
    std::optional<Problem> fieldsProblem; // why `fields` is empty
    std::string field;                    // the one that groups the AUC; empty: none
};

/// Measures runs off the GUI thread and reports only the result of the latest request. Lives on the
/// GUI thread.
class QualityReader : public QObject {
    Q_OBJECT
public:
    explicit QualityReader(Workspace workspace, QObject* parent = nullptr);

    /// Measures the run, with its AUC grouped by `field` if the dataset has it, otherwise by the
    /// field that looks like the user id.
    void measure(const RunSummary& run, const std::string& field);
    void cancel() { job_.cancel(); }
    bool running() const { return job_.running(); }

Q_SIGNALS:
    void measured(const flip::ui::ReadQuality& read);

private:
    const Workspace workspace_;
    BackgroundJob job_; // last member: joined first
};

} // namespace flip::ui

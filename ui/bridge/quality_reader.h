#pragma once

#include "core/report/run_metrics.h"
#include "ui/bridge/background_job.h"

#include <QObject>

#include <optional>
#include <string>
#include <vector>

namespace flip::ui {

/// What the stored predictions of a run are worth, and the fields they could be grouped by.
struct ReadQuality {
    std::optional<RunQuality> quality;
    std::optional<Problem> problem;  // why there is no quality
    std::vector<std::string> fields; // of the run's dataset; empty where it is gone or changed
    std::optional<Problem> noFields; // then: why
    std::string field;               // by which the AUC is grouped; empty: none
};

/// Measures runs off the GUI thread; only the answer to the last wish is told. Lives on the GUI
/// thread.
class QualityReader : public QObject {
    Q_OBJECT
public:
    explicit QualityReader(Workspace workspace, QObject* parent = nullptr);

    /// Measures the run, its AUC grouped by `field` if the dataset has it, else by what looks like
    /// the field of users.
    void want(const RunSummary& run, const std::string& field);
    void cancel() { job_.cancel(); }
    bool running() const { return job_.running(); }

Q_SIGNALS:
    void measured(const flip::ui::ReadQuality& read);

private:
    const Workspace workspace_;
    BackgroundJob job_; // last member: joined first
};

} // namespace flip::ui

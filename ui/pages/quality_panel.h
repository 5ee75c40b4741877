#pragma once

#include "core/store/run_store.h"
#include "ui/bridge/quality_reader.h"

#include <QWidget>

#include <string>

class QComboBox;
class QLabel;

namespace flip::ui {

class ReliabilityPlot;

/// What a run's stored predictions are worth beyond AUC and LogLoss: GAUC by a field, normalised
/// entropy, calibration error, and the reliability diagram of one split. Measured in the background
/// when the run changes; without predictions it says how to get some.
class QualityPanel : public QWidget {
    Q_OBJECT
public:
    explicit QualityPanel(Workspace workspace, QWidget* parent = nullptr);

    /// Null: nothing is selected. Asking again for the same state of a run costs nothing.
    void setRun(const RunSummary* run);

private:
    void take(const ReadQuality& read);
    void measure();
    void showQuality();
    void say(const QString& text); // instead of figures; empty: the figures

    QualityReader reader_;
    RunSummary run_;
    std::string shown_; // the state of a run that was asked for
    std::string field_; // chosen by the person; empty: not yet
    ReadQuality read_;
    QWidget* figures_;
    QComboBox* split_;
    QComboBox* by_;
    QLabel* table_;
    QLabel* note_;
    QLabel* message_;
    ReliabilityPlot* plot_;
};

} // namespace flip::ui

#pragma once

#include "core/store/run_store.h"
#include "ui/bridge/quality_reader.h"

#include <QWidget>

#include <string>

class QComboBox;
class QLabel;

namespace flip::ui {

class ReliabilityPlot;

/// The quality of a run's stored predictions beyond AUC and LogLoss: GAUC by a field, normalised
/// entropy, calibration error, and the reliability diagram of one split. Measured in the background
/// when the run changes; without predictions it explains how to get some.
class QualityPanel : public QWidget {
    Q_OBJECT
public:
    explicit QualityPanel(Workspace workspace, QWidget* parent = nullptr);

    /// Null: no run is selected. A repeated call with the same state of a run does nothing.
    void setRun(const RunSummary* run);

private:
    void take(const ReadQuality& read);
    void measure();
    void showQuality();
    void showMessage(const QString& text); // instead of the figures; empty: shows the figures

    QualityReader reader_;
    RunSummary run_;
    std::string shown_; // the run and its state that were last set
    std::string field_; // chosen by the user; empty: not yet
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

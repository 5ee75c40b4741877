#pragma once

#include "core/store/run_store.h"
#include "ui/models/alignment_model.h"
#include "ui/models/run_feed.h"
#include "ui/widgets/page_frame.h"

#include <QTimer>

#include <map>
#include <span>
#include <vector>

class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace flip::ui {

class CurvePlot;
class HeatMap;
class Selection;

/// Which words the ids of a run attend to: field by field, epoch by epoch. The feed and the
/// selection must outlive the page.
class AlignmentPage : public PageFrame {
    Q_OBJECT

public:
    AlignmentPage(RunFeed& feed, Selection& selection, QWidget* parent = nullptr);

    HeatMap* map() const { return map_; }
    int shownEpoch() const; // -1: none

public Q_SLOTS:
    void setRuns(const std::vector<flip::RunSummary>& runs);

Q_SIGNALS:
    void experimentRequested(); // from the empty page

private:
    QWidget* makeMap();
    QWidget* makeScore();
    void showRun();
    void showMap();
    void showEmpty();
    void takeStep();
    void play(bool playing);
    std::span<const AlignmentMeasured> maps() const;

    RunFeed& feed_;
    Selection& selection_;
    struct Known {
        RunKind kind{};
        bool running = false;
        QString parent;
    };
    std::map<QString, Known> known_; // the stored runs
    QComboBox* measure_;
    HeatMap* map_;
    QToolButton* play_;
    QSlider* epoch_;
    QLabel* epochText_;
    CurvePlot* score_;
    QLabel* words_;
    QTimer clock_;
    QString shownRun_;
};

} // namespace flip::ui

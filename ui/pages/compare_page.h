#pragma once

#include "core/store/run_store.h"
#include "ui/models/run_feed.h"
#include "ui/models/run_table_model.h"
#include "ui/widgets/page_frame.h"

#include <map>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace flip::ui {

class CurveControls;
class CurveGrid;
class Selection;

/// All stored runs side by side: a table to sort and filter, and below it the overlaid curves of
/// the selected ones. The feed and the selection must outlive the page.
class ComparePage : public PageFrame {
    Q_OBJECT

public:
    ComparePage(RunFeed& feed, Selection& selection, QWidget* parent = nullptr);
    ~ComparePage() override;

    RunTableModel* model() const { return model_; }
    QStringList comparedRuns() const; // those whose curves are drawn, in the table's order

public Q_SLOTS:
    void setRuns(const std::vector<flip::RunSummary>& runs);

Q_SIGNALS:
    void experimentRequested(); // from the empty page

private:
    QWidget* makeTable();
    QWidget* makeCurves();
    void overlay();
    void showPlots();
    void showLosses();
    void colourRuns(const QStringList& runs);
    void showCount();

    RunFeed& feed_;
    Selection& selection_;
    RunTableModel* model_;
    QLineEdit* filter_;
    QLabel* count_;
    QTableView* table_;
    QComboBox* loss_;
    CurveControls* controls_;
    QLabel* note_;
    CurveGrid* grid_;
    bool choosing_ = false;
    bool rearranging_ = false;       // rows are added or removed, which moves the current row
    std::map<QString, int> colours_; // kept while a run stays selected
};

} // namespace flip::ui

#pragma once

#include "core/store/run_store.h"
#include "ui/models/run_journal.h"

#include <QLabel>

#include <optional>

namespace flip::ui {

/// A run and its result: time and memory, reason, a table of splits and branches with AUC and
/// LogLoss, the recipe in one line. Text can be selected and copied.
class RunCard : public QLabel {
    Q_OBJECT

public:
    explicit RunCard(QWidget* parent = nullptr);

    /// Either may be null: a live run may not be stored yet, a stored one not loaded yet.
    void setRun(const RunSummary* summary, const RunStory* story);

    QSize minimumSizeHint() const override { return {160, QLabel::minimumSizeHint().height()}; }

private:
    QString html() const;

    std::optional<RunSummary> summary_;
    std::optional<RunStory> story_;
};

/// The status of a run: running if it is live, else that of the story's end, else the stored one,
/// else running if there is a story.
std::optional<RunStatus> statusOf(const RunSummary* summary, const RunStory* story, bool live);

} // namespace flip::ui

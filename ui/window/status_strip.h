#pragma once

#include <QWidget>

#include <optional>

class QLabel;
class QProgressBar;
class QPushButton;

namespace flip::ui {

class ElidedLabel;
struct RunStory;

/// The foot of the window: where we work, on what, and the live run with its stop button.
class StatusStrip : public QWidget {
    Q_OBJECT
public:
    explicit StatusStrip(QWidget* parent = nullptr);

    void setPlace(const QString& workspaceFolder);
    /// `why` is told where the mouse rests on it; may be empty.
    void setDevice(const QString& device, const QString& why);
    void setThreads(int threads);

    /// How far the live run has come: "ml100k-3: pretraining 3/30", its device and threads.
    void showRun(const QString& run, const RunStory& story);
    void showStopping();
    void showIdle(const QString& words); // "No run", "ml100k-3 finished"

Q_SIGNALS:
    void stopRequested();

private:
    void tellPlace();
    /// `share` is 0 to 1, or absent while unknown.
    void showProgress(const QString& words, std::optional<double> share,
                      std::optional<double> secondsLeft);

    QString folder_;
    QString device_;
    QString why_;
    int threads_; // those of a run, or of this computer
    ElidedLabel* place_;
    ElidedLabel* words_;
    QProgressBar* bar_;
    QLabel* timeLeft_;
    QPushButton* stop_;
};

} // namespace flip::ui

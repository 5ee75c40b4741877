#pragma once

#include <QWidget>

#include <optional>

class QLabel;
class QProgressBar;
class QPushButton;

namespace flip::ui {

class ElidedLabel;
struct RunStory;

/// The bottom line of the window: the workspace, the device, and the live run with its stop button.
class StatusStrip : public QWidget {
    Q_OBJECT
public:
    explicit StatusStrip(QWidget* parent = nullptr);

    void setPlace(const QString& workspaceFolder);
    /// `why` is shown on hover; may be empty.
    void setDevice(const QString& device, const QString& why);
    void setThreads(int threads);

    /// The progress of the live run: "ml100k-3: pretraining 3/30", its device and threads.
    void showRun(const QString& run, const RunStory& story);
    void showStopping();
    void showIdle(const QString& words); // "No run", "ml100k-3 finished"

Q_SIGNALS:
    void stopRequested();

private:
    void updatePlace();
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

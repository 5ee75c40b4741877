#pragma once

#include <QWidget>

#include <optional>

class QLabel;
class QProgressBar;
class QPushButton;

namespace flip::ui {

class ElidedLabel;

/// The foot of the window: where we work, on what, and the live run with its stop button.
class StatusStrip : public QWidget {
    Q_OBJECT
public:
    explicit StatusStrip(QWidget* parent = nullptr);

    void setPlace(const QString& workspaceFolder);
    /// `why` is told where the mouse rests on it; may be empty.
    void setDevice(const QString& device, const QString& why);
    void setThreads(int threads);

    /// "pretraining 3/30"; `share` 0 to 1 or absent while unknown.
    void showRun(const QString& words, std::optional<double> share,
                 std::optional<double> secondsLeft);
    void showStopping();
    void showIdle(const QString& words); // "No run", "ml100k-3 finished"

Q_SIGNALS:
    void stopRequested();

private:
    void tellPlace();

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

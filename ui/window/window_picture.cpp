#include "ui/window/window_picture.h"

#include "ui/bridge/background_job.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QImageWriter>
#include <QPixmap>
#include <QWidget>

namespace flip::ui {

namespace {
constexpr qint64 kMaxWait = 15'000; // ms
constexpr qint64 kQuietFor = 700;   // ms without a job: longer than any timer of a page
} // namespace

Result<void> savePicture(QWidget& window, const QString& file) {
    QElapsedTimer clock;
    clock.start();
    qint64 busyUntil = 0;
    while (clock.elapsed() < kMaxWait && clock.elapsed() < busyUntil + kQuietFor) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        if (BackgroundJob::active() > 0) {
            busyUntil = clock.elapsed();
        }
    }
    // The writer removes a file that it cannot complete, and reports why.
    QImageWriter writer(file);
    if (!writer.write(window.grab().toImage())) {
        return Problem{writer.errorString().toStdString(), file.toStdString(),
                       /*systemError=*/true};
    }
    return {};
}

} // namespace flip::ui

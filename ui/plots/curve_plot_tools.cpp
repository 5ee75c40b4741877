// The actions of a plot: menu, shortcuts, export and copy.
#include "ui/plots/curve_plot.h"

#include "ui/widgets/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <QTextDocument>
#include <QToolTip>
#include <qcustomplot.h>

#include <cmath>

namespace flip::ui {

namespace {

constexpr double kPngScale = 2;

QAction* action(CurvePlot* plot, QWidget* target, const QString& text, const QKeySequence& keys) {
    auto* made = new QAction(text, plot);
    made->setShortcut(keys);
    made->setShortcutContext(Qt::WidgetShortcut);
    target->addAction(made);
    return made;
}

} // namespace

void CurvePlot::addActions() {
    const auto add = [this](const QString& text, const QKeySequence& keys, auto does) {
        connect(action(this, plot_, text, keys), &QAction::triggered, this, does);
    };
    add(tr("Export the plot..."), QKeySequence(Qt::CTRL | Qt::Key_E), [this] { choosePath(); });
    add(tr("Copy as picture"), QKeySequence::Copy, [this] {
        QImage image(size() * kPngScale, QImage::Format_ARGB32);
        image.fill(theme().surface);
        QCPPainter painter(&image);
        painter.scale(kPngScale, kPngScale);
        paintAll(painter, size());
        painter.end();
        QApplication::clipboard()->setImage(image);
    });
    add(tr("Show all points"), QKeySequence(Qt::Key_Home), [this] { showAll(); });
    add(tr("Zoom in"), QKeySequence(Qt::Key_Plus), [this] { zoom(0.8); });
    add(tr("Zoom out"), QKeySequence(Qt::Key_Minus), [this] { zoom(1.25); });
    add(tr("Move left"), QKeySequence(Qt::Key_Left), [this] { pan(-0.1); });
    add(tr("Move right"), QKeySequence(Qt::Key_Right), [this] { pan(0.1); });
}

void CurvePlot::zoom(double factor) {
    plot_->xAxis->scaleRange(factor);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::pan(double part) {
    plot_->xAxis->moveRange(part * plot_->xAxis->range().size());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void CurvePlot::showMenu(QPoint at) {
    QMenu menu(this);
    menu.addActions(plot_->actions());
    menu.exec(plot_->mapToGlobal(at));
}

void CurvePlot::choosePath() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export the plot"), {}, tr("Picture (*.png);;Drawing (*.svg);;Document (*.pdf)"));
    if (path.isEmpty()) {
        return;
    }
    const Result<void> done = exportTo(path);
    QToolTip::showText(mapToGlobal(QPoint(kSpace4, kSpace4)),
                       done ? tr("Exported to %1").arg(path)
                            : QString::fromStdString(done.problem().text()),
                       this);
}

void CurvePlot::paintAll(QCPPainter& painter, QSize size) const {
    painter.fillRect(QRect({0, 0}, size), theme().surface);
    QTextDocument legend;
    legend.setDefaultFont(captionFont());
    legend.setDocumentMargin(kSpace2);
    legend.setHtml(legend_->text());
    legend.setTextWidth(size.width());
    legend.drawContents(&painter);
    const int top = static_cast<int>(std::ceil(legend.size().height()));
    painter.save();
    painter.translate(0, top);
    plot_->toPainter(&painter, size.width(), size.height() - top);
    painter.restore();
}

Result<void> CurvePlot::exportTo(const QString& file) const {
    const QString ending = QFileInfo(file).suffix().toLower();
    const Problem unwritable{"cannot be written; choose another folder", file.toStdString()};
    QCPPainter painter;
    if (ending == QLatin1String("png")) {
        QImage image(size() * kPngScale, QImage::Format_RGB32);
        if (!painter.begin(&image)) {
            return Problem{"the picture is too large; make the plot smaller", file.toStdString()};
        }
        painter.scale(kPngScale, kPngScale);
        paintAll(painter, size());
        painter.end();
        return image.save(file, "PNG") ? Result<void>() : Result<void>(unwritable);
    }
    if (ending != QLatin1String("pdf") && ending != QLatin1String("svg")) {
        return Problem{"unknown picture format; the name must end in .png, .svg or .pdf",
                       file.toStdString()};
    }
    QFile target(file);
    if (!target.open(QIODevice::WriteOnly)) {
        return unwritable;
    }
    bool begun = false;
    if (ending == QLatin1String("pdf")) {
        QPdfWriter writer(&target);
        writer.setResolution(96);
        writer.setPageMargins(QMarginsF());
        writer.setPageSize(QPageSize(QSizeF(size()) * 0.75, QPageSize::Point));
        begun = painter.begin(&writer);
        if (begun) {
            painter.setMode(QCPPainter::pmVectorized);
            paintAll(painter, size());
            begun = painter.end();
        }
    } else {
        QSvgGenerator generator;
        generator.setOutputDevice(&target);
        generator.setSize(size());
        generator.setViewBox(QRect({0, 0}, size()));
        generator.setTitle(choice_.valueLabel);
        begun = painter.begin(&generator);
        if (begun) {
            painter.setMode(QCPPainter::pmVectorized);
            paintAll(painter, size());
            begun = painter.end();
        }
    }
    return begun && target.flush() ? Result<void>() : Result<void>(unwritable);
}

} // namespace flip::ui

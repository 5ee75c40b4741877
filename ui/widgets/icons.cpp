#include "ui/widgets/icons.h"

#include "ui/widgets/theme.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

namespace flip::ui {

namespace {

class LineIconEngine final : public QIconEngine {
public:
    explicit LineIconEngine(QByteArray drawing) : drawing_(std::move(drawing)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode,
               QIcon::State state) override {
        const Theme colours = theme();
        QColor colour = state == QIcon::On ? colours.accent : colours.secondText;
        if (mode == QIcon::Disabled) {
            colour = blend(colours.secondText, colours.surface, 0.5);
        } else if (mode == QIcon::Active && state == QIcon::Off) {
            colour = colours.text;
        }
        QByteArray coloured = drawing_;
        coloured.replace("#000", colour.name().toLatin1());
        QSvgRenderer(coloured).render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap result(size);
        result.fill(Qt::transparent);
        QPainter painter(&result);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return result;
    }

    QIconEngine* clone() const override { return new LineIconEngine(drawing_); }

private:
    const QByteArray drawing_;
};

} // namespace

QIcon icon(const QString& name) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    return QIcon(new LineIconEngine(file.readAll())); // QIcon owns its engine
}

} // namespace flip::ui

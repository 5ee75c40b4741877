#include <QImage>
#include <QPainter>
#include <QSvgRenderer>

#include <cstdio>
#include <cstdlib>

/// Renders an SVG icon as PNG at build time: icon_png ICON.svg PIXELS ICON.png
int main(int argc, char** argv) {
    const int pixels = argc == 4 ? std::atoi(argv[2]) : 0;
    QSvgRenderer drawing;
    if (pixels < 1 || !drawing.load(QString::fromLocal8Bit(argv[1]))) {
        std::fprintf(stderr, "usage: icon_png ICON.svg PIXELS ICON.png\n");
        return 2;
    }
    QImage picture(pixels, pixels, QImage::Format_ARGB32);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setRenderHint(QPainter::Antialiasing);
    drawing.render(&painter);
    painter.end();
    return picture.save(QString::fromLocal8Bit(argv[3])) ? 0 : 1;
}

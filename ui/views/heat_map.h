#pragma once

#include <QColor>
#include <QPoint>
#include <QString>
#include <QWidget>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flip::ui {

/// How values become colours.
enum class HeatScale {
    Sequential, // from zero to the highest value; viridis
    Ratio       // blue below 1, grey at 1, red above; the same reach both ways, logarithmic
};

/// A square matrix as square cells with names at both sides and a colour bar. A value that is not
/// finite is hatched. Shows values on hover, and in the cells where there is room.
class HeatMap : public QWidget {
    Q_OBJECT

public:
    explicit HeatMap(QWidget* parent = nullptr);

    struct Content {
        std::vector<std::string> names; // of rows and of columns
        std::vector<double> values;     // [names * names], row-major
        HeatScale scale = HeatScale::Sequential;
        double low = 0; // of the colour bar; with Ratio the farther end counts for both
        double high = 1;
        QString rowLabel;    // "masked table field"
        QString columnLabel; // "text of field"
        QString unit;        // of the colour bar
    };
    void setContent(const Content& content);
    const Content& content() const { return content_; }

    /// The colour of a value on the present scale.
    QColor colourOf(double value) const;

    /// Row and column at a place of the widget.
    std::optional<std::pair<int, int>> cellAt(QPoint at) const;
    QRect cellRect(int row, int column) const;

    /// What hovering a cell says.
    QString cellText(int row, int column) const;

    QSize minimumSizeHint() const override { return {280, 260}; }
    QSize sizeHint() const override { return {520, 480}; }

Q_SIGNALS:
    void cellClicked(int row, int column);

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Layout {
        int cell = 0;  // side in pixels
        QPoint origin; // of cell (0, 0)
        int nameWidth = 0;
        int nameHeight = 0;
        bool slanted = false; // column names stand upright on their sides
        QRect bar;
    };
    Layout layoutNow() const;
    int count() const { return static_cast<int>(content_.names.size()); }
    double valueAt(int row, int column) const;
    QString valueText(double value) const;
    double reach() const;                // Ratio: the bar goes from 1 / reach to reach
    double position(double value) const; // on the colour bar, 0 to 1
    void paintNames(QPainter& painter, const Layout& layout) const;
    void paintCells(QPainter& painter, const Layout& layout) const;
    void paintBar(QPainter& painter, const Layout& layout) const;

    Content content_;
    std::optional<std::pair<int, int>> hovered_;
};

/// Viridis (van der Walt and Smith 2015), 0 dark violet to 1 yellow.
QColor viridis(double position);

/// Blue, neutral grey at 0.5, red.
QColor blueGreyRed(double position);

} // namespace flip::ui

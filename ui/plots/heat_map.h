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
    Ratio       // blue below 1, grey at 1, red above; logarithmic and symmetric about 1
};

/// A matrix as square cells with row and column names and a colour bar. Cells whose row and column
/// have the same name are framed. A value that is not finite is hatched; one beyond the colour bar
/// has the colour of its end. Shows values on hover, and in the cells if there is room.
class HeatMap : public QWidget {
    Q_OBJECT

public:
    explicit HeatMap(QWidget* parent = nullptr);

    struct Content {
        std::vector<std::string> rows;    // names
        std::vector<std::string> columns; // names
        std::vector<double> values;       // [rows * columns], row-major
        HeatScale scale = HeatScale::Sequential;
        double low = 0; // of the colour bar; with Ratio the end farther from 1 sets both, up to 16
        double high = 1;
        QString rowLabel;    // "masked table field"
        QString columnLabel; // "words of field"
        QString unit;        // of the colour bar
    };
    void setContent(const Content& content);
    const Content& content() const { return content_; }

    /// The colour of a value on the current scale.
    QColor colourOf(double value) const;

    /// Row and column at a position in the widget.
    std::optional<std::pair<int, int>> cellAt(QPoint at) const;
    QRect cellRect(int row, int column) const;

    /// The text shown on hovering a cell.
    QString cellText(int row, int column) const;

    QSize minimumSizeHint() const override { return {280, 260}; }
    QSize sizeHint() const override { return {520, 480}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Layout {
        int cell = 0;         // side in pixels
        QPoint origin;        // of cell (0, 0)
        int nameWidth = 0;    // of the rows' names
        int nameHeight = 0;   // of the columns' names
        bool rotated = false; // column names are rotated by 90 degrees
        QRect bar;
    };
    Layout layoutNow() const;
    int rows() const { return static_cast<int>(content_.rows.size()); }
    int columns() const { return static_cast<int>(content_.columns.size()); }
    bool isEmpty() const { return content_.rows.empty() || content_.columns.empty(); }
    double valueAt(int row, int column) const;
    QString valueText(double value) const;
    double farthest() const;             // Ratio: the bar's end farther from 1, as a ratio above 1
    double reach() const;                // Ratio: the bar goes from 1 / reach to reach
    double position(double value) const; // on the colour bar, 0 to 1
    void paintRowNames(QPainter& painter, const Layout& layout) const;
    void paintColumnNames(QPainter& painter, const Layout& layout) const;
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

#pragma once

#include <QWidget>

#include <cstdint>
#include <vector>

namespace flip::ui {

/// The distribution of the rows' sentence lengths in tokens, with a line at max_tokens; longer
/// sentences are drawn in the warning colour.
class LengthPlot : public QWidget {
    Q_OBJECT
public:
    explicit LengthPlot(QWidget* parent = nullptr);

    void setCounts(std::vector<std::int64_t> rowsByLength, std::int64_t maxTokens);
    QSize sizeHint() const override { return {280, 150}; }
    QSize minimumSizeHint() const override { return {180, 110}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    QRect plotRect() const;
    std::int64_t span() const; // tokens on the axis

    std::vector<std::int64_t> counts_;
    std::int64_t maxTokens_ = 0;
};

} // namespace flip::ui

#pragma once

#include <QWidget>

#include <array>
#include <cstdint>

namespace flip::ui {

/// Train, valid and test as parts of one bar, each with its count below.
class SplitBar : public QWidget {
    Q_OBJECT
public:
    explicit SplitBar(QWidget* parent = nullptr);

    void setRows(const std::array<std::int64_t, 3>& rows); // by Split
    QSize sizeHint() const override { return {240, 76}; }
    QSize minimumSizeHint() const override { return {180, 76}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::array<std::int64_t, 3> rows_{};
};

} // namespace flip::ui

#pragma once

#include "core/spec/choices.h"

#include <QString>
#include <QWidget>

#include <cstdint>

namespace flip::ui {

/// The staircase under a mask ratio: how many fields each ratio really masks. The current step is
/// filled; a ratio that masks nothing is hatched.
class MaskSteps : public QWidget {
    Q_OBJECT
public:
    explicit MaskSteps(QWidget* parent = nullptr);

    void setMask(std::int64_t fields, double ratio, MaskRounding rounding); // 0 fields: unknown
    QString words() const { return words_; }
    QSize sizeHint() const override { return {220, 44}; }
    QSize minimumSizeHint() const override { return {140, 44}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::int64_t fields_ = 0;
    double ratio_ = 0;
    MaskRounding rounding_ = MaskRounding::Round;
    QString words_;
};

} // namespace flip::ui

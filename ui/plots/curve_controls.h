#pragma once

#include "ui/models/curve_model.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QSlider;

namespace flip::ui {

/// The controls that all plots of a page share: the horizontal axis and the smoothing of losses.
/// Both are saved in the window's settings under the name of the page.
class CurveControls : public QWidget {
    Q_OBJECT

public:
    explicit CurveControls(const QString& page, QWidget* parent = nullptr);

    CurveX x() const;
    double smoothing() const; // weight of the past, [0, 0.99]

Q_SIGNALS:
    void xChanged(flip::ui::CurveX x);
    void smoothingChanged(double weight);

private:
    QString page_;
    QComboBox* x_;
    QSlider* smoothing_;
    QLabel* weight_;
};

} // namespace flip::ui

#include "ui/plots/curve_controls.h"

#include "ui/models/plot_choice.h"
#include "ui/widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QSlider>

#include <algorithm>

namespace flip::ui {

CurveControls::CurveControls(const QString& page, QWidget* parent)
    : QWidget(parent), page_(page), x_(new QComboBox(this)),
      smoothing_(new QSlider(Qt::Horizontal, this)), weight_(new QLabel(this)) {
    QSettings settings;
    for (const CurveX x : {CurveX::Step, CurveX::Epoch, CurveX::Samples, CurveX::Seconds}) {
        x_->addItem(axisLabel(x), static_cast<int>(x));
    }
    x_->setCurrentIndex(std::clamp(settings.value(page_ + "/x", 0).toInt(), 0, x_->count() - 1));
    x_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    x_->setMinimumContentsLength(9);
    x_->setAccessibleName(tr("Horizontal axis"));
    smoothing_->setRange(0, 99);
    smoothing_->setPageStep(5);
    smoothing_->setValue(settings.value(page_ + "/smoothing", 90).toInt());
    smoothing_->setFixedWidth(80);
    smoothing_->setAccessibleName(tr("Smoothing of losses"));
    const QString help = tr("Weight of the past in the moving average of losses and throughput. "
                            "Validation is never smoothed.");
    smoothing_->setToolTip(help);
    weight_->setToolTip(help);
    const auto showWeight = [this] { weight_->setText(QString::number(smoothing(), 'f', 2)); };
    showWeight();
    weight_->setMinimumWidth(weight_->fontMetrics().horizontalAdvance(QStringLiteral("0.00 ")));

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace2);
    row->addWidget(captionLabel(tr("Axis"), this));
    row->addWidget(x_);
    row->addSpacing(kSpace2);
    row->addWidget(captionLabel(tr("Smoothing"), this));
    row->addWidget(smoothing_);
    row->addWidget(weight_);
    connect(x_, &QComboBox::currentIndexChanged, this, [this](int index) {
        QSettings().setValue(page_ + "/x", index);
        Q_EMIT xChanged(x());
    });
    connect(smoothing_, &QSlider::valueChanged, this, [this, showWeight](int value) {
        showWeight();
        QSettings().setValue(page_ + "/smoothing", value);
        Q_EMIT smoothingChanged(smoothing());
    });
}

CurveX CurveControls::x() const {
    return static_cast<CurveX>(x_->currentData().toInt());
}

double CurveControls::smoothing() const {
    return smoothing_->value() / 100.0;
}

} // namespace flip::ui

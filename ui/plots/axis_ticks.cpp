#include "ui/plots/axis_ticks.h"

#include "ui/models/wording.h"

#include <qcustomplot.h>

#include <array>
#include <cmath>

namespace flip::ui {

namespace {

QString shortDuration(double seconds) {
    const auto whole = static_cast<qint64>(std::llround(seconds));
    const qint64 hours = whole / 3600;
    const qint64 minutes = whole % 3600 / 60;
    QStringList parts;
    if (hours > 0) {
        parts << QStringLiteral("%1 h").arg(hours);
    }
    if (minutes > 0) {
        parts << QStringLiteral("%1 m").arg(minutes);
    }
    if (whole % 60 != 0 || parts.isEmpty()) {
        parts << QStringLiteral("%1 s").arg(whole % 60);
    }
    return parts.join(QLatin1Char(' '));
}

class DurationTicks final : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override {
        static constexpr std::array<double, 18> kSteps{1,    2,    5,     10,    15,    30,
                                                       60,   120,  300,   600,   900,   1800,
                                                       3600, 7200, 14400, 21600, 43200, 86400};
        const double wanted = range.size() / tickCount();
        for (const double step : kSteps) {
            if (step >= wanted) {
                return step;
            }
        }
        return std::ceil(wanted / 86400) * 86400;
    }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return shortDuration(tick);
    }
};

class CountTicks final : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override {
        const double step = QCPAxisTicker::getTickStep(range);
        whole_ = range.size() >= 1;
        return whole_ ? std::max(1.0, std::round(step)) : step;
    }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return whole_ ? countText(std::llround(tick)) : QString::number(tick, 'g', 4);
    }

private:
    bool whole_ = true;
};

} // namespace

QSharedPointer<QCPAxisTicker> ticksFor(CurveX x) {
    if (x == CurveX::Seconds) {
        return QSharedPointer<QCPAxisTicker>(QSharedPointer<DurationTicks>::create());
    }
    return QSharedPointer<QCPAxisTicker>(QSharedPointer<CountTicks>::create());
}

QString positionText(CurveX x, double value) {
    switch (x) {
    case CurveX::Step:
        return QStringLiteral("step ") + countText(std::llround(value));
    case CurveX::Epoch:
        return QStringLiteral("epoch %1").arg(value, 0, 'g', 4);
    case CurveX::Samples:
        return countText(std::llround(value)) + QStringLiteral(" rows");
    case CurveX::Seconds:
        return durationText(value);
    }
    return {};
}

} // namespace flip::ui

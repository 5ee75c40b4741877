#include "ui/models/wording.h"

#include <cmath>

namespace flip::ui {

namespace {

char16_t symbolOf(RunStatus status) {
    switch (status) {
    case RunStatus::Running:
        return 0x25B6;
    case RunStatus::Finished:
        return 0x2713;
    case RunStatus::Stopped:
        return 0x25A0;
    case RunStatus::Failed:
        return 0x2717;
    case RunStatus::Diverged:
        return 0x2248;
    case RunStatus::Crashed:
        return 0x26A0;
    }
    return u' ';
}

} // namespace

QString scoreText(std::optional<double> value) {
    return value && std::isfinite(*value) ? QString::number(*value, 'f', 4)
                                          : QStringLiteral("not defined");
}

QString durationText(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) {
        return QStringLiteral("unknown");
    }
    if (seconds < 9.95) {
        return QStringLiteral("%1 s").arg(seconds, 0, 'f', 1);
    }
    const auto whole = static_cast<qint64>(std::llround(seconds));
    const auto two = [](qint64 value) {
        return QStringLiteral("%1").arg(value, 2, 10, QChar('0'));
    };
    if (whole < 60) {
        return QStringLiteral("%1 s").arg(whole);
    }
    if (whole < 3600) {
        return QStringLiteral("%1 m %2 s").arg(whole / 60).arg(two(whole % 60));
    }
    if (whole < 24 * 3600) {
        return QStringLiteral("%1 h %2 m").arg(whole / 3600).arg(two(whole % 3600 / 60));
    }
    return QStringLiteral("%1 d %2 h").arg(whole / 86400).arg(whole % 86400 / 3600);
}

QString countText(std::int64_t count) {
    QString digits = QString::number(std::abs(count));
    for (auto place = digits.size() - 3; place > 0; place -= 3) {
        digits.insert(place, QChar(0x202F));
    }
    return count < 0 ? QChar(0x2212) + digits : digits;
}

QString bytesText(std::int64_t bytes) {
    const double mebibytes = static_cast<double>(bytes) / (1024.0 * 1024.0);
    return mebibytes < 1024 ? QStringLiteral("%1 MiB").arg(mebibytes, 0, 'f', 1)
                            : QStringLiteral("%1 GiB").arg(mebibytes / 1024, 0, 'f', 2);
}

QString plainNumber(double value) {
    return std::isfinite(value) ? QString::number(value, 'g', 4) : QStringLiteral("not a number");
}

QString statusText(RunStatus status) {
    return QString(QChar(symbolOf(status))) + QChar(' ') + wordText(status);
}

QString shortName(const QString& name, int length) {
    if (name.size() <= length || length < 3) {
        return name;
    }
    const int head = length / 2;
    return name.left(head) + QChar(0x2026) + name.right(length - head - 1);
}

QString percentText(double share) {
    const double percent = share * 100;
    const int decimals = percent != 0 && std::abs(percent) < 0.1 ? 2 : 1;
    return QString::number(percent, 'f', decimals) + QStringLiteral("\u202F%");
}

} // namespace flip::ui

#pragma once

#include "core/spec/choice.h"
#include "core/spec/run_state.h"

#include <QString>

#include <cstdint>
#include <optional>

namespace flip::ui {

// Numbers as text, formatted the same everywhere in the window.

QString scoreText(std::optional<double> value); // 0.7812, "not defined" when absent
QString durationText(double seconds);           // 0.4 s, 12 s, 1 m 23 s, 2 h 05 m, 3 d 4 h
QString countText(std::int64_t count);          // thin spaces: 12 345
QString bytesText(std::int64_t bytes);          // 12.3 MiB
QString percentText(double share);              // 0.0123: "1.2 %"
QString plainNumber(double value);              // four significant digits: 0.6931, 12.35, 1.2e-05

/// The word of a choice, as in files and on the command line.
template <Choice E>
QString wordText(E value) {
    const std::string_view word = wordOf(value);
    return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
}

/// A status with its symbol, "✓ finished", so that it is not shown by colour alone.
QString statusText(RunStatus status);

/// Elided in the middle to at most `length` characters.
QString shortName(const QString& name, int length);

} // namespace flip::ui

#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QString>
#include <Qt>

#include <optional>

class QApplication;
class QLabel;

namespace flip::ui {

enum class ThemeChoice { System, Light, Dark };
inline constexpr int kThemeChoices = 3;

QString themeKey(ThemeChoice choice); // "system", as --theme takes it
std::optional<ThemeChoice> themeOfKey(const QString& key);

/// The colours of the window. Views take all their colours from here.
struct Theme {
    bool dark = false;
    QColor window;     // behind pages
    QColor surface;    // tables, cards, plots, inputs
    QColor line;       // thin separators and grids
    QColor text;       // at least 4.5 : 1 on window and surface
    QColor secondText; // captions; at least 4.5 : 1 too
    QColor accent;     // selection, focus, the one important button
    QColor onAccent;   // text on accent
    QColor good;       // never alone: always with a symbol and a word
    QColor bad;
    QColor warning;
};

/// The current theme; light before applyTheme(). GUI thread.
Theme theme();

/// The choice last applied.
ThemeChoice themeChoice();

/// Sets style, palette, font and style sheet, then notifies through themeNotifier(). GUI thread.
void applyTheme(QApplication& application, ThemeChoice choice);

/// Colour-blind safe colours of runs and fields, stable per index; past eight they repeat with
/// dashed lines, see seriesStyle(). A negative index gives the grey for "none".
QColor seriesColor(int index);
Qt::PenStyle seriesStyle(int index);

/// `over` drawn on `under` with the given opacity, 0 to 1: an opaque tint.
QColor blend(const QColor& over, const QColor& under, double opacity);

/// Signals that theme() has changed: plots and painted views update their colours.
class ThemeNotifier : public QObject {
    Q_OBJECT
Q_SIGNALS:
    void changed();
};

/// The one notifier; lives as long as the program.
ThemeNotifier* themeNotifier();

// Space: a grid of 4 px.
inline constexpr int kSpace1 = 4;
inline constexpr int kSpace2 = 8; // inside a group
inline constexpr int kSpace3 = 12;
inline constexpr int kSpace4 = 16; // between groups, page margin
inline constexpr int kSpace6 = 24;
inline constexpr int kRowHeight = 28; // of tables

// Type, in pixels.
QFont textFont();    // 13
QFont strongFont();  // 13, demi-bold: names of groups and columns
QFont captionFont(); // 11
QFont codeFont();    // 12, fixed width

/// Applies the style sheet to a widget again after a property that it reads has changed.
void restyle(QWidget* widget);

/// Gives a widget one of the style sheet's kinds: "problem", "good", "caption", ...
void setKind(QWidget* widget, const char* kind);

// Labels in a style of the style sheet; they follow the theme automatically.
QLabel* captionLabel(const QString& text, QWidget* parent = nullptr);
QLabel* strongLabel(const QString& text, QWidget* parent = nullptr);

} // namespace flip::ui

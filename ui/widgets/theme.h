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

/// The colours of the window. Views take them from here and name no literal of their own.
struct Theme {
    bool dark = false;
    QColor window;     // behind pages
    QColor surface;    // tables, cards, plots, inputs
    QColor line;       // thin separators and grids
    QColor text;       // at least 4.5 : 1 on window and surface
    QColor secondText; // captions; at least 4.5 : 1 too
    QColor accent;     // selection, focus, the one important button
    QColor onAccent;   // text on accent
    QColor good;       // never alone: a sign and a word go with it
    QColor bad;
    QColor warning;
};

/// The theme now in force; light before applyTheme(). GUI thread.
Theme theme();

/// The choice last applied.
ThemeChoice themeChoice();

/// Sets style, palette, font and style sheet, then tells themeNotifier(). GUI thread.
void applyTheme(QApplication& application, ThemeChoice choice);

/// Colour-blind safe colours of runs and fields, stable per index; past eight the same colours
/// come again with dashes, see seriesStyle(). A negative index is the grey of "none".
QColor seriesColor(int index);
Qt::PenStyle seriesStyle(int index);

/// `over` laid on `under` with the given opacity, 0 to 1: opaque tints of one colour.
QColor blend(const QColor& over, const QColor& under, double opacity);

/// Tells when theme() changed: plots and painted views take their colours anew.
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

/// Dresses a widget anew after a property that the style sheet reads has changed.
void restyle(QWidget* widget);

/// Gives a widget one of the style sheet's kinds: "problem", "good", "caption", ...
void setKind(QWidget* widget, const char* kind);

// Labels in the second text colour or of a kind of type; they follow the theme by themselves.
QLabel* captionLabel(const QString& text, QWidget* parent = nullptr);
QLabel* strongLabel(const QString& text, QWidget* parent = nullptr);

} // namespace flip::ui

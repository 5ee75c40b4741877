#include "ui/widgets/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QLabel>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
#include <QStyleHints>
#endif

#include <array>
#include <cstdlib>

// The resources are in a static library; only this call links them in.
static void linkResources() {
    Q_INIT_RESOURCE(flip);
}

namespace flip::ui {

namespace {

constexpr std::array<const char*, kThemeChoices> kThemeKeys = {"system", "light", "dark"};

Theme lightTheme() {
    return Theme{.dark = false,
                 .window = QColor(0xF7F7F8),
                 .surface = QColor(0xFFFFFF),
                 .line = QColor(0xD9DCE1),
                 .text = QColor(0x1C1E21),
                 .secondText = QColor(0x5B6470),
                 .accent = QColor(0x2F6FED),
                 .onAccent = QColor(0xFFFFFF),
                 .good = QColor(0x1B7A48),
                 .bad = QColor(0xC2303B),
                 .warning = QColor(0x8A5A00)};
}

Theme darkTheme() {
    return Theme{.dark = true,
                 .window = QColor(0x17191C),
                 .surface = QColor(0x1F2226),
                 .line = QColor(0x343A41),
                 .text = QColor(0xE7E9EC),
                 .secondText = QColor(0x9AA3AE),
                 .accent = QColor(0x6EA0FF),
                 .onAccent = QColor(0x111418),
                 .good = QColor(0x5CC98B),
                 .bad = QColor(0xFF7F88),
                 .warning = QColor(0xE6B450)};
}

struct State {
    Theme theme = lightTheme();
    ThemeChoice choice = ThemeChoice::System;
    QFont font;
};

State& state() {
    static State instance;
    return instance;
}

bool systemIsDark(const QPalette& platformPalette) {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const auto scheme = QGuiApplication::styleHints()->colorScheme();
    if (scheme != Qt::ColorScheme::Unknown) {
        return scheme == Qt::ColorScheme::Dark;
    }
#endif
    return platformPalette.color(QPalette::Window).lightness() < 128;
}

QPalette paletteOf(const Theme& colours) {
    QPalette palette;
    palette.setColor(QPalette::Window, colours.window);
    palette.setColor(QPalette::WindowText, colours.text);
    palette.setColor(QPalette::Base, colours.surface);
    palette.setColor(QPalette::AlternateBase, colours.window);
    palette.setColor(QPalette::Text, colours.text);
    palette.setColor(QPalette::Button, colours.surface);
    palette.setColor(QPalette::ButtonText, colours.text);
    palette.setColor(QPalette::BrightText, colours.onAccent);
    palette.setColor(QPalette::ToolTipBase, colours.surface);
    palette.setColor(QPalette::ToolTipText, colours.text);
    palette.setColor(QPalette::PlaceholderText, colours.secondText);
    palette.setColor(QPalette::Highlight, colours.accent);
    palette.setColor(QPalette::HighlightedText, colours.onAccent);
    palette.setColor(QPalette::Link, colours.accent);
    palette.setColor(QPalette::LinkVisited, colours.accent);
    palette.setColor(QPalette::Light, colours.surface);
    palette.setColor(QPalette::Midlight, colours.line);
    palette.setColor(QPalette::Mid, colours.line);
    palette.setColor(QPalette::Dark, colours.secondText);
    palette.setColor(QPalette::Shadow, colours.line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, colours.secondText);
    }
    return palette;
}

QString styleSheetOf(const Theme& colours) {
    QFile file(QStringLiteral(":/style/workbench.qss"));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    QString sheet = QString::fromUtf8(file.readAll());
    const std::array<std::pair<const char*, QColor>, 14> colourOf = {
        std::pair{"@window", colours.window},
        {"@surface", colours.surface},
        {"@line", colours.line},
        {"@text", colours.text},
        {"@secondText", colours.secondText},
        {"@accentPressed", blend(colours.text, colours.accent, 0.25)},
        {"@accentHover", blend(colours.text, colours.accent, 0.12)},
        {"@accentTint", blend(colours.accent, colours.surface, colours.dark ? 0.28 : 0.14)},
        {"@accent", colours.accent},
        {"@onAccent", colours.onAccent},
        {"@hover", blend(colours.text, colours.surface, 0.05)},
        {"@bad", colours.bad},
        {"@good", colours.good},
        {"@warning", colours.warning}};
    for (const auto& [name, colour] : colourOf) {
        sheet.replace(QLatin1String(name) + QLatin1Char(';'), colour.name() + QLatin1Char(';'));
    }
    sheet.replace(QStringLiteral("@check"), colours.dark
                                                ? QStringLiteral(":/icons/check-dark.svg")
                                                : QStringLiteral(":/icons/check-light.svg"));
    return sheet;
}

QFont sized(int pixels, QFont::Weight weight) {
    QFont font = state().font;
    font.setPixelSize(pixels);
    font.setWeight(weight);
    return font;
}

} // namespace

Theme theme() {
    return state().theme;
}

ThemeChoice themeChoice() {
    return state().choice;
}

QString themeKey(ThemeChoice choice) {
    return QString::fromLatin1(kThemeKeys[static_cast<std::size_t>(choice)]);
}

std::optional<ThemeChoice> themeOfKey(const QString& key) {
    for (int i = 0; i < kThemeChoices; ++i) {
        if (themeKey(ThemeChoice(i)) == key) {
            return ThemeChoice(i);
        }
    }
    return std::nullopt;
}

void applyTheme(QApplication& application, ThemeChoice choice) {
    static const QPalette platformPalette = QGuiApplication::palette();
    static const QFont platformFont = QApplication::font();
    linkResources();
    const bool dark = choice == ThemeChoice::Dark ||
                      (choice == ThemeChoice::System && systemIsDark(platformPalette));
    state().font = platformFont;
    state().choice = choice;
    state().theme = dark ? darkTheme() : lightTheme();
    if (application.style()->objectName() != QLatin1String("fusion")) {
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    }
    QApplication::setFont(textFont());
    QApplication::setPalette(paletteOf(state().theme));
    application.setStyleSheet(styleSheetOf(state().theme));
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    static const auto following = QObject::connect(
        QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, &application, [&] {
            if (themeChoice() == ThemeChoice::System) {
                applyTheme(application, ThemeChoice::System);
            }
        });
#endif
    Q_EMIT themeNotifier()->changed();
}

QColor seriesColor(int index) {
    static constexpr std::array<QRgb, 8> kColours = {0x0072B2, 0xE69F00, 0x009E73, 0xCC79A7,
                                                     0x56B4E9, 0xD55E00, 0x7A6FF0, 0x8C8C8C};
    return index < 0 ? QColor(kColours.back())
                     : QColor(kColours[static_cast<std::size_t>(index) % kColours.size()]);
}

Qt::PenStyle seriesStyle(int index) {
    static constexpr std::array kStyles = {Qt::SolidLine, Qt::DashLine, Qt::DotLine,
                                           Qt::DashDotLine};
    return index < 0 ? Qt::SolidLine
                     : kStyles[static_cast<std::size_t>(index / 8) % kStyles.size()];
}

QColor blend(const QColor& over, const QColor& under, double opacity) {
    const auto mix = [opacity](float a, float b) {
        return static_cast<float>(opacity * a + (1 - opacity) * b);
    };
    return QColor::fromRgbF(mix(over.redF(), under.redF()), mix(over.greenF(), under.greenF()),
                            mix(over.blueF(), under.blueF()));
}

ThemeNotifier* themeNotifier() {
    static ThemeNotifier instance;
    return &instance;
}

QFont textFont() {
    return sized(13, QFont::Normal);
}
QFont strongFont() {
    return sized(13, QFont::DemiBold);
}
QFont captionFont() {
    return sized(11, QFont::Normal);
}

QFont codeFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPixelSize(12);
    return font;
}

void restyle(QWidget* widget) {
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

void setKind(QWidget* widget, const char* kind) {
    widget->setProperty("kind", kind);
    restyle(widget);
}

QLabel* captionLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("kind", "caption");
    return label;
}

QLabel* strongLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("kind", "strong");
    return label;
}

} // namespace flip::ui

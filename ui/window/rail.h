#pragma once

#include <QKeySequence>
#include <QString>
#include <QWidget>

#include <optional>

class QButtonGroup;

namespace flip::ui {

enum class Page { Data, Template, Experiment, Runs, Compare, Alignment };
inline constexpr int kPageCount = 6;

QString pageKey(Page page);           // "data", as --page takes it
QString pageWord(Page page);          // "Data", as the rail shows it
QKeySequence pageShortcut(Page page); // Ctrl+1 to Ctrl+6
std::optional<Page> pageOfKey(const QString& key);

/// Navigation between the pages: an icon and a word each. The shortcuts in its tooltips are those
/// of the window.
class Rail : public QWidget {
    Q_OBJECT
public:
    explicit Rail(QWidget* parent = nullptr);

    Page current() const;
    void setCurrent(Page page);

Q_SIGNALS:
    void pageChosen(flip::ui::Page page);

private:
    QButtonGroup* buttons_;
};

} // namespace flip::ui

#pragma once

#include "ui/models/sentence_tokens.h"

#include <QWidget>

#include <cstdint>
#include <vector>

namespace flip::ui {

/// A sentence as chips in reading order, each in the colour of the field it came from. A line marks
/// where max_tokens cuts; the tokens cut off are struck out.
class TokenView : public QWidget {
    Q_OBJECT
public:
    explicit TokenView(QWidget* parent = nullptr);

    void setTokens(std::vector<SentenceToken> tokens);
    int lost() const; // tokens that are cut

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override { return {480, heightForWidth(480)}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<QRect> arranged(int width) const;
    bool cutsBefore(std::size_t index) const; // whether it is the first of consecutive cut tokens

    std::vector<SentenceToken> tokens_;
};

} // namespace flip::ui

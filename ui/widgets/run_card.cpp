#include "ui/widgets/run_card.h"

#include "ui/models/wording.h"
#include "ui/widgets/theme.h"

#include <algorithm>

namespace flip::ui {

namespace {

/// "test_unseen" -> "test, unseen": the rows with a value that training rows do not have.
QString splitWord(const std::string& split) {
    return QString::fromStdString(split).replace(QStringLiteral("_"), QStringLiteral(", "));
}

QString row(const QString& split, const QString& branch, const Metrics& metrics) {
    return QStringLiteral("<tr style='white-space:nowrap'><td>%1</td><td>%2</td>"
                          "<td align='right'>%3</td><td align='right'>%4</td></tr>")
        .arg(split.toHtmlEscaped(), branch.toHtmlEscaped(),
             metrics.auc ? scoreText(metrics.auc) : QStringLiteral("one class"),
             scoreText(metrics.logLoss));
}

QString table(const std::map<std::string, BranchMetrics>& splits) {
    QString html = QStringLiteral("<table cellspacing='0' cellpadding='3' width='100%'>"
                                  "<tr style='white-space:nowrap'><th align='left'>split</th>"
                                  "<th align='left'>branch</th><th align='right'>AUC</th>"
                                  "<th align='right'>LogLoss</th></tr>");
    std::vector<std::string> order;
    for (const auto& [split, branches] : splits) {
        order.insert(split == "valid" ? order.begin() : order.end(), split);
    }
    for (const std::string& split : order) {
        const BranchMetrics& branches = splits.at(split);
        for (const auto& [branch, metrics] : branches) {
            html += row(splitWord(split),
                        branches.size() > 1 ? QString::fromStdString(branchWord(branch, true))
                                            : QStringLiteral("–"),
                        metrics);
        }
    }
    return html + QStringLiteral("</table>");
}

QString paragraph(const QString& text) {
    return QStringLiteral("<p style='margin-top:4px;margin-bottom:4px'>%1</p>").arg(text);
}

} // namespace

RunCard::RunCard(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::RichText);
    setWordWrap(true);
    setAlignment(Qt::AlignTop | Qt::AlignLeft);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setMargin(kSpace2);
    setAccessibleName(tr("Result of the run"));
    connect(themeNotifier(), &ThemeNotifier::changed, this, [this] { setText(html()); });
}

void RunCard::setRun(const RunSummary* summary, const RunStory* story) {
    summary_ = summary == nullptr ? std::nullopt : std::optional(*summary);
    story_ = std::nullopt;
    if (story != nullptr) {
        RunStory kept;
        kept.started = story->started;
        kept.best = story->best;
        kept.end = story->end;
        story_ = std::move(kept);
    }
    if (const QString now = html(); now != text()) {
        setText(now);
    }
}

QString RunCard::html() const {
    const auto quiet = [](const QString& text) {
        return QStringLiteral("<span style='color:%1'>%2</span>")
            .arg(theme().secondText.name(), text);
    };
    QString html;
    const RunEnded* end = nullptr;
    if (story_ && story_->end) {
        end = &*story_->end;
    } else if (summary_ && summary_->status != RunStatus::Running) {
        end = &summary_->end;
    }
    if (end != nullptr) {
        QString head = tr("Took %1").arg(durationText(end->seconds));
        if (end->peakRssBytes > 0) {
            head += tr(", at most %1 of memory").arg(bytesText(end->peakRssBytes));
        }
        html += paragraph(head);
        if (!end->reason.empty()) {
            html += paragraph(quiet(QString::fromStdString(end->reason).toHtmlEscaped()));
        }
        if (end->problem) {
            html +=
                paragraph(QStringLiteral("<b>%1</b> %2")
                              .arg(tr("What went wrong:"),
                                   QString::fromStdString(end->problem->text()).toHtmlEscaped()));
        }
        html += end->metrics.empty() ? paragraph(quiet(tr("Nothing was evaluated.")))
                                     : table(end->metrics);
    } else if (story_ && story_->best && !story_->best->valid.empty()) {
        html += paragraph(tr("Best so far: epoch %1").arg(story_->best->epoch));
        html += table({{"valid", story_->best->valid}});
    } else {
        html += paragraph(quiet(tr("The result is shown when the run has ended.")));
    }
    if (summary_) {
        const QString language =
            QString::fromStdString(summary_->spec.plm.path).section(QLatin1Char('/'), -1);
        QStringList recipe{wordText(summary_->kind), QString::fromStdString(summary_->dataset),
                           wordText(summary_->spec.id.backbone), language,
                           tr("seed %1").arg(summary_->seed)};
        recipe.removeAll(QString());
        html += paragraph(quiet(recipe.join(QStringLiteral(" · ")).toHtmlEscaped()));
        if (!summary_->parent.empty()) {
            html += paragraph(
                quiet(tr("starts from %1")
                          .arg(QString::fromStdString(summary_->parent).toHtmlEscaped())));
        }
    }
    return html;
}

std::optional<RunStatus> statusOf(const RunSummary* summary, const RunStory* story, bool live) {
    if (!live && story != nullptr && story->end) {
        return story->end->status;
    }
    if (!live && summary != nullptr) {
        return summary->status;
    }
    return live || story != nullptr ? std::optional(RunStatus::Running) : std::nullopt;
}

} // namespace flip::ui

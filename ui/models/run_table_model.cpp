#include "ui/models/run_table_model.h"

#include "ui/models/wording.h"

#include <QFont>
#include <QIcon>
#include <QPixmap>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <unordered_map>

namespace flip::ui {

namespace {

enum class Best { None, Highest, Lowest };

struct ColumnText {
    const char* title;
    const char* help;
    Best best = Best::None;
};

constexpr std::array<ColumnText, RunTableModel::ColumnCount> kColumns{{
    {"Run", "The run's name"},
    {"Status", "Whether the run is in progress, or how it ended"},
    {"Kind", "pretrain, finetune, or flip: both in sequence"},
    {"Dataset", "The dataset it was trained on"},
    {"Backbone", "The click model over ids"},
    {"Language model", "The language model that reads the rows as sentences"},
    {"Seed", "The seed of all random numbers"},
    {"Valid AUC",
     "Validation AUC of the epoch whose weights were kept; higher is better. Bold: best of the "
     "runs shown on the same dataset",
     Best::Highest},
    {"Test AUC",
     "Test AUC of the kept weights; higher is better. Bold: best of the runs shown on the same "
     "dataset",
     Best::Highest},
    {"Test LogLoss",
     "Test LogLoss of the kept weights in nats; lower is better. Bold: best of the runs shown on "
     "the same dataset",
     Best::Lowest},
    {"Id AUC", "Test AUC of the id branch alone, in a joint run", Best::Highest},
    {"Text AUC", "Test AUC of the text branch alone, in a joint run", Best::Highest},
    {"Time", "Wall time of the run"},
    {"Created", "When the run was created, in UTC"},
}};

QString lastPart(const std::string& path) {
    std::filesystem::path folder(path);
    if (!folder.has_filename()) {
        folder = folder.parent_path();
    }
    return QString::fromStdString(folder.filename().string());
}

/// A square that keeps its colour in a selected row.
QIcon markIcon(const QColor& colour) {
    QPixmap square(12, 12);
    square.fill(colour);
    QIcon icon(square);
    icon.addPixmap(square, QIcon::Selected);
    return icon;
}

/// Whether the two runs give the same table row.
bool looksSame(const RunSummary& a, const RunSummary& b) {
    return a.status == b.status && a.lastStep == b.lastStep && a.lastStage == b.lastStage &&
           a.created == b.created && a.seed == b.seed && a.datasetHash == b.datasetHash &&
           a.end.status == b.end.status && a.end.seconds == b.end.seconds &&
           a.end.metrics.size() == b.end.metrics.size();
}

bool isScore(int column) {
    return column >= RunTableModel::ValidAuc && column <= RunTableModel::TextAuc;
}

bool isNumber(int column) {
    return column == RunTableModel::Seed || isScore(column) || column == RunTableModel::Seconds;
}

} // namespace

std::optional<Metrics> metricsOf(const RunSummary& run, const std::string& split,
                                 const std::string& branch) {
    const auto found = run.end.metrics.find(split);
    if (found == run.end.metrics.end()) {
        return std::nullopt;
    }
    const auto metrics = found->second.find(branch);
    return metrics == found->second.end() ? std::nullopt : std::optional(metrics->second);
}

RunTableModel::Row RunTableModel::rowFor(const RunSummary& run) {
    const auto auc = [&run](const char* split, const char* branch) -> Value {
        const auto metrics = metricsOf(run, split, branch);
        return metrics && metrics->auc ? Value(*metrics->auc) : Value();
    };
    Row row{std::make_shared<const RunSummary>(run), QString::fromStdString(run.name), {}};
    row.values.resize(ColumnCount);
    row.values[Name] = row.name;
    row.values[Status] = wordText(run.status);
    row.values[Kind] = wordText(run.kind);
    row.values[Dataset] = QString::fromStdString(run.dataset);
    const bool idOnly = run.kind == RunKind::Finetune && run.spec.finetune.branches == Branches::Id;
    const bool textOnly =
        run.kind == RunKind::Finetune && run.spec.finetune.branches == Branches::Text;
    row.values[Backbone] = textOnly ? Value() : wordText(run.spec.id.backbone);
    row.values[LanguageModel] = idOnly ? Value() : Value(lastPart(run.spec.plm.path));
    row.values[Seed] = static_cast<double>(run.seed);
    row.values[ValidAuc] = auc("valid", "");
    row.values[TestAuc] = auc("test", "");
    if (const auto test = metricsOf(run, "test", "")) {
        row.values[TestLogLoss] = test->logLoss;
    }
    row.values[IdAuc] = auc("test", "id");
    row.values[TextAuc] = auc("test", "text");
    if (run.status != RunStatus::Running && run.end.seconds > 0) {
        row.values[Seconds] = run.end.seconds;
    }
    QString created = QString::fromStdString(run.created).left(16);
    row.values[Created] = created.replace(QLatin1Char('T'), QLatin1Char(' '));
    return row;
}

void RunTableModel::setRuns(const std::vector<RunSummary>& runs) {
    std::map<QString, std::shared_ptr<const Row>> next;
    std::vector<QString> newestFirst;
    newestFirst.reserve(runs.size());
    bool anyChange = false;
    for (const RunSummary& run : runs) {
        const QString name = QString::fromStdString(run.name);
        const auto old = runs_.find(name);
        const bool same = old != runs_.end() && looksSame(*old->second->run, run);
        anyChange = anyChange || !same;
        newestFirst.push_back(name);
        next.emplace(name, same ? old->second : std::make_shared<const Row>(rowFor(run)));
    }
    if (!anyChange && newestFirst == newestFirst_) {
        return;
    }
    runs_ = std::move(next);
    newestFirst_ = std::move(newestFirst);
    refresh();
}

void RunTableModel::setFilter(const QString& text) {
    words_ = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    refresh();
}

void RunTableModel::refresh() {
    std::vector<std::shared_ptr<const Row>> rows;
    for (const QString& name : newestFirst_) {
        if (const auto& row = runs_.at(name); matches(*row)) {
            rows.push_back(row);
        }
    }
    show(sorted(std::move(rows)));
}

bool RunTableModel::matches(const Row& row) const {
    return std::all_of(words_.begin(), words_.end(), [&](const QString& word) {
        for (const int column : {Name, Status, Kind, Dataset, Backbone, LanguageModel, Created}) {
            const auto* text = std::get_if<QString>(&row.values[static_cast<std::size_t>(column)]);
            if (text != nullptr && text->contains(word, Qt::CaseInsensitive)) {
                return true;
            }
        }
        return QString::number(row.run->seed) == word;
    });
}

std::vector<std::shared_ptr<const RunTableModel::Row>>
RunTableModel::sorted(std::vector<std::shared_ptr<const Row>> rows) const {
    if (sortColumn_ < 0) {
        return rows;
    }
    const auto column = static_cast<std::size_t>(sortColumn_);
    const bool ascending = sortOrder_ == Qt::AscendingOrder;
    // Missing values come last in both directions.
    std::stable_sort(rows.begin(), rows.end(), [&](const auto& left, const auto& right) {
        const Value& a = left->values[column];
        const Value& b = right->values[column];
        if (a.index() == 0 || b.index() == 0) {
            return a.index() != 0 && b.index() == 0;
        }
        return ascending ? a < b : b < a;
    });
    return rows;
}

void RunTableModel::sort(int column, Qt::SortOrder order) {
    sortColumn_ = column;
    sortOrder_ = order;
    refresh();
}

void RunTableModel::show(std::vector<std::shared_ptr<const Row>> rows) {
    std::unordered_map<std::string, std::shared_ptr<const Row>> wanted;
    const auto key = [](const Row& row) -> const std::string& { return row.run->name; };
    for (const auto& row : rows) {
        wanted.emplace(key(*row), row);
    }
    for (auto last = static_cast<int>(shown_.size()) - 1; last >= 0;) {
        if (wanted.contains(key(*shown_[static_cast<std::size_t>(last)]))) {
            --last;
            continue;
        }
        int first = last;
        while (first > 0 && !wanted.contains(key(*shown_[static_cast<std::size_t>(first - 1)]))) {
            --first;
        }
        beginRemoveRows({}, first, last);
        shown_.erase(shown_.begin() + first, shown_.begin() + last + 1);
        endRemoveRows();
        last = first - 1;
    }
    std::vector<int> changed;
    for (std::size_t i = 0; i < shown_.size(); ++i) {
        const auto& now = wanted.at(key(*shown_[i]));
        if (shown_[i] != now) {
            shown_[i] = now;
            changed.push_back(static_cast<int>(i));
        }
        wanted.erase(key(*now));
    }
    if (!wanted.empty()) {
        const auto first = static_cast<int>(shown_.size());
        beginInsertRows({}, first, first + static_cast<int>(wanted.size()) - 1);
        for (const auto& row : rows) {
            if (wanted.contains(key(*row))) {
                shown_.push_back(row);
            }
        }
        endInsertRows();
    }
    for (const int row : changed) {
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    }
    if (shown_ != rows) {
        rearrange(std::move(rows));
    }
    findBest();
}

void RunTableModel::rearrange(std::vector<std::shared_ptr<const Row>> rows) {
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::unordered_map<const Row*, int> places;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        places.emplace(rows[i].get(), static_cast<int>(i));
    }
    QModelIndexList after;
    after.reserve(before.size());
    for (const QModelIndex& old : before) {
        const Row* row = shown_[static_cast<std::size_t>(old.row())].get();
        after.push_back(index(places.at(row), old.column()));
    }
    shown_ = std::move(rows);
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void RunTableModel::findBest() {
    // Only runs on the same data are compared.
    std::set<std::pair<QString, int>> best;
    for (int column = 0; column < ColumnCount; ++column) {
        const Best direction = kColumns[static_cast<std::size_t>(column)].best;
        if (direction == Best::None) {
            continue;
        }
        struct Record {
            double value;
            int runs;
        };
        std::map<std::string, Record> records; // by dataset
        const auto value = [column](const Row& row) {
            return std::get_if<double>(&row.values[static_cast<std::size_t>(column)]);
        };
        const auto dataset = [](const Row& row) {
            return row.run->datasetHash.empty() ? row.run->dataset : row.run->datasetHash;
        };
        for (const auto& row : shown_) {
            if (const double* number = value(*row)) {
                const auto [record, fresh] = records.try_emplace(dataset(*row), Record{*number, 0});
                ++record->second.runs;
                const bool better = direction == Best::Highest ? *number > record->second.value
                                                               : *number < record->second.value;
                record->second.value = better ? *number : record->second.value;
            }
        }
        for (const auto& row : shown_) {
            const double* number = value(*row);
            if (number != nullptr && records.at(dataset(*row)).runs > 1 &&
                *number == records.at(dataset(*row)).value) {
                best.emplace(row->name, column);
            }
        }
    }
    if (best == best_) {
        return;
    }
    best_ = std::move(best);
    if (!shown_.empty()) {
        Q_EMIT dataChanged(index(0, ValidAuc), index(rowCount() - 1, TextAuc), {Qt::FontRole});
    }
}

void RunTableModel::setMarks(std::map<QString, QColor> marks) {
    if (marks == marks_) {
        return;
    }
    marks_ = std::move(marks);
    if (!shown_.empty()) {
        Q_EMIT dataChanged(index(0, Name), index(rowCount() - 1, Name), {Qt::DecorationRole});
    }
}

void RunTableModel::setProgress(const QString& run, std::optional<double> progress) {
    const auto old = progress_.find(run);
    if (progress) {
        progress_[run] = *progress;
    } else if (old != progress_.end()) {
        progress_.erase(old);
    } else {
        return;
    }
    if (const int row = rowOf(run); row >= 0) {
        Q_EMIT dataChanged(index(row, Status), index(row, Status), {Qt::DisplayRole});
    }
}

int RunTableModel::rowOf(const QString& run) const {
    const auto found = std::find_if(shown_.begin(), shown_.end(),
                                    [&run](const auto& row) { return row->name == run; });
    return found == shown_.end() ? -1 : static_cast<int>(found - shown_.begin());
}

QString RunTableModel::runAt(int row) const {
    return row < 0 || row >= rowCount() ? QString() : shown_[static_cast<std::size_t>(row)]->name;
}

const RunSummary* RunTableModel::find(const QString& run) const {
    const auto found = runs_.find(run);
    return found == runs_.end() ? nullptr : found->second->run.get();
}

int RunTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(ColumnCount);
}

QString RunTableModel::textOf(const Row& row, int column) const {
    const Value& value = row.values[static_cast<std::size_t>(column)];
    if (const auto* text = std::get_if<QString>(&value)) {
        if (column != Status) {
            return *text;
        }
        const auto part = progress_.find(row.name);
        const RunStatus status = row.run->status;
        return status == RunStatus::Running && part != progress_.end()
                   ? statusText(status) +
                         QStringLiteral(" %1 %").arg(std::floor(100 * part->second))
                   : statusText(status);
    }
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr) {
        return QStringLiteral("–");
    }
    if (isScore(column)) {
        return scoreText(*number);
    }
    return column == Seconds ? durationText(*number) : QString::number(*number, 'f', 0);
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const Row& row = *shown_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return textOf(row, column);
    case RunRole:
        return row.name;
    case ValueRole: {
        const Value& value = row.values[static_cast<std::size_t>(column)];
        if (const auto* number = std::get_if<double>(&value)) {
            return *number;
        }
        const auto* text = std::get_if<QString>(&value);
        return text == nullptr ? QVariant() : QVariant(*text);
    }
    case Qt::ToolTipRole: {
        if (column == Status && !row.run->end.reason.empty()) {
            return textOf(row, column) + QStringLiteral(": ") +
                   QString::fromStdString(row.run->end.reason);
        }
        if (column == LanguageModel) {
            return QString::fromStdString(row.run->spec.plm.path);
        }
        return textOf(row, column);
    }
    case Qt::TextAlignmentRole:
        return static_cast<int>((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) |
                                Qt::AlignVCenter);
    case Qt::FontRole:
        if (best_.contains({row.name, column})) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    case Qt::DecorationRole:
        if (column == Name) {
            const auto mark = marks_.find(row.name);
            return mark == marks_.end() ? QVariant() : QVariant(markIcon(mark->second));
        }
        return {};
    default:
        return {};
    }
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    const ColumnText& column = kColumns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) {
        return QString::fromUtf8(column.title);
    }
    if (role == Qt::ToolTipRole) {
        return QString::fromUtf8(column.help);
    }
    if (role == Qt::TextAlignmentRole) {
        return static_cast<int>((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) |
                                Qt::AlignVCenter);
    }
    return {};
}

} // namespace flip::ui

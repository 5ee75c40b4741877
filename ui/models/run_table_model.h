#pragma once

#include "core/store/run_store.h"

#include <QAbstractTableModel>
#include <QColor>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace flip::ui {

/// The stored runs as rows. Holds plain values and does its own sorting and filtering: ten thousand
/// rows are sorted in a few milliseconds. GUI thread.
class RunTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column {
        Name,
        Status,
        Kind,
        Dataset,
        Backbone,
        LanguageModel,
        Seed,
        ValidAuc,
        TestAuc,
        TestLogLoss,
        IdAuc,
        TextAuc,
        Seconds,
        Created,
        ColumnCount
    };
    enum Role { ValueRole = Qt::UserRole, RunRole }; // the cell's real value; the run's name

    using QAbstractTableModel::QAbstractTableModel;

    /// Replaces the stored runs. Signals only what has changed; selected rows stay selected.
    void setRuns(const std::vector<RunSummary>& runs);

    /// Shows the runs in which every word occurs, in any text column or as seed; "" shows all.
    void setFilter(const QString& text);

    /// A coloured mark before the name, for runs whose curves are drawn.
    void setMarks(std::map<QString, QColor> marks);

    /// Progress of a live run, 0 to 1, shown with its status.
    void setProgress(const QString& run, std::optional<double> progress);

    int rowOf(const QString& run) const; // -1: not shown
    QString runAt(int row) const;
    const RunSummary* find(const QString& run) const; // shown or not; null if unknown
    int total() const { return static_cast<int>(runs_.size()); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    using Value = std::variant<std::monostate, double, QString>;
    struct Row {
        std::shared_ptr<const RunSummary> run;
        QString name;
        std::vector<Value> values; // by Column
    };

    static Row rowFor(const RunSummary& run);
    QString textOf(const Row& row, int column) const;
    bool matches(const Row& row) const;
    void refresh();
    std::vector<std::shared_ptr<const Row>>
    sorted(std::vector<std::shared_ptr<const Row>> rows) const;
    void show(std::vector<std::shared_ptr<const Row>> rows);
    void rearrange(std::vector<std::shared_ptr<const Row>> rows);
    void findBest();

    std::map<QString, std::shared_ptr<const Row>> runs_;
    std::vector<QString> newestFirst_;
    std::vector<std::shared_ptr<const Row>> shown_;
    QStringList words_;
    std::map<QString, QColor> marks_;
    std::map<QString, double> progress_;
    std::set<std::pair<QString, int>> best_; // run, column
    int sortColumn_ = -1;                    // -1: newest first, as stored
    Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
};

/// The final metrics of a run on a split ("test") for a branch ("", "id" or "text").
std::optional<Metrics> metricsOf(const RunSummary& run, const std::string& split,
                                 const std::string& branch);

} // namespace flip::ui

#include "core/report/run_metrics.h"

#include "core/base/nearest_name.h"
#include "core/data/dataset.h"
#include "core/eval/metrics.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>

namespace flip {

namespace {

/// The run's dataset, unchanged since the run, or why it is not available.
Result<Dataset> openDatasetOf(const Workspace& workspace, const RunSummary& run) {
    const std::filesystem::path folder = workspace.dataset(run.dataset);
    const std::string where = "dataset " + run.dataset;
    std::error_code ignored;
    if (!std::filesystem::exists(folder, ignored)) {
        return Problem{"is gone, so nothing is grouped by its fields; import it again under this "
                       "name",
                       where};
    }
    auto dataset = Dataset::open(folder);
    if (dataset && dataset->hash() != run.datasetHash) {
        return Problem{"is no longer the one that " + run.name + " was trained on (hash " +
                           dataset->hash() + ", then " + run.datasetHash +
                           "), so nothing is grouped by its fields; import that one again under "
                           "this name",
                       where};
    }
    return dataset;
}

std::vector<std::string> fieldNames(const Dataset& dataset) {
    std::vector<std::string> names;
    for (const FieldInfo& field : dataset.fields()) {
        names.push_back(field.name);
    }
    return names;
}

Result<int> findField(const Dataset& dataset, const std::string& name) {
    const int field = dataset.findField(name);
    if (field >= 0) {
        return field;
    }
    const std::vector<std::string> names = fieldNames(dataset);
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    return Problem{"dataset " + dataset.name() + " has no field of this name; the nearest is '" +
                       nearestName(name, candidates) + "'",
                   name};
}

/// The rows of one split as columns.
struct SplitColumns {
    std::vector<std::int64_t> rowIndex;
    std::vector<std::uint8_t> label;
    std::map<std::string, std::vector<double>> logits; // by branch
};

SplitColumns columnsOf(const StoredPredictions& stored, Split split) {
    std::vector<std::pair<const char*, const std::vector<double>*>> branches{{"", &stored.logit}};
    if (!stored.idLogit.empty()) {
        branches.insert(branches.end(), {{"id", &stored.idLogit}, {"text", &stored.textLogit}});
    }
    SplitColumns columns;
    for (std::size_t row = 0; row < stored.split.size(); ++row) {
        if (stored.split[row] == static_cast<std::uint8_t>(split)) {
            columns.rowIndex.push_back(stored.rowIndex[row]);
            columns.label.push_back(stored.label[row]);
            for (const auto& [branch, logits] : branches) {
                columns.logits[branch].push_back((*logits)[row]);
            }
        }
    }
    return columns;
}

/// The fields a request names, found in the dataset, each with the groups of one split's rows.
class FieldGroups {
public:
    static Result<FieldGroups> find(const Dataset& dataset, const MetricsRequest& request) {
        std::vector<std::string> names = request.by;
        names.insert(names.end(), request.slices.begin(), request.slices.end());
        if (!request.user.empty()) {
            names.push_back(request.user);
        }
        FieldGroups groups;
        groups.dataset_ = &dataset;
        for (const std::string& name : names) {
            const auto field = findField(dataset, name);
            if (!field) {
                return field.problem();
            }
            groups.fields_[name] = *field;
        }
        return groups;
    }

    /// False if the predictions do not belong to the dataset.
    bool gather(const SplitColumns& columns) {
        const auto labels = dataset_->labels();
        for (std::size_t i = 0; i < columns.rowIndex.size(); ++i) {
            const std::int64_t row = columns.rowIndex[i];
            if (row < 0 || row >= dataset_->rows() ||
                labels[static_cast<std::size_t>(row)] != columns.label[i]) {
                return false;
            }
        }
        groups_.clear();
        std::vector<std::uint32_t> codes(columns.rowIndex.size());
        for (const auto& [name, field] : fields_) {
            const auto all = dataset_->codes(field);
            std::ranges::transform(columns.rowIndex, codes.begin(), [&](std::int64_t row) {
                return all[static_cast<std::size_t>(row)];
            });
            groups_.emplace(name, RowGroups(codes));
        }
        return true;
    }

    const RowGroups& of(const std::string& name) const { return groups_.at(name); }
    std::string value(const std::string& name, std::uint32_t code) const {
        return std::string(dataset_->value(fields_.at(name), code));
    }

private:
    const Dataset* dataset_ = nullptr;
    std::map<std::string, int> fields_;
    std::map<std::string, RowGroups> groups_;
};

void addFieldMetrics(BranchQuality& quality, const std::vector<double>& logits,
                     const SplitColumns& columns, const FieldGroups& groups,
                     const MetricsRequest& request) {
    for (const std::string& field : request.by) {
        quality.grouped[field] = groupedAuc(logits, columns.label, groups.of(field));
    }
    if (!request.user.empty()) {
        quality.ranking =
            rankingMetrics(logits, columns.label, groups.of(request.user), request.at);
    }
    for (const std::string& field : request.slices) {
        const Slices slices =
            sliceMetrics(logits, columns.label, groups.of(field), FieldSlices::kSlices);
        FieldSlices& named = quality.slices[field];
        named = {.otherValues = slices.otherValues, .others = slices.others};
        for (const Slice& slice : slices.largest) {
            named.largest.push_back({groups.value(field, slice.code), slice.metrics});
        }
    }
}

BranchQuality measureBranch(const std::vector<double>& logits,
                            const std::vector<std::uint8_t>& labels, std::size_t bins) {
    BranchQuality quality;
    quality.metrics.rows = static_cast<std::int64_t>(labels.size());
    quality.metrics.positives =
        std::ranges::count_if(labels, [](auto label) { return label != 0; });
    quality.metrics.logLoss = logLossOfLogits(logits, labels);
    if (const auto order = ScoreOrder::of(logits, labels)) {
        quality.metrics.auc = areaUnderCurve(*order);
        quality.predictedOverObserved = predictedOverObserved(*order);
        quality.equalWidth = equalWidthCalibration(*order, bins);
        quality.equalCount = equalCountCalibration(*order, bins);
        quality.normalisedEntropy = normalisedEntropy(
            quality.metrics.logLoss, quality.metrics.positives, quality.metrics.rows);
    }
    return quality;
}

/// Adds the intervals of all branches, and compares a joint run's own logit with each of them.
void addIntervals(SplitQuality& quality, const SplitColumns& columns) {
    const std::vector<double>& own = columns.logits.at("");
    for (auto& [branch, measured] : quality.branches) {
        const auto test = pairedAucTest(own, columns.logits.at(branch), columns.label);
        if (test) {
            measured.auc = test->second;
            if (!branch.empty()) {
                quality.testAgainst[branch] = *test;
            }
        }
    }
}

bool needsFields(const MetricsRequest& request) {
    return !request.by.empty() || !request.user.empty() || !request.slices.empty();
}

} // namespace

Result<std::vector<std::string>> fieldsOfRun(const Workspace& workspace, const RunSummary& run) {
    const auto dataset = openDatasetOf(workspace, run);
    if (!dataset) {
        return dataset.problem();
    }
    return fieldNames(*dataset);
}

std::string likelyUserField(const std::vector<std::string>& fields) {
    for (const std::string_view word : {"userid", "user"}) {
        for (const std::string& field : fields) {
            std::string letters;
            for (const char letter : field) {
                if (std::isalnum(static_cast<unsigned char>(letter)) != 0) {
                    letters += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
                }
            }
            if (letters == word) {
                return field;
            }
        }
    }
    return {};
}

Result<RunQuality> measureRun(const Workspace& workspace, const RunSummary& run,
                              const MetricsRequest& request) {
    const auto stored = predictionsOf(workspace, run.name);
    if (!stored) {
        return stored.problem();
    }
    RunQuality quality{.run = run.name, .dataset = run.dataset, .request = request};
    std::optional<Dataset> dataset;
    std::optional<FieldGroups> groups;
    if (needsFields(request)) {
        auto opened = openDatasetOf(workspace, run);
        if (opened) {
            dataset = std::move(*opened);
            auto found = FieldGroups::find(*dataset, request);
            if (!found) {
                return found.problem();
            }
            groups = std::move(*found);
        } else {
            quality.fieldsProblem = opened.problem();
        }
    }
    for (const Split split : request.splits) {
        const SplitColumns columns = columnsOf(*stored, split);
        if (columns.label.empty()) {
            continue;
        }
        SplitQuality& measured = quality.splits.emplace_back();
        measured.split = split;
        if (groups && !groups->gather(columns)) {
            return Problem{"the predictions do not fit the rows of dataset " + run.dataset +
                               "; run the experiment again",
                           (workspace.checkpoints(run.name) / kPredictionsFile).string()};
        }
        for (const auto& [branch, logits] : columns.logits) {
            BranchQuality& one = measured.branches[branch];
            one = measureBranch(logits, columns.label, request.bins);
            if (groups) {
                addFieldMetrics(one, logits, columns, *groups, request);
            }
        }
        addIntervals(measured, columns);
    }
    return quality;
}

} // namespace flip

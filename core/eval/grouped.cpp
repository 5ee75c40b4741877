#include "core/eval/grouped.h"

#include "core/base/worker_pool.h"
#include "core/eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace flip {

namespace {

constexpr std::size_t kMinRowsForThreads = std::size_t{1} << 17;
constexpr std::size_t kGroupsPerPart = 256;

/// The columns of some rows, copied.
struct Gathered {
    std::vector<double> scores;
    std::vector<std::uint8_t> labels;

    void add(std::span<const double> allScores, std::span<const std::uint8_t> allLabels,
             std::span<const std::uint32_t> rows) {
        for (const std::uint32_t row : rows) {
            scores.push_back(allScores[row]);
            labels.push_back(allLabels[row]);
        }
    }
    void clear() {
        scores.clear();
        labels.clear();
    }
};

struct Scored {
    double score;
    bool positive;
};

/// Like areaUnderCurve(), for the few rows of one of many groups: on this thread, sorting in place.
std::optional<double> aucOfGroup(std::vector<Scored>& rows) {
    std::ranges::sort(rows, {}, &Scored::score);
    std::uint64_t twiceWon = 0;
    std::uint64_t positives = 0;
    std::uint64_t negatives = 0;
    for (std::size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
        std::uint64_t tied = 0;
        for (; end < rows.size() && rows[end].score == rows[begin].score; ++end) {
            tied += rows[end].positive ? 1 : 0;
        }
        twiceWon += tied * (2 * negatives + (end - begin - tied));
        positives += tied;
        negatives += end - begin - tied;
    }
    if (positives == 0 || negatives == 0) {
        return std::nullopt;
    }
    return static_cast<double>(twiceWon) / 2 /
           (static_cast<double>(positives) * static_cast<double>(negatives));
}

} // namespace

GroupedAuc groupedAuc(std::span<const double> scores, std::span<const std::uint8_t> labels,
                      const RowGroups& groups) {
    GroupedAuc result;
    result.groups = static_cast<std::int64_t>(groups.size());
    result.rows = static_cast<std::int64_t>(scores.size());
    if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); })) {
        return result;
    }
    std::vector<std::optional<double>> aucs(groups.size());
    WorkerPool pool(scores.size() < kMinRowsForThreads ? 1 : 0);
    pool.forEach((groups.size() + kGroupsPerPart - 1) / kGroupsPerPart, [&](std::size_t part) {
        std::vector<Scored> rows;
        const std::size_t begin = part * kGroupsPerPart;
        for (std::size_t g = begin; g < std::min(groups.size(), begin + kGroupsPerPart); ++g) {
            rows.clear();
            for (const std::uint32_t row : groups.rows(g)) {
                rows.push_back({scores[row], labels[row] != 0});
            }
            aucs[g] = aucOfGroup(rows);
        }
    });
    double sum = 0;
    for (std::size_t g = 0; g < aucs.size(); ++g) {
        if (aucs[g]) {
            const std::size_t rows = groups.rows(g).size();
            ++result.groupsUsed;
            result.rowsUsed += static_cast<std::int64_t>(rows);
            sum += static_cast<double>(rows) * *aucs[g];
        }
    }
    if (result.groupsUsed > 0) {
        result.auc = sum / static_cast<double>(result.rowsUsed);
    }
    return result;
}

Slices sliceMetrics(std::span<const double> logits, std::span<const std::uint8_t> labels,
                    const RowGroups& groups, std::size_t most) {
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater(),
                             [&](std::size_t group) { return groups.rows(group).size(); });
    Slices slices;
    Gathered rows;
    const std::size_t single = std::min(most, order.size());
    for (std::size_t i = 0; i < single; ++i) {
        rows.clear();
        rows.add(logits, labels, groups.rows(order[i]));
        slices.largest.push_back({groups.code(order[i]), measure(rows.scores, rows.labels)});
    }
    rows.clear();
    for (std::size_t i = single; i < order.size(); ++i) {
        rows.add(logits, labels, groups.rows(order[i]));
    }
    slices.otherValues = static_cast<std::int64_t>(order.size() - single);
    slices.others = measure(rows.scores, rows.labels);
    return slices;
}

} // namespace flip

#pragma once

#include "core/eval/row_groups.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flip {

/// How well positives rank among the first k rows of a user; means over the users used.
struct RankingAt {
    std::int64_t k = 0;
    double recall = 0;  // 0 to 1
    double ndcg = 0;    // 0 to 1
    double hitRate = 0; // 0 to 1
};

struct RankingMetrics {
    std::vector<RankingAt> at; // in the requested order; empty if not defined
    std::int64_t users = 0;
    std::int64_t usersUsed = 0; // those with a positive
    std::int64_t rows = 0;
    std::int64_t rowsUsed = 0; // rows of the users used
};

/// Each user's given rows are ranked by score, highest first; relevance is the label. With P
/// positives among a user's rows:
///   recall@k   positives among the first k over P;
///   NDCG@k     sum over the first k places i of label_i / log2(i + 1), over the same sum of the
///              best order (Jaervelin and Kekaelaeinen, ACM TOIS 20, 2002);
///   hit rate   1 where a positive is among the first k, else 0.
/// With ties, each metric is its expected value over all orders of the tied rows (McSherry and
/// Najork, ECIR 2008), as in scikit-learn's ndcg_score. All users have equal weight; users without
/// a positive are left out (users counts all, usersUsed those with one). k is at least 1 and may
/// exceed the rows of a user. Not defined if no user has a positive or a score is NaN. Scores and
/// labels are [rows]; groups hold the rows of each user.
RankingMetrics rankingMetrics(std::span<const double> scores, std::span<const std::uint8_t> labels,
                              const RowGroups& users, std::span<const std::int64_t> ks);

} // namespace flip

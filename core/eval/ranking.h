#pragma once

#include "core/eval/row_groups.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace flip {

/// How well the positives stand among the first k rows of a user; means over the users used.
struct RankingAt {
    std::int64_t k = 0;
    double recall = 0;  // 0 to 1
    double ndcg = 0;    // 0 to 1
    double hitRate = 0; // 0 to 1
};

struct RankingMetrics {
    std::vector<RankingAt> at; // in the order asked for; empty where it is not defined
    std::int64_t users = 0;
    std::int64_t usersUsed = 0; // those with a positive
    std::int64_t rows = 0;
    std::int64_t rowsUsed = 0; // rows of the users used
};

/// Each user's rows (those given, no others) are ranked by score, highest first; relevance is the
/// label. With P positives among a user's rows:
///   recall@k   positives among the first k over P;
///   NDCG@k     sum over the first k places i of label_i / log2(i + 1), over the same sum of the
///              best order (Jaervelin and Kekaelaeinen, ACM TOIS 20, 2002);
///   hit rate   1 where a positive is among the first k, else 0.
/// Rows with equal scores have no order: each figure is its expected value over all orders of the
/// ties (McSherry and Najork, ECIR 2008), as scikit-learn's ndcg_score has it. Every user counts
/// alike; users without a positive are left out and counted. k is at least 1 and may exceed the
/// rows of a user. Not defined where no user has a positive or a score is not a number.
/// Scores and labels are [rows]; groups hold the rows of each user.
RankingMetrics rankingMetrics(std::span<const double> scores, std::span<const std::uint8_t> labels,
                              const RowGroups& users, std::span<const std::int64_t> ks);

} // namespace flip
